"""A stream: what it reads in a run, what it hands to the target, and what it remembers."""

from __future__ import annotations

import logging
import re
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from singer_sdk.batch import Batcher
from singer_sdk.exceptions import MapExpressionError
from singer_sdk.helpers._batch import SDKBatchMessage
from singer_sdk.helpers.conform import TypeConformanceLevel
from singer_sdk.mapper import CustomStreamMap
from singer_sdk.singerlib import RecordMessage, StateMessage
from typing_extensions import override

from tap_sequence.background import BackgroundRequests
from tap_sequence.client import SequenceClient
from tap_sequence.errors import RefusedError, SequenceError
from tap_sequence.mapping import Whole
from tap_sequence.messages import TOO_DEEP
from tap_sequence.pace import Pace
from tap_sequence.records import id_of
from tap_sequence.state import Progress
from tap_sequence.times import utc_text

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator

    from singer_sdk.helpers._batch import BatchConfig
    from singer_sdk.helpers.types import Context
    from singer_sdk.mapper import StreamMap

    from tap_sequence.pagination import Read
    from tap_sequence.records import Record
    from tap_sequence.state import State


class Delivery(NamedTuple):
    """A page on its way to the target.

    Attributes:
        records: Its records.
        state: The stream's state once they, and all before them, are delivered.
    """

    records: list[Record]
    state: State


