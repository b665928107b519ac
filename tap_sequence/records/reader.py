"""Items of the API's answers as records: declared fields, checked types, storable text."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from tap_sequence.errors import SequenceError
from tap_sequence.pages import Page, Record
from tap_sequence.records.checker import NO_TIME, Checker, MismatchError
from tap_sequence.records.converter import Converter
from tap_sequence.records.texts import storable
from tap_sequence.times import parse, time_of, utc_text
from tap_sequence.wording import is_id, kind_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence


def named(record: Record, keys: Iterable[str]) -> str:
    """Name a record by its keys, unless one does not look like an id: it could be an address."""
    names = {key: str(record.get(key)) for key in keys}
    if not all(map(is_id, names.values())):
        return f"{', '.join(names)} not shown"
    return ", ".join(f"{key} {name!r}" for key, name in names.items())


class RecordReader:
    """Turns the items of a list into records.

    Args:
        stream: The stream's name, for error messages.
        schema: JSON schema of its records.
        selected: The schema without what is not selected, which is left out unchecked.
        keys: Names of the properties that tell one record from another.
        created_at: Name of the property that holds the creation time, if the list is in its
            order.
        replication_key: Name of the property that holds the replication key, if there is one.
        timed_ids: Whether the creation time is the one that the record's id holds, a UUID of
            version 7, where the API does not send any.
        dated_by: Another time of the record. If a page's ids hold that one, they hold no creation
            time.
        besides: Names of properties that items have besides, and records are not to have.
        deselect: Takes out of a record what is not selected below its top level.

    Attributes:
        unknown_fields: Top-level fields that were dropped because the schema does not declare them.
        characters_removed: Whether any text held characters that targets can't store.
    """

    def __init__(  # noqa: PLR0913  it is what a record depends on
        self,
        stream: str,
        schema: Mapping[str, Any],
        selected: Mapping[str, Any],
        *,
        keys: Sequence[str],
        created_at: str | None,
        replication_key: str | None = None,
        timed_ids: bool = False,
        dated_by: str | None = None,
        besides: Iterable[str] = (),
        deselect: Callable[[Record], object] | None = None,
    ) -> None:
        """Prepare for a stream."""
        self.unknown_fields: set[str] = set()
        self.characters_removed = False
        self._stream = stream
        self._keys = tuple(keys)
        self._created_at = created_at
        self._timed_by = created_at if timed_ids else None
        self._dated_by = dated_by
        self._read_by = {name for name in (created_at, replication_key) if name}
        needed = {*keys, *self._read_by}
        known = schema.get("properties") or {}
        self._known = frozenset({*known, *needed, *besides})
        properties = dict(selected.get("properties") or {})
        missing = needed - properties.keys()
        properties |= {name: known.get(name, {}) for name in missing}
        # Not the replication key, nor the keys: no target can do without them
        self._hidden = missing & {created_at} - {replication_key}
        self._wanted = frozenset(properties)
        nested = any(of != known.get(name, {}) for name, of in properties.items())
        self._deselect = deselect if nested else None
        # Whatever the catalog makes of these times: bookmark and order rest on them
        time = {"type": ["string", "null"], "format": "date-time"}
        properties |= dict.fromkeys(self._read_by, time)
        self._converter = Converter(properties)
        self._checker = Checker({**selected, "type": "object", "properties": properties})

    @property
    def surprises(self) -> set[str]:
        """Paths below the top level where values had another type than the schema declares."""
        return self._checker.surprises

    @property
    def cut(self) -> set[str]:
        """Names of the properties whose times were cut down to dates."""
        return self._converter.cut

    def page(
        self,
        items: Iterable[Any],
        *,
        unstorable: bool,
        after: str | None,
        total: int | None,
        answered: str | None = None,
    ) -> Page:
        """Check and normalise the items of one page.

        Fields that the schema does not declare are dropped at the top level and kept below it.
        Creation time and replication key are rewritten in the fixed-width form of `utc_text`.

        Args:
            items: The page's items, decoded from JSON.
            unstorable: Whether their texts can hold characters that targets can't store.
            after: Cursor of the next page.
            total: How many records the whole list has.
            answered: When the API answered.

        Returns:
            The page, with one record for each item.

        Raises:
            SequenceError: If an item is no object, lacks a key, or has a value of another type than
                the schema declares. The message names the record and the field, never a value.
        """
        if self._timed_by:
            items = list(items)
            self._fill_in(items, self._timed_by)
        records = [self._read(item, unstorable=unstorable) for item in items]
        keys = [self._key(record) for record in records]
        times = [record.get(self._created_at or "") for record in records]
        for name in self._hidden:
            for record in records:
                record.pop(name, None)
        return Page(records, keys, times, after, total, answered)

    def _fill_in(self, items: list[Any], name: str) -> None:
        """Fill in creation times from the ids, unless all of these hold the record's other time."""
        objects = [item for item in items if isinstance(item, dict)]
        held = [time_of(str(item.get(self._keys[0]))) for item in objects]
        others = [item.get(self._dated_by) for item in objects]
        another = len(objects) >= _NO_CHANCE and all(
            time and isinstance(other, str) and time[:23] == _milliseconds(other)
            for time, other in zip(held, others, strict=True)
        )
        for item, time in zip(objects, held, strict=True):
            if item.get(name) is None:
                item[name] = None if another else time

    def _key(self, record: Record) -> str:
        if len(self._keys) == 1:
            key: str = record[self._keys[0]]
            return key
        return json.dumps([record[name] for name in self._keys])

    def _read(self, item: Any, *, unstorable: bool) -> Record:
        if not isinstance(item, dict):
            raise SequenceError(
                f"{self._stream}: expected every item to be an object, got {kind_of(item)}"
            )
        if not self._wanted >= item.keys():
            self.unknown_fields.update(item.keys() - self._known)
            item = {name: value for name, value in item.items() if name in self._wanted}
        if self._deselect:
            self._deselect(item)
        try:
            if unstorable:
                cleaned = storable(item)
                self.characters_removed = self.characters_removed or cleaned != item
                item = cleaned
            self._check_keys(item)
            self._converter.convert(item)
            self._normalise(item)
        except MismatchError as error:
            needed = error.path in {*self._keys, *self._read_by}
            remedy = "" if needed else "; deselect the field to go on without it"
            raise self._error(item, f"{error}{remedy}") from None
        except RecursionError:
            raise self._error(item, "nested too deep to be read") from None
        record: Record = item
        return record

    def _check_keys(self, item: Record) -> None:
        for key in self._keys:
            value = item.get(key)
            if not isinstance(value, str) or not value:
                raise SequenceError(
                    f"{self._stream}: expected the key {key} in every item, got {kind_of(value)}"
                )

    def _normalise(self, item: Record) -> None:
        for name, time in self._checker.times(item):
            # Others stay as sent, where every target reads them so
            if name in self._read_by or not _PLAIN.fullmatch(item[name]):
                try:
                    item[name] = utc_text(time)
                except OverflowError:
                    raise MismatchError(name, NO_TIME) from None

    def _error(self, item: Record, what: str) -> SequenceError:
        return SequenceError(f"{self._stream}: {named(item, self._keys)}: {what}")


_PLAIN = re.compile(r"\d{4}-\d\d-\d\dT(?!24)\d\d:\d\d:(?!60)\d\d(\.\d{1,6})?Z")

_NO_CHANCE = 10
"""Records on a page whose two times are not the same to the millisecond by chance."""


def _milliseconds(text: str) -> str | None:
    """Return a time in UTC, to the millisecond; None if the text is none."""
    try:
        return utc_text(parse(text))[:23]
    except ValueError:
        return None
