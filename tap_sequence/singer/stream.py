"""Lists of the API as streams: what a stream declares, and what the SDK makes of it."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from functools import cached_property, partial
from http import HTTPStatus
from itertools import chain
from typing import TYPE_CHECKING, Any, ClassVar

from singer_sdk import RESTStream, Stream

# The SDK selects from records and schemas in its own messages alone
from singer_sdk.helpers._catalog import get_selected_schema, pop_deselected_record_properties
from singer_sdk.singerlib import ActivateVersionMessage, StateMessage
from singer_sdk.singerlib.catalog import REPLICATION_INCREMENTAL
from typing_extensions import override

from tap_sequence.api.client import VERSIONS
from tap_sequence.api.lists import ListEndpoint
from tap_sequence.errors import RefusedError
from tap_sequence.reading.progress import Terms
from tap_sequence.reading.scope import Account
from tap_sequence.records.reader import RecordReader
from tap_sequence.singer.batches import BatchWriter
from tap_sequence.singer.delivery import Deliveries
from tap_sequence.singer.mapping import RecordMapper
from tap_sequence.singer.warnings import warn_of_records
from tap_sequence.times import DAY, earlier, parse, utc_text

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator, Mapping

    from singer_sdk import Tap
    from singer_sdk.helpers.types import Context
    from singer_sdk.singerlib.encoding.simple import Message

    from tap_sequence.api.client import Client
    from tap_sequence.api.lists import Form
    from tap_sequence.pages import Record
    from tap_sequence.reading.progress import State
    from tap_sequence.singer.delivery import Delivery
    from tap_sequence.singer.parents import ParentReads
    from tap_sequence.singer.writer import MessageWriter

CREATED_AT = "createdAt"
"""The property that holds the creation time, in every list that is ordered by it."""

DECLARABLE = {"name", "path", "primary_keys", "replication_key", "schema", "selected_by_default"}
"""Attributes of the SDK's streams that a declaration has."""

HOOKS = {name for name in dir(RESTStream) if not name.startswith("__")} - DECLARABLE
"""Everything else that a stream of the SDK can override."""


