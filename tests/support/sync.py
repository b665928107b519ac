"""Running the tap inside the test's process, where a thousand runs take seconds."""

from __future__ import annotations

import copy
import json
import pickle
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from meltano.core.utils import merge

from tap_sequence.singer.writer import MessageWriter
from tap_sequence.streams import STREAMS
from tap_sequence.tap import TapSequence
from tests.support.accounts import settings
from tests.support.messages import Messages

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from singer_sdk.singerlib.encoding.simple import Message

    from standins.sequence_api import SequenceAPI
    from tap_sequence.singer.stream import SequenceStream


class Collector(MessageWriter):
    """Keeps the messages instead of writing them.

    Args:
        see: Is called with every message before it is kept; what it raises ends the run there.
    """

    def __init__(self, see: Callable[[dict[str, Any]], None] | None = None) -> None:
        """Start without messages."""
        super().__init__()
        self.messages: list[dict[str, Any]] = []
        self._see = see
        self._raised: BaseException | None = None

    def write_message(self, message: Message) -> None:
        """Keep a message as it is now."""
        with self.turn():
            if self._raised:  # whichever stream's thread comes next
                raise self._raised
            one = pickle.loads(pickle.dumps(message.to_dict()))  # noqa: S301  the run's own
            try:
                if self._see:
                    self._see(one)
            except BaseException as raised:
                self._raised = raised
                raise
            self.messages.append(one)


class Synced(Messages):
    """What a run in this process wrote.

    Args:
        messages: Those that it begins with.
    """

    def __init__(self, messages: list[dict[str, Any]] | None = None) -> None:
        self._messages = messages or []

    @property
    def messages(self) -> list[dict[str, Any]]:
        """All of them, decoded."""
        return self._messages


def sync(  # noqa: PLR0913  what a run depends on
    api: SequenceAPI,
    *,
    state: Mapping[str, Any] | None = None,
    catalog: Mapping[str, Any] | None = None,
    see: Callable[[dict[str, Any]], None] | None = None,
    into: Synced | None = None,
    streams: Collection[str] | None = ("customers",),
    **config: Any,
) -> Synced:
    """Run the tap to its end.

    Args:
        api: What it reads from.
        state: The state to start with.
        catalog: The catalog to read by.
        see: Is called with every message; what it raises ends the run there.
        into: Where the messages go, for a run that is to be cut short.
        streams: The streams to read where there is no catalog; None for all of them.
        config: Settings beside those that reach the API.

    Returns:
        What it wrote.

    Raises:
        SequenceError: If the run failed.
    """
    synced = into or Synced()
    collector = Collector(see)
    collector.messages = synced.messages
    with concerned(streams, catalog, state):
        tap = TapSequence(
            config=settings(api, **config),
            state=copy.deepcopy(dict(state or {})),
            catalog=copy.deepcopy(dict(catalog)) if catalog else None,
            message_writer=collector,
        )
    for stream in tap.streams.values():
        stream.selected = stream.selected if catalog or not streams else stream.name in streams
    tap.setup_mapper()  # which goes by what is selected
    tap.sync()
    return synced


@contextmanager
def concerned(
    streams: Collection[str] | None,
    catalog: Mapping[str, Any] | None,
    state: Mapping[str, Any] | None,
) -> Iterator[None]:
    """Have the tap make no other streams than a run has to do with: to make all takes a while."""
    mentioned = json.dumps([catalog, state], default=str)
    some: Any = [
        stream
        for stream in STREAMS
        if (name := vars(stream)["name"]) in (streams or ()) or f'"{name}"' in mentioned
    ]
    if streams is None or not some:
        yield
        return
    with patch("tap_sequence.tap.STREAMS", tuple(some)):
        yield


def sync_declared(api: SequenceAPI, *declarations: type[SequenceStream], **options: Any) -> Synced:
    """Run, as `sync` does, a tap that has these streams alone."""
    with patch("tap_sequence.tap.STREAMS", declarations):
        return sync(api, streams=None, **options)


def merged(later: Mapping[str, Any], earlier: Mapping[str, Any]) -> dict[str, Any]:
    """Return what Meltano makes of two states where it merges them, as on a full refresh."""
    both: dict[str, Any] = merge(  # type: ignore[no-untyped-call]  # Meltano declares no types
        copy.deepcopy(dict(later)), copy.deepcopy(dict(earlier))
    )
    return both
