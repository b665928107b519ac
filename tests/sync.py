"""Running the tap inside the test's process, where a thousand runs take seconds."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from meltano.core.utils import merge

from tap_sequence.messages import MessageWriter
from tap_sequence.tap import TapSequence
from tests.tap import settings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from singer_sdk.singerlib.encoding.simple import Message

    from standins.sequence_api import SequenceAPI


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

    def write_message(self, message: Message) -> None:
        """Keep a message as it is now."""
        one = copy.deepcopy(message.to_dict())
        if self._see:
            self._see(one)
        self.messages.append(one)


@dataclass
class Synced:
    """What a run wrote.

    Attributes:
        messages: The Singer messages.
    """

    messages: list[dict[str, Any]] = field(default_factory=list)

    @property
    def records(self) -> list[dict[str, Any]]:
        """The records of the RECORD messages."""
        return [one["record"] for one in self.messages if one["type"] == "RECORD"]

    @property
    def ids(self) -> list[str]:
        """Their ids."""
        return [record["id"] for record in self.records]

    @property
    def state(self) -> dict[str, Any]:
        """The last state, an empty one before the first STATE message."""
        states = [one["value"] for one in self.messages if one["type"] == "STATE"]
        return states[-1] if states else {}

    @property
    def bookmark(self) -> dict[str, Any]:
        """What the last state says of customers."""
        bookmark: dict[str, Any] = self.state["bookmarks"]["customers"]
        return bookmark


def sync(
    api: SequenceAPI,
    *,
    state: Mapping[str, Any] | None = None,
    catalog: Mapping[str, Any] | None = None,
    see: Callable[[dict[str, Any]], None] | None = None,
    into: Synced | None = None,
    **config: Any,
) -> Synced:
    """Run the tap to its end.

    Args:
        api: What it reads from.
        state: The state to start with.
        catalog: The catalog to read by.
        see: Is called with every message; what it raises ends the run there.
        into: Where the messages go, for a run that is to be cut short.
        config: Settings beside those that reach the API.

    Returns:
        What it wrote.

    Raises:
        SequenceError: If the run failed.
    """
    synced = into or Synced()
    collector = Collector(see)
    collector.messages = synced.messages
    tap = TapSequence(
        config=settings(api, **config),
        state=copy.deepcopy(dict(state or {})),
        catalog=copy.deepcopy(dict(catalog)) if catalog else None,
        message_writer=collector,
    )
    tap.sync_all()
    return synced


def discovered(**entry: Any) -> dict[str, Any]:
    """Return the tap's catalog, with something else in the entry for customers."""
    catalog = TapSequence(config={}, validate_config=False).catalog_dict
    catalog["streams"][0].update(entry)
    return catalog


def merged(later: Mapping[str, Any], earlier: Mapping[str, Any]) -> dict[str, Any]:
    """Return what Meltano makes of two states where it merges them, as on a full refresh."""
    both: dict[str, Any] = merge(  # type: ignore[no-untyped-call]  # Meltano declares no types
        copy.deepcopy(dict(later)), copy.deepcopy(dict(earlier))
    )
    return both
