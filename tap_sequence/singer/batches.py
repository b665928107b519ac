"""BATCH messages: files of records in place of single RECORD messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from singer_sdk.batch import Batcher

# The SDK has no public name for the message that its targets read
from singer_sdk.helpers._batch import SDKBatchMessage

from tap_sequence.errors import SequenceError
from tap_sequence.singer.writer import TOO_DEEP

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from singer_sdk.singerlib import RecordMessage

    from tap_sequence.pages import Record


class BatchWriter:
    """Writes records to files, and tells where these are.

    Args:
        tap: The tap's name.
        stream: The stream's name.
        config: The setting `batch_config`, as the SDK reads it.
    """

    def __init__(self, tap: str, stream: str, config: Any) -> None:
        """Prepare for a stream."""
        self._encoding = config.encoding
        self._batcher = Batcher(tap, stream, config)

    def messages(self, records: Iterable[RecordMessage]) -> Iterator[SDKBatchMessage]:
        """Write records, and yield the messages that name the files.

        Args:
            records: Messages of single records. Stream maps can send them to several streams.

        Raises:
            SequenceError: If a record is nested too deep.
        """
        by_stream: dict[str, list[Record]] = {}
        for message in records:
            by_stream.setdefault(message.stream, []).append(message.record)
        for stream, batch in by_stream.items():
            try:
                manifests = list(self._batcher.get_batches(iter(batch)))
            except RecursionError:
                raise SequenceError(TOO_DEEP) from None
            for manifest in manifests:
                yield SDKBatchMessage(stream, self._encoding, manifest)