class SequenceStream(SequenceClient):
    """A list of Sequence's API, as a stream."""

    TYPE_CONFORMANCE_LEVEL = TypeConformanceLevel.NONE  # RecordReader's work

    @override
    def log(self, message: str, *args: Any, level: int = logging.INFO, **kwargs: Any) -> None:
        # The SDK calls whatever ends a read an unhandled error, --test's only record too
        if level < logging.ERROR:
            super().log(message, *args, level=level, **kwargs)

    @override
    def get_records(self, context: Context | None) -> Iterator[Record]:
        for page in self.pages():
            yield from page.records

    @override
    def _sync_records(
        self, context: Context | None = None, *, write_messages: bool = True
    ) -> Generator[Record, None, None]:
        # The SDK's knows of no state between two pages, and takes as much time for a record as
        # all the rest of its way
        limit = self.ABORT_AT_RECORD_COUNT
        written = 0
        with self.get_record_counter() as counter, self.get_sync_timer():
            for page in self.pages():
                records = page.records[: None if limit is None else limit - written]
                for message in self._record_messages(records):
                    self._tap.write_message(message)
                self.state_manager.is_flushed = False
                written += len(records)
                counter.increment(len(records))
                if written == limit:
                    break  # to raise here would have the timer say that the read has failed
                self._delivered(page)
        self._check_max_record_limit(written)
        yield from ()

    def _record_messages(self, records: Iterable[Record]) -> Iterator[RecordMessage]:
        """Make the RECORD messages of a page, as its stream maps want them."""
        # The SDK's _generate_record_messages would select and conform what RecordReader has
        now = datetime.now(UTC)
        declared = self.selected_schema.get("properties") or {}
        for record in records:
            for stream_map, has_expressions in self._maps:
                try:
                    mapped = stream_map.transform(
                        # The SDK calls a field undefined that the record lacks
                        Whole(record, declared) if has_expressions else record
                    )
                except Exception as error:  # noqa: BLE001  expressions raise what they like
                    raise self._not_mapped(record, error, stream_map) from None
                if mapped is not None:
                    yield RecordMessage(stream_map.stream_alias, mapped, time_extracted=now)

    @cached_property
    def _maps(self) -> list[tuple[StreamMap, bool]]:
        """The stream maps, and whether each has expressions."""
        # At debug level the SDK logs what a filter came to, which can be a field's value
        logger = logging.getLogger("singer_sdk.mapper")
        logger.setLevel(max(logger.getEffectiveLevel(), logging.INFO))
        return [(one, isinstance(one, CustomStreamMap)) for one in self.stream_maps]

    def _not_mapped(self, record: Record, error: Exception, stream_map: StreamMap) -> SequenceError:
        cause = error.__cause__ if isinstance(error, MapExpressionError) else None
        raised = type(cause or error).__name__
        if isinstance(stream_map, CustomStreamMap):
            what = f"an expression in stream_maps raised {raised}"
        else:
            what = f"flattening raised {raised}"
        return SequenceError(f"{self.name}: {id_of(record)}: {what}")

    @override
    def _sync_batches(self, batch_config: BatchConfig, context: Context | None = None) -> None:
        # The SDK's fills batches beyond the page that the state tells of, and with records as they
        # came: neither the selection nor stream maps are applied
        batcher = Batcher(self.tap_name, self.name, batch_config)
        room = max(batch_config.batch_size, self.config["page_size"])
        pages: list[Delivery] = []
        size = 0

        def write() -> None:
            batches: dict[str, list[Record]] = {}
            for page in pages:
                for message in self._record_messages(page.records):
                    batches.setdefault(message.stream, []).append(message.record)
            for stream, records in batches.items():
                try:
                    manifests = list(batcher.get_batches(iter(records)))
                except RecursionError:
                    raise SequenceError(TOO_DEEP) from None
                for manifest in manifests:
                    self._tap.write_message(
                        SDKBatchMessage(stream, batch_config.encoding, manifest)
                    )
            counter.increment(sum(len(page.records) for page in pages))
            self._delivered(pages[-1])

        with self.get_record_counter() as counter, self.get_sync_timer():
            for page in self.pages():
                if size + len(page.records) > room:
                    write()
                    pages, size = [], 0
                pages.append(page)
                size += len(page.records)
                if self.ABORT_AT_RECORD_COUNT is not None:
                    write()
                    self._check_max_record_limit(size)
            write()

    def _delivered(self, page: Delivery) -> None:
        """Tell the target how far it has come."""
        self.tap_state["bookmarks"][self.name] = page.state
        # Not by the SDK's state_writer, which leaves out a state that is as the last one was: a
        # target that confirms what came before a state would never confirm these records
        self._tap.write_message(StateMessage(value=self.tap_state))

    @property
    @override
    def emit_activate_version_messages(self) -> bool:
        return False  # the SDK sends them on a setting, even where a tap does not advertise them

    @override
    def get_replication_key_signpost(self, context: Context | None = None) -> None:
        # The SDK's would stand in every state; Progress caps the bookmark
        return None

    def pages(self) -> Iterator[Delivery]:
        """Read what this run has to read.

        Yields:
            Pages in the order of reading, each with the stream's state once it is delivered.

        Raises:
            SequenceError: If the read cannot come to its end.
        """
        progress = Progress(
            self.stream_state,
            replication_method=self.replication_method,
            replication_key=self.created_at,
            config=self.config,
            filters=self.query,
            started=utc_text(datetime.fromtimestamp(self._tap.initialized_at / 1000, UTC)),
        )
        for warning in progress.warnings:
            self.logger.warning("%s", warning)
        if left := progress.interrupted:
            self.logger.info(
                "Resuming the interrupted read of %s, before %s%s",
                self.name,
                left.from_newest.reached or left.newest,
                f" and after {left.from_oldest.reached}" if left.from_oldest else "",
            )
            read = progress.read(self.logger)
            try:
                yield from self._deliver(progress, read)
            except SequenceError as error:
                key_refused = isinstance(error, RefusedError) and error.of_the_key
                if key_refused or read.newest.position.cursor != left.from_newest.cursor:
                    raise
                self.logger.warning(
                    "The interrupted read cannot be resumed, reading anew: %s", error
                )
                progress.interrupted = None
        yield from self._deliver(progress, progress.read(self.logger))
        self._warn_of_what_was_changed()

    def _deliver(self, progress: Progress, read: Read) -> Iterator[Delivery]:
        """Read to the end, and say what was wrong with the list."""
        pace = Pace(self.logger, self.name)
        with BackgroundRequests(self) as requests:
            for records in read.pages(requests):
                yield Delivery(records, progress.after(read))
                pace.note(len(records), read)
        if read.newest.misplaced == 1:
            self.logger.warning(
                "The list of %s is newest first but for a creation time out of place", self.name
            )
        elif read.newest.misplaced:
            self.logger.warning(
                "The list of %s is not newest first, as was asked for: it was read to its end",
                self.name,
            )
        if read.total is not None and read.delivered < read.total:
            self.logger.warning(
                "The complete read delivered %d %s, fewer than the %d that the API counted "
                "when it began (totalResultSize)",
                read.delivered,
                self.name,
                read.total,
            )

    def _warn_of_what_was_changed(self) -> None:
        known = self.schema["properties"].keys()
        if unknown := self.reader.unknown_fields - known:
            self.logger.warning(
                "The API sent fields that this version of the tap does not know, and they were "
                "dropped (upgrade it to have them): %s",
                _in_words(unknown),
            )
        if missing := self.reader.unknown_fields & known:
            self.logger.warning(
                "The API sent fields that the catalog does not declare, and they were dropped "
                "(discover it again to have them): %s",
                _in_words(missing),
            )
        if self.reader.characters_removed:
            self.logger.warning(
                "Some texts held NUL characters or halves of surrogate pairs, which databases "
                "can't store: these characters were removed"
            )


def _in_words(fields: set[str]) -> str:
    """Name some fields; what is no field's name could be a customer's."""
    shown = sorted(name for name in fields if re.fullmatch("[a-z][A-Za-z0-9_]{0,40}", name))[:20]
    hidden = len(fields) - len(shown)
    return ", ".join([*shown, *([f"{hidden} more"] if hidden else [])])
