"""What a run wrote, read as a target and a scheduler read it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any


class Messages(ABC):
    """The Singer messages of a run."""

    @property
    @abstractmethod
    def messages(self) -> list[dict[str, Any]]:
        """All of them, decoded."""

    @property
    def records(self) -> list[dict[str, Any]]:
        """The records of the RECORD messages."""
        return [one["record"] for one in self.messages if one["type"] == "RECORD"]

    @property
    def by_stream(self) -> dict[str, list[dict[str, Any]]]:
        """The records of each stream."""
        records: dict[str, list[dict[str, Any]]] = {}
        for one in self.messages:
            if one["type"] == "RECORD":
                records.setdefault(one["stream"], []).append(one["record"])
        return records

    @property
    def ids(self) -> list[str]:
        """Their ids."""
        return [record["id"] for record in self.records]

    @property
    def schemas(self) -> dict[str, dict[str, Any]]:
        """The SCHEMA messages, by stream."""
        return {one["stream"]: one for one in self.messages if one["type"] == "SCHEMA"}

    @property
    def states(self) -> list[dict[str, Any]]:
        """The values of the STATE messages."""
        return [one["value"] for one in self.messages if one["type"] == "STATE"]

    @property
    def state(self) -> dict[str, Any]:
        """The last state, an empty one before the first STATE message."""
        return self.states[-1] if self.states else {}

    @property
    def bookmark(self) -> dict[str, Any]:
        """What the last state says of customers."""
        bookmark: dict[str, Any] = self.state["bookmarks"]["customers"]
        return bookmark

    @property
    def at_rest(self) -> bool:
        """Whether the last state says that nothing is left to read."""
        left: list[object] = self.bookmark["interrupted_reads"]
        return left == []

    @property
    def stored(self) -> set[str]:
        """The ids that a target has stored when it has confirmed the last state."""
        last = max(n for n, one in enumerate(self.messages) if one["type"] == "STATE")
        return {one["record"]["id"] for one in self.messages[:last] if one["type"] == "RECORD"}


def by_id(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return records in an order that does not depend on the read."""
    return sorted(records, key=lambda record: str(record["id"]))
