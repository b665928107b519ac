"""A row of a list, whatever the list."""

from __future__ import annotations

import copy
import re
from abc import ABC, abstractmethod
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from standins.sequence_api.chance import ABSENT
from standins.sequence_api.switches import Switches
from standins.sequence_api.times import micros_of, text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from standins.sequence_api.lineage import Told

Key = tuple[int, str]

_USUAL = Switches()


class Row(ABC):
    """One row, in every version's shape.

    Attributes:
        id: Its key, by which a test names it.
        micros: When it was created, in microseconds since 1970.
        archived: Whether it is archived.
        empty: Whether its quantities are zero.
        switches: What the documents leave open of it.
        below: What a test has said of the rows below it, by their lists.
        raw: Whether it has whatever fields a test gives it.
    """

    raw: ClassVar[bool] = False

    __slots__ = (
        "_bodies", "_digits", "_given", "archived", "below", "empty", "id", "micros", "switches",
    )  # fmt: skip

    def __init__(self, identity: str, micros: int, digits: int, *, archived: bool = False) -> None:
        self.id = identity
        self.micros = micros
        self.archived = archived
        self.empty = False
        self.switches = _USUAL
        self.below: dict[str, Told] | None = None
        self._digits = digits
        self._given: dict[str, object] | None = None
        self._bodies: dict[str, bytes] | None = None

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.id} {self.created_at}>"

    @property
    def key(self) -> Key:
        """What the list is sorted by, and what a cursor holds."""
        return self.micros, self.id

    @property
    def created_at(self) -> str:
        """When it was created, as the API writes it."""
        if self._given and "createdAt" in self._given:
            return str(self._given["createdAt"])
        return text_of(self.micros, self._digits)

    @property
    def given(self) -> Mapping[str, object]:
        """The fields that are not drawn."""
        return self._given or {}

    @property
    def edition(self) -> int:
        """How often its values were drawn anew, and what is below it was recalculated."""
        return 0

    @property
    @abstractmethod
    def fields(self) -> dict[str, object]:
        """All its fields in all versions, those that no version shows too."""

    @abstractmethod
    def item(self, version: str) -> object:
        """The row as an item of the list, in one version."""

    @abstractmethod
    def body(self, version: str) -> bytes:
        """The item as JSON."""

    @abstractmethod
    def change(self, micros: int, digits: int, *, renew: bool) -> None:
        """Note a change.

        Args:
            micros: When it happens, in microseconds since 1970.
            digits: How many fractional digits of that are shown.
            renew: Whether other values are drawn.
        """

    def warm(self, version: str) -> None:
        """Keep the item as JSON, to be answered at once."""
        self.body(version)

    def update(self, fields: Mapping[str, object]) -> None:
        """Change fields, given under the API's names."""
        if "createdAt" in fields:
            self.micros = micros_of(str(fields["createdAt"]))
        self._given = {**(self._given or {}), **fields}
        self._bodies = None
        if "archivedAt" in fields:
            self.archived = fields["archivedAt"] not in (None, ABSENT)


def field_names(fields: Mapping[str, object], allowed: Iterable[str]) -> dict[str, object]:
    """The fields under the API's names: `legal_name` and `legalName` both mean `legalName`.

    Raises:
        TypeError: If there is no such name.
    """
    named = {re.sub("_(.)", lambda found: found[1].upper(), name): fields[name] for name in fields}
    if unknown := sorted(named.keys() - set(allowed)):
        raise TypeError(f"there is no {', '.join(unknown)}")
    for name, value in named.items():
        if isinstance(value, datetime):
            named[name] = text_of(micros_of(value.isoformat()))
    return copy.deepcopy(named)
