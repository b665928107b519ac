"""What a list of the API takes, and its answers: `{"items": [...], "pagination": {...}}`.

The API has two other forms of answers, for what comes whole: the items alone, and one object.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple
from urllib.parse import quote

from tap_sequence.errors import SequenceError
from tap_sequence.wording import is_id, kind_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tap_sequence.api.client import Client
    from tap_sequence.api.decoding import Json
    from tap_sequence.pages import Position

LARGEST_TOTAL = 10**12
"""What a `totalResultSize` is taken for a mistake from."""

Form = Literal["page", "items", "object"]
"""How answers are made: items and pagination; all items, as a rule without pagination; one object,
which is the only item."""


class Answer(NamedTuple):
    """One answer of a list, its items unread.

    Attributes:
        items: Its items, as the API sent them.
        unstorable: Whether their texts can hold characters that targets can't store.
        after: Cursor of the next page; None on the last one.
        total: How many records the whole list has, where the API says so.
        date: When it was answered, by the API's clock, in the fixed-width form of `times`.
    """

    items: list[Json]
    unstorable: bool
    after: str | None
    total: int | None
    date: str | None


@dataclass(frozen=True, kw_only=True)
class ListEndpoint:
    """A list of the API.

    Attributes:
        client: What makes its requests.
        path: Its path below the API's URL. In braces, the names of properties of what it is below.
        form: How its answers are made.
        page_size: How many items a page is to have.
        limited: Whether it takes `limit`; else the API decides on the size of a page.
        ordered: Whether it takes `sortOrder`.
        switches: Parameters that are always sent, the same for all accounts.
        filters: Parameters that choose by what customers are called; no message quotes them.
        below: The properties of what it is below.
    """

    client: Client
    path: str
    form: Form = "page"
    page_size: int
    limited: bool = True
    ordered: bool = False
    switches: Mapping[str, str] = field(default_factory=dict)
    filters: Mapping[str, str] = field(default_factory=dict)
    below: Mapping[str, str] = field(default_factory=dict)

    def fetch(self, position: Position) -> Answer:
        """Request one page, once.

        Args:
            position: Where in the list it begins. The order counts if the list takes one.

        Raises:
            PassingError: If the request failed in a way that another try can mend.
            RefusedError: If Sequence refuses the request.
            SequenceError: If the answer is not a page.
        """
        private = (*self.filters.values(), *self.below.values(), position.cursor or "")
        reply = self.client.get(
            self.path.format_map({name: quote(self.below[name], safe="") for name in self.below}),
            self._parameters(position),
            shown=self.shown,
            private=private,
        )
        if not isinstance(reply.body, dict):
            raise self._unexpected("an object", reply.body)
        if self.form == "object":
            return Answer([reply.body], reply.unstorable, None, 1, reply.date)
        items = reply.body.get("items")
        if not isinstance(items, list):
            quoted = self.client.quoted(reply.body, private)
            raise self._unexpected("an array called items", items, quoted)
        pagination = self._pagination(reply.body, items)
        total = pagination.get("totalResultSize")
        return Answer(
            items,
            reply.unstorable,
            self._cursor(pagination.get("after")),
            total if type(total) is int and 0 <= total < LARGEST_TOTAL else None,
            reply.date,
        )

    @property
    def shown(self) -> str:
        """The path as messages show it; what does not look like an id could be a customer's."""
        ids = self.below.values()
        return self.path.format_map(self.below) if all(map(is_id, ids)) else self.path

    def _pagination(self, body: dict[str, Json], items: list[Json]) -> dict[str, Json]:
        pagination = body.get("pagination")
        whole = self.form == "items" or (self.limited and len(items) < self.page_size)
        if pagination is None and whole:
            return {}
        if not isinstance(pagination, dict):
            raise self._unexpected("an object called pagination", pagination)
        return pagination

    def _parameters(self, position: Position) -> dict[str, str | int]:
        parameters: dict[str, str | int] = {
            **self.switches,
            **self.filters,
        }
        if self.limited and self.form == "page":
            parameters["limit"] = self.page_size
        if self.ordered:
            parameters["sortOrder"] = position.order
        if position.cursor is not None:
            parameters["after"] = position.cursor
        return parameters

    def _cursor(self, after: Json) -> str | None:
        if after is not None and not isinstance(after, str):
            raise self._unexpected("pagination.after to be a string", after)
        if after and _NOT_SENDABLE.search(after):
            raise self._unexpected("pagination.after without NUL or half of a character", after)
        return after or None

    def _unexpected(self, expected: str, got: object, quoted: str = "") -> SequenceError:
        return SequenceError(f"GET {self.shown}: expected {expected}, got {kind_of(got)}{quoted}")


_NOT_SENDABLE = re.compile("[\0\ud800-\udfff]")