class SequenceStream(Stream):
    """A list of Sequence's API, as a stream.

    A subclass is a declaration: of the attributes below, and of nothing else. The SDK's other hooks
    are not honoured, and a subclass that has one is refused.

    Attributes:
        name: The stream's name.
        path: The list's path below `api_url`.
        primary_keys: Names of the properties that tell one record from another.
        replication_key: `createdAt` for a stream that is read newest first; `updatedAt` for one of
            which the whole list is read, and the changed records delivered; None for one that is
            always delivered in full.
        schema: JSON schema of the records.
        selected_by_default: Whether the catalog selects the stream.
        vanishing: Whether records can vanish from the list.
        versions: The API's versions that have the list.
        ordered: Whether the list takes `sortOrder` and is documented to be in order of creation. An
            ordered list is read from both ends where that pays, and resumed.
        timed_ids: Whether the ids of an ordered list are UUIDs of version 7, which hold the
            creation time, as the API does not send it otherwise.
        dated: Whether `start_date` counts: records from before it are not wanted.
        dated_by: The property that it is compared with. If that is not the creation time, the list
            has a parameter of the same name and "After".
        form: How the list's answers are made.
        limited: Whether the list takes `limit`.
        archived: The parameter that `include_archived` sets, if the list takes one.
        sends: Parameters that are always sent, with their values.
        filters: The API's filters that the list takes: name of the setting to query parameter.
    """

    path: ClassVar[str]
    vanishing: ClassVar[bool] = False
    versions: ClassVar[frozenset[str]] = frozenset(VERSIONS)
    ordered: ClassVar[bool] = False
    timed_ids: ClassVar[bool] = False
    dated: ClassVar[bool] = False
    dated_by: ClassVar[str] = CREATED_AT
    form: ClassVar[Form] = "page"
    limited: ClassVar[bool] = True
    archived: ClassVar[str | None] = None
    sends: ClassVar[Mapping[str, str]] = {}
    filters: ClassVar[Mapping[str, str]] = {}

    @override
    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if ignored := sorted(vars(cls).keys() & HOOKS):
            raise TypeError(f"{cls.__name__}: never called by this tap: {', '.join(ignored)}")

    def __init__(
        self,
        tap: Tap,
        client: Callable[[], Client],
        parent_reads: ParentReads,
        writer: MessageWriter,
    ) -> None:
        """Take what all streams of the tap share.

        Args:
            tap: The tap.
            client: Gives what makes the requests; called when there are some to make, as discovery
                does without the settings that a client needs.
            parent_reads: The run's reads of parents' lists.
            writer: What writes the messages.
        """
        super().__init__(tap)
        self._client = client
        self._writer = writer
        self._unproved: str | None = "not all of the list was read"
        self._parent_reads = parent_reads

    # --- What the stream is made of --------------------------------------------------------------

    @cached_property
    def query(self) -> dict[str, str]:
        """The filters that the settings ask for, as query parameters."""
        named = {parameter: self.config.get(name) for name, parameter in self.filters.items()}
        return {parameter: value for parameter, value in named.items() if value is not None}

    @cached_property
    def switches(self) -> dict[str, str]:
        """The other parameters that decide what is listed, as the settings want them."""
        return (
            {self.archived: str(self.config["include_archived"]).lower()} if self.archived else {}
        )

    @property
    def endpoint(self) -> ListEndpoint:
        """The list, as the settings want it read."""
        return ListEndpoint(
            client=self._client(),
            path=self.path,
            form=self.form,
            page_size=self.config["page_size"],
            limited=self.limited,
            ordered=self.ordered,
            switches={**self.sends, **self.switches, **self._begin},
            filters=self.query,
        )

    @property
    def last_state(self) -> State:
        """The stream's part of the state, as the last run left it."""
        # Not the SDK's stream_state, which adds what is missing, to a state that the thread of
        # another stream may be writing
        mine: State = self.tap_state.get("bookmarks", {}).get(self.name, {})
        return mine

    @property
    def _begin(self) -> dict[str, str]:
        """What has the API leave out what lies before `start_date`, if it can."""
        if not self._start_date or self.dated_by == CREATED_AT:
            return {}
        # Whether what lies at the very time, or on that day, is left out, nobody says
        return {f"{self.dated_by}After": earlier(utc_text(parse(self._start_date)), DAY)}

    @property
    def _start_date(self) -> str | None:
        return self.config.get("start_date") if self.dated else None

    def terms(self, of: SequenceStream) -> Terms:
        """Return what a read of a list depends on.

        Args:
            of: The stream whose list it is: this one, or the one that this one's rows are below.
        """
        key = of.replication_key
        incremental = self.replication_method == REPLICATION_INCREMENTAL
        return Terms(
            replication_method=self.replication_method,
            replication_key=self.replication_key,
            created_at=CREATED_AT if of.ordered else None,
            changed_at=key if incremental and not (of.ordered and key == CREATED_AT) else None,
            account=Account(
                self.config["api_url"], self.config["client_id"], self.config["client_secret"]
            ),
            filters={**of.switches, **self.switches, **of.query},
            start_date=of._start_date,
            dated=of.dated_by == CREATED_AT,
            lookback_window=self.config["lookback_window"],
            tolerance=self.config["lookback_window"] if of.timed_ids else 0,
            started=utc_text(datetime.fromtimestamp(self._tap.initialized_at / 1000, UTC)),
        )

    @cached_property
    def selected_schema(self) -> dict[str, Any]:
        """The catalog's schema, without what is not selected."""
        return get_selected_schema(self.name, self.effective_schema, self.mask)

    @cached_property
    def reader(self) -> RecordReader:
        """What turns items of the API into the stream's records."""
        return RecordReader(
            self.name,
            self.effective_schema,
            self.selected_schema,
            keys=self.primary_keys,
            created_at=CREATED_AT if self.ordered else None,
            replication_key=self.replication_key,
            timed_ids=self.timed_ids,
            dated_by=self.dated_by,
            besides=self.besides,
            deselect=partial(pop_deselected_record_properties, schema=self.schema, mask=self.mask),
        )

    def deliveries(self) -> Iterator[Delivery]:
        """Read what this run has to read, if the API's version has the list."""
        asked = self.config.get("api_version")
        if asked and asked not in self.versions:
            self._skip(asked)
            return
        try:
            yield from self._reading()
        except RefusedError as error:
            if not error.version or not self.lacks(error):
                raise
            self._skip(error.version)
            return
        # Of the fields that the tap knows, whatever the catalog declares
        warn_of_records(self.name, self.reader, self.schema["properties"].keys(), self.logger)

    @property
    def besides(self) -> frozenset[str]:
        """Fields that the API's items have, and the records are known not to have."""
        return frozenset()

    def lacks(self, error: RefusedError) -> bool:
        """Tell from a refusal whether the API's version that answered has no such list."""
        not_there = error.status in {HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND}
        return not_there and error.version in {*VERSIONS} - self.versions

    def _skip(self, version: str) -> None:
        self.logger.warning(
            "Skipping %s, which version %s of the API does not have", self.name, version
        )

    def _reading(self) -> Iterator[Delivery]:
        deliveries = Deliveries(self.name, self.name, self.endpoint, self.reader, self.logger)
        prove = self.version is not None
        for page in deliveries.of(self.last_state, self.terms(self), prove=prove):
            yield page._replace(records=self._wanted(page.records))
        self._unproved = deliveries.unproved

    def _wanted(self, records: list[Record]) -> list[Record]:
        """Leave out what lies before `start_date`, where that is not a creation time."""
        if not self._start_date or self.dated_by == CREATED_AT:
            return records
        begin = parse(self._start_date)
        times = [record.get(self.dated_by) for record in records]
        return [
            record
            for record, time in zip(records, times, strict=True)
            if time is None or parse(time) >= begin
        ]

    # --- What the SDK calls ----------------------------------------------------------------------

    @override
    def log(self, message: str, *args: Any, level: int = logging.INFO, **kwargs: Any) -> None:
        # The SDK calls whatever ends a read an unhandled error
        if level < logging.ERROR:
            super().log(message, *args, level=level, **kwargs)

    @property
    @override
    def emit_activate_version_messages(self) -> bool:
        return False  # the SDK sends them before the records

    @property
    def version(self) -> int | None:
        """The version that records carry: when the run began, in milliseconds; None for none.

        A target that is told of it deletes or marks all records that have none or a lower one.
        """
        wanted = self.vanishing and self.config["emit_activate_version_messages"]
        return self._tap.initialized_at if wanted else None

    @override
    def get_replication_key_signpost(self, context: Context | None = None) -> None:
        # The SDK's would stand in every state; Progress caps the bookmark
        return None

    @override
    def get_batch_config(self, config: Mapping[str, Any]) -> None:
        # The SDK's own way of writing batches fills them beyond the page that the state tells of,
        # and with records as they came: neither the selection nor stream maps are applied
        return None

    @override
    def get_records(self, context: Context | None) -> Iterator[Record]:
        for page in self.deliveries():
            yield from page.records

    @override
    def _sync_records(
        self, context: Context | None = None, *, write_messages: bool = True
    ) -> Generator[Record, None, None]:
        # The SDK's knows of no state between two pages, and takes as much time for a record as
        # all the rest of its way
        mapper = RecordMapper(
            self.name, self.primary_keys, self.selected_schema, self.stream_maps, self.version
        )
        batch_config = super().get_batch_config(self.config)
        batches = BatchWriter(self.tap_name, self.name, batch_config) if batch_config else None
        size = batch_config.batch_size if batch_config else 0
        left = self.ABORT_AT_RECORD_COUNT  # that of --test
        with self.get_record_counter() as counter, self.get_sync_timer():
            for pages in _together(self.deliveries(), size, self.config["page_size"]):
                records = list(chain.from_iterable(page.records for page in pages))[:left]
                left = left and left - len(records)
                states = [page.state for page in pages if page.state is not None]
                messages = mapper.messages(records)
                state = self.last_state if left == 0 else states[-1] if states else None
                self._write(batches.messages(messages) if batches else messages, state)
                counter.increment(len(records))
                if left == 0:
                    break
            else:
                self._activate(mapper, batched=batches is not None)
        yield from ()

    def _write(self, messages: Iterable[Message], state: State | None) -> None:
        """Write a page, and the state that it leads to: together, as the state is all streams'."""
        with self._writer.turn():
            for message in messages:
                self._writer.write_message(message)
            if state is not None:
                self.tap_state.setdefault("bookmarks", {})[self.name] = state
                # Not by the SDK's state_writer, which leaves out a state that is as the last one
                # was: a target that confirms what came before a state would never confirm these
                self._writer.write_message(StateMessage(value=self.tap_state))

    def _activate(self, mapper: RecordMapper, *, batched: bool) -> None:
        """Have the target delete or mark what is gone from the list; or say why it can't."""
        if self.version is None:
            return
        if self.replication_method == REPLICATION_INCREMENTAL:
            why: str | None = "only what is new or changed was read (INCREMENTAL)"
        elif batched:
            why = "batches (batch_config) carry no version"
        else:
            why = mapper.changed_by_maps or self._unproved
        if why:
            self.logger.info("What is gone from %s stays in its table: %s", self.name, why)
        else:
            self._writer.write_message(ActivateVersionMessage(self.name, self.version))


def _together(pages: Iterator[Delivery], size: int, page_size: int) -> Iterator[list[Delivery]]:
    """Yield pages together, as long as one more would have no more records than a size in all."""
    waiting: list[Delivery] = []
    records = 0
    for page in pages:
        waiting.append(page)
        records += len(page.records)
        if records + page_size > size:
            yield waiting
            waiting, records = [], 0
    if waiting:
        yield waiting
