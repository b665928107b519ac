"""What there is below the records of a list, as streams."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property, partial
from string import Formatter
from typing import TYPE_CHECKING, Any, ClassVar

from typing_extensions import override

from tap_sequence.errors import SequenceError
from tap_sequence.records.reader import RecordReader, named
from tap_sequence.singer.children import Children
from tap_sequence.singer.delivery import Deliveries
from tap_sequence.singer.parents import Beginning
from tap_sequence.singer.stream import CREATED_AT, SequenceStream
from tap_sequence.wording import kind_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tap_sequence.api.lists import ListEndpoint
    from tap_sequence.pages import Record
    from tap_sequence.singer.delivery import Delivery


class ChildStream(SequenceStream):
    """What there is below the records of a list, such as the line items of invoices, as a stream.

    The other list, the parent's, is read as its own stream would be, and the rows are asked for
    below those of its records that this would deliver: all, or those that are new or changed. The
    state is that of reading the parent's list. The parent need not be selected.

    The SDK's own way has a SCHEMA message and a line in the log for each parent, asks for one after
    the other, and reads the parent in full.

    Attributes:
        parent: The stream whose list has the records.
        path: The path below `api_url`, with names of properties of the parent's records in braces.
        added: Properties of a parent's record that each row below it gets, by the names they get.
        replication_key: The added property that holds the parent's replication key; None if the
            parent has none.
    """

    parent: ClassVar[type[SequenceStream]]
    added: ClassVar[Mapping[str, str]] = {}

    @cached_property
    def above(self) -> SequenceStream:
        """The parent, as declared: whatever the catalog says of it."""
        return self.parent(self._tap, self._client, self._parent_reads, self._writer)

    @property
    @override
    def besides(self) -> frozenset[str]:
        # One object is the parent's record itself, and repeats what the list has
        return frozenset(self.above.schema["properties"] if self.form == "object" else ())

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The properties that the path names."""
        return tuple(name for _, name, _, _ in Formatter().parse(self.path) if name)

    @override
    def _reading(self) -> Iterator[Delivery]:
        parents = Deliveries(
            self.name,
            self.above.name,
            self.above.endpoint,
            self._reader_of_parents(),
            self.logger,
        )
        children = Children(
            self.name,
            self.above.name,
            endpoint=partial(self._below, self.endpoint),
            reader=self.reader,
            added=self.added,
            lacks=self.lacks,
            logger=self.logger,
        )
        beginning = Beginning(self.above.name, dict(self.last_state), self.terms(self.above))
        pages = self._parent_reads.pages(
            beginning, partial(parents.of, beginning.state, beginning.terms)
        )
        if self.names != tuple(self.above.primary_keys):
            pages = self._each_once(pages)
        yield from children.of(pages, ahead=self.ABORT_AT_RECORD_COUNT is None)

    def _reader_of_parents(self) -> RecordReader:
        """Return what reads of the parent's records what is needed, and nothing else."""
        of = self.above
        properties = of.schema["properties"]
        needed = {*self.names, *self.added.values()}
        return RecordReader(
            of.name,
            of.schema,
            {"properties": {name: properties[name] for name in needed}},
            keys=of.primary_keys,
            created_at=CREATED_AT if of.ordered else None,
            replication_key=of.replication_key,
            timed_ids=of.timed_ids,
        )

    def _below(self, endpoint: ListEndpoint, record: Record) -> ListEndpoint:
        """Return the list below a record."""
        below: dict[str, str] = {}
        for name in self.names:
            value = record.get(name)
            if not isinstance(value, str) or not value:
                which = named(record, self.above.primary_keys)
                expected = f"expected {name}, got {kind_of(value)}"
                raise SequenceError(f"{self.above.name}: {which}: {expected}")
            below[name] = value
        return replace(endpoint, below=below)

    def _each_once(self, pages: Iterator[Delivery]) -> Iterator[Delivery]:
        """Leave out records below which there is the same as below an earlier one."""
        seen: set[tuple[Any, ...]] = set()
        for page in pages:
            records = []
            for record in page.records:
                values = tuple(record.get(name) for name in self.names)
                if values not in seen:
                    seen.add(values)
                    records.append(record)
            yield page._replace(records=records)
