"""Records as RECORD messages: through the stream maps, and what their expressions see of them."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from singer_sdk.exceptions import MapExpressionError
from singer_sdk.mapper import CustomStreamMap, RemoveRecordTransform
from singer_sdk.singerlib import RecordMessage
from typing_extensions import override

from tap_sequence.errors import SequenceError
from tap_sequence.records.reader import named

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from singer_sdk.mapper import StreamMap

    from tap_sequence.pages import Record


class RecordMapper:
    """Makes the RECORD messages of a stream, as its stream maps want them.

    Args:
        stream: The stream's name, for error messages.
        keys: Names of the properties that tell one record from another.
        schema: The schema of what is selected.
        stream_maps: The stream's maps.
        version: The version that the messages carry, if they carry one.

    """

    def __init__(
        self,
        stream: str,
        keys: Sequence[str],
        schema: Mapping[str, Any],
        stream_maps: Iterable[StreamMap],
        version: int | None = None,
    ) -> None:
        """Prepare for a stream."""
        self._left_out = False
        self._version = version
        self._stream = stream
        self._keys = keys
        self._declared = schema.get("properties") or {}
        self._maps = [(one, isinstance(one, CustomStreamMap)) for one in stream_maps]
        # At debug level the SDK logs what a filter came to, which can be a field's value
        logger = logging.getLogger("singer_sdk.mapper")
        logger.setLevel(max(logger.getEffectiveLevel(), logging.INFO))

    @property
    def changed_by_maps(self) -> str | None:
        """What of the stream the maps have changed, so that its table may hold other records too.

        None if they have changed nothing but the records themselves.
        """
        for stream_map, _ in self._maps:
            if isinstance(stream_map, RemoveRecordTransform) or self._left_out:
                return "stream_maps leave out some of it"
            keys = tuple(stream_map.transformed_key_properties or ())
            if stream_map.stream_alias != self._stream or keys != tuple(self._keys):
                return "stream_maps give it another name or key"
        return None

    def messages(self, records: Iterable[Record]) -> Iterator[RecordMessage]:
        """Make the messages of some records.

        Raises:
            SequenceError: If an expression fails; it names the record.
        """
        now = datetime.now(UTC)
        for record in records:
            for stream_map, has_expressions in self._maps:
                # The SDK calls a field undefined that the record lacks
                whole = Whole(record, self._declared) if has_expressions else record
                try:
                    mapped = stream_map.transform(whole)
                except Exception as error:  # noqa: BLE001  expressions raise what they like
                    raise self._failed(record, error, has_expressions=has_expressions) from None
                if mapped is None:
                    self._left_out = True
                    continue
                yield RecordMessage(
                    stream_map.stream_alias, mapped, version=self._version, time_extracted=now
                )

    def _failed(self, record: Record, error: Exception, *, has_expressions: bool) -> SequenceError:
        cause = error.__cause__ if isinstance(error, MapExpressionError) else None
        raised = type(cause or error).__name__
        what = "an expression in stream_maps raised" if has_expressions else "flattening raised"
        return SequenceError(f"{self._stream}: {named(record, self._keys)}: {what} {raised}")


class Whole(dict[str, Any]):
    """An object that has null where it lacks a declared property, for those who ask by name.

    The same goes for the objects within it. To all who go through it, and so in what is made of
    it, the property is still missing.

    Args:
        content: The object.
        declared: The properties of its JSON schema.
    """

    __slots__ = ("_declared",)

    def __init__(self, content: Mapping[str, Any], declared: Mapping[str, Any]) -> None:
        """Take over the content."""
        super().__init__(content)
        self._declared = declared

    def __missing__(self, name: str) -> None:
        if name not in self._declared:
            raise KeyError(name)

    @override
    def __getitem__(self, name: str) -> Any:
        value = super().__getitem__(name)
        return _whole(value, self._declared.get(name)) if isinstance(value, dict | list) else value

    @override
    def __contains__(self, name: object) -> bool:
        return super().__contains__(name) or name in self._declared

    @override
    def copy(self) -> Whole:
        return Whole(self, self._declared)


def _whole(value: Any, schema: Any) -> Any:
    match value:
        case dict() if isinstance(schema, Mapping):
            return Whole(value, schema.get("properties") or {})
        case list() if isinstance(schema, Mapping):
            return [_whole(one, schema.get("items")) for one in value]
        case _:
            return value
