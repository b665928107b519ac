"""Rows below a parent, and what their lists are.

They are drawn when they are asked for, from the parent's row: a hundred thousand invoices cost
nothing more until somebody wants the lines of one.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from standins.sequence_api.described import DescribedRow, Description, uuid
from standins.sequence_api.lineage import seed_of
from standins.sequence_api.shapes import Perhaps

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from standins.sequence_api.below import Below
    from standins.sequence_api.lineage import Sizes
    from standins.sequence_api.relations import Relations
    from standins.sequence_api.rows import Row
    from standins.sequence_api.shapes import Drawing, Maker


@dataclass(frozen=True, eq=False, kw_only=True)
class BelowDescription(Description):
    """A list below a parent: its path has `{}` in place of the parent's id.

    Attributes:
        parent: The parents' list.
        items: Gives the rows of a parent.
        single: Whether it is no list, but one object.
        sizes: How many rows there are below one parent.
        said: What they are called in what a test has said of a parent, if not as the list.
        beside: The list of the groups of these lines, or of the lines in these groups.
        others: Lists that they are drawn from, besides the parents'.
    """

    parent: str
    items: Callable[[Below, Row], list[Item]]
    single: bool = False
    sizes: Sizes | None = None
    said: str = ""
    beside: str = ""
    others: tuple[str, ...] = ()
    share: float = 0


class Item(DescribedRow):
    """One row below a parent.

    Attributes:
        parent: The parent.
        told: What else is fixed of it, for its makers.
    """

    __slots__ = ("parent", "told")

    def __init__(
        self,
        description: BelowDescription,
        relations: Relations,
        parent: Row,
        serial: int,
        identity: str,
    ) -> None:
        seed = seed_of(description.name, parent.id)
        super().__init__(
            identity,
            parent.micros,
            6,
            archived=False,
            seed=seed << 33,
            description=description,
            relations=relations,
        )
        self.number = seed + serial
        self._place = serial
        self.parent = parent
        self.told: Mapping[str, object] = {}
        if isinstance(parent, DescribedRow):
            self.updated = parent.updated

    def settle(self, number: int, identity: str) -> None:
        """Take a key; the place in the list stays."""
        self.number = number
        self.id = identity

    def redraw(self, edition: int) -> None:
        """Have the values of an edition."""
        self._edition = edition


def identity_of(name: str, parent: str, serial: int) -> str:
    """The id of a row below a parent: a UUIDv4."""
    text = f"{name}/{serial}/{parent}".encode("utf-8", "surrogatepass")
    number = int.from_bytes(hashlib.blake2b(text, digest_size=16).digest())
    return uuid(number & ~(0xF << 76 | 0b11 << 62) | 4 << 76 | 0b10 << 62)


def below(drawing: Drawing) -> str:
    """The key of the row's parent."""
    return cast("Item", drawing.row).parent.id


def told(name: str) -> Maker:
    """Something that is fixed of the row."""
    return lambda drawing: cast("Item", drawing.row).told[name]


def perhaps_told(name: str) -> Maker:
    """Something that is fixed of the row, and may be absent."""
    return Perhaps(told(name))
