"""What a list is called, where it is, and what can be asked of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl

from standins.sequence_api.cursors import place
from standins.sequence_api.parameters import AFTER, Parameter, Taken
from standins.sequence_api.refusals import RefusedError, mistakes
from standins.sequence_api.store import Selection
from standins.sequence_api.versions import VERSIONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from standins.sequence_api.rows import Key

_NO_CURSOR = "is not a cursor of this list in this order"
CURSOR_REFUSED: Final = mistakes({"after": _NO_CURSOR})
_DEFAULT_LIMIT = 20


@dataclass(frozen=True)
class Query:
    """What is asked of a list.

    Attributes:
        selection: Which rows.
        order: The order's name in cursors.
        descending: Whether the last of the order comes first.
        limit: The size of a page; None for all.
        after: The key behind which the page begins.
        before: The key in front of which it ends.
    """

    selection: Selection
    order: str
    descending: bool
    limit: int | None
    after: Key | None
    before: Key | None


@dataclass(frozen=True, eq=False, kw_only=True)
class Endpoint:
    """One list of the API.

    Attributes:
        name: What a test calls it.
        path: What follows the API's URL.
        parameters: All that any version documents.
        ordered: Whether it is listed by creation time; if not, in an order that tells nothing.
        paged: Whether it is documented to come in pages.
    """

    name: str
    path: str
    parameters: Iterable[Taken]
    ordered: bool = False
    paged: bool = True

    @property
    def versions(self) -> tuple[str, ...]:
        """The versions that have the list, oldest first."""
        return VERSIONS

    def order(self, direction: str) -> str:
        """What an order of it is called in cursors."""
        return direction

    def documented(self, version: str) -> dict[str, Parameter]:
        """The parameters of a version."""
        return {each.name: each.parameter for each in self.parameters if each.there[version] != "-"}

    def query(self, raw: bytes, version: str, *, cut: bool = False, within: str = "") -> Query:
        """What a query string asks for.

        Args:
            raw: The query string as it was sent.
            version: The version that answers.
            cut: Whether `after` counts, though the list is not paged.
            within: The part of it that cursors are for.

        Raises:
            RefusedError: If there is anything but documented parameters, each given once and with
                a value that it may have.
        """
        documented = self.documented(version)
        if cut:
            documented |= {each.name: each.parameter for each in AFTER}
        given = _pairs(raw)
        values = dict(given)
        direction = values.get("sortOrder", "DESC")
        order = f"{self.order(direction)}{within}"
        places = {name: place(values[name], order) for name in _DIRECTIONS if name in values}
        wrong = _problems(given, documented, version, places)
        if wrong:
            raise RefusedError(mistakes(wrong))
        return Query(
            selection=_selection(documented, values),
            order=order,
            descending=direction == "DESC",
            limit=int(values.get("limit", _DEFAULT_LIMIT)) if self.paged or cut else None,
            after=places.get("after"),
            before=places.get("before"),
        )


_DIRECTIONS = ("after", "before")


def _pairs(raw: bytes) -> list[tuple[str, str]]:
    if not raw:
        return []
    try:
        return parse_qsl(
            raw.decode("ascii"), keep_blank_values=True, strict_parsing=True, errors="strict"
        )
    except ValueError:
        raise RefusedError(mistakes({"query": "is not a query string in UTF-8"})) from None


def _problems(
    given: list[tuple[str, str]],
    documented: Mapping[str, Parameter],
    version: str,
    places: Mapping[str, Key | None],
) -> dict[str, str]:
    """What is wrong with each parameter: first those whose names are."""
    names: dict[str, str] = {}
    values: dict[str, str] = {}
    for number, (name, value) in enumerate(given):
        if name not in documented:
            names[name] = f"is not a parameter of version {version}"
        elif any(name == earlier for earlier, _ in given[:number]):
            names[name] = "is given more than once"
        elif problem := _misplaced(name, places) or documented[name].problem(value):
            values[name] = problem
    return names | {name: values[name] for name in values if name not in names}


def _misplaced(name: str, places: Mapping[str, Key | None]) -> str | None:
    """What is wrong with a place to go on from."""
    if name in places and len(places) > 1:
        return "cannot be given together with the other direction"
    return _NO_CURSOR if places.get(name, ()) is None else None


def _selection(documented: Mapping[str, Parameter], values: Mapping[str, str]) -> Selection:
    tests = set()
    for name, parameter in documented.items():
        value = values.get(name, parameter.default)
        if parameter.test and value is not None and value != parameter.idle:
            tests.add((parameter.test, value))
    return Selection(frozenset(tests))
