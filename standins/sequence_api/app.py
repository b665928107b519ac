"""The rules of the API: what a request is answered, and what is refused.

Where the documents say nothing, the choice is this stand-in's own, and the strictest that a client
could meet: the size of a page when none is asked for, what a filter matches, whether `before` and
`after` go together.
"""

from __future__ import annotations

import base64
from abc import ABC, abstractmethod
from threading import RLock
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import parse_qsl, urlencode

from standins.sequence_api.below import Below
from standins.sequence_api.cursors import cursor
from standins.sequence_api.endpoint import CURSOR_REFUSED
from standins.sequence_api.messages import JSON, Answer, encoded
from standins.sequence_api.refusals import RefusedError, refusal
from standins.sequence_api.versions import VERSIONS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from standins.sequence_api.listing import Listing
    from standins.sequence_api.messages import Request
    from standins.sequence_api.store import Page

__all__ = ["API", "LastPage", "cursor"]

LastPage = Literal["missing", "null", "empty"]

_CACHED_BYTES = 64 * 1024 * 1024


class API(ABC):
    """The answers, from the lists and what a key may be told.

    Attributes:
        lock: Held around every use of a list.
        client_id: The user name that is asked for.
        client_secret: The password that is asked for.
        version: What the key is pinned to: the version for requests that name none.
        last_page: How a page says that there is no next or previous one: without the member, with
            null, or with an empty string.
        total: Whether `totalResultSize` is told.
    """

    def __init__(
        self, *, client_id: str, client_secret: str, version: str, last_page: LastPage, total: bool
    ) -> None:
        self.lock = RLock()
        self.client_id = client_id
        self.client_secret = client_secret
        self.version = version
        self.last_page = last_page
        self.total = total
        self._bodies = _Bodies()

    @abstractmethod
    def at(self, path: str) -> Listing[Any] | Below | None:
        """The list at a path, if there is one."""

    def answer(self, request: Request) -> Answer:
        """What the API answers to a request."""
        version = self.version
        try:
            listing = self._target(request)
            self._check_credentials(request)
            version = self._version(request)
            _check_there(listing, version)
            if isinstance(listing, Below):
                body = self._body_below(listing, request, version)
            else:
                body = self._body(listing, request.raw_query, version)
            answer = Answer(200, body, (("content-type", JSON),))
        except RefusedError as refused:
            answer = refused.answer
        headers = (*answer.headers, ("sequence-version", version))
        return Answer(answer.status, answer.body, headers)

    def _target(self, request: Request) -> Listing[Any] | Below:
        listing = self.at(request.path)
        if listing is None:
            raise RefusedError(refusal(404, "NotFound", "there is nothing at this path"))
        if request.method != "GET":
            message = "the list can only be read"
            raise RefusedError(refusal(405, "MethodNotAllowed", message, {"allow": "GET"}))
        return listing

    def _check_credentials(self, request: Request) -> None:
        pair = f"{self.client_id}:{self.client_secret}".encode()
        given = request.sent(b"authorization")
        given = [value[:6].lower() + value[6:] for value in given]
        if given == [b"basic " + base64.b64encode(pair)]:
            return
        headers = {"www-authenticate": 'Basic realm="Sequence"'}
        raise RefusedError(
            refusal(401, "Unauthorized", "these are not a key's credentials", headers)
        )

    def _version(self, request: Request) -> str:
        given = request.sent(b"sequence-version")
        if not given:
            return self.version
        version = given[0].decode("latin-1")
        if len(given) > 1 or version not in VERSIONS:
            message = f"there is no version {version!r}"
            raise RefusedError(refusal(400, "UnrecognisedApiVersion", message))
        return version

    def _body(self, listing: Listing[Any], raw_query: bytes, version: str) -> bytes:
        with self.lock:
            kept = self._bodies.of(listing.path, listing.store.changes)
            wanted = (
                raw_query, version, self.last_page, self.total, listing.cut, listing.numbered,
            )  # fmt: skip
            if (body := kept.get(wanted)) is None:
                body = self._page(listing, raw_query, version)
                self._bodies.keep(kept, wanted, body)
            return body

    def _body_below(self, listing: Below, request: Request, version: str) -> bytes:
        endpoint, parent = listing.endpoint, listing.parent(request)
        with self.lock:
            try:
                store = listing.store(parent)
            except KeyError:
                message = f"there is no such row of {endpoint.parent}"
                raise RefusedError(refusal(404, "NotFound", message)) from None
            within = listing.within(parent) if endpoint.paged else ""
            query = endpoint.query(request.raw_query, version, within=within)
            if endpoint.single:
                return store.selected()[0].body(version)
            page = store.page(
                query.selection,
                limit=query.limit,
                descending=query.descending,
                before=query.before,
                after=query.after,
            )
            items = b",".join([row.body(version) for row in page.rows])
            if not endpoint.paged:
                return b'{"items":[%b]}' % items
            pagination = encoded(self._pagination(page, query.order))
            return b'{"items":[%b],"pagination":%b}' % (items, pagination)

    def _page(self, listing: Listing[Any], raw_query: bytes, version: str) -> bytes:
        if listing.numbered != "never":
            return self._numbered(listing, raw_query, version)
        cut = listing.cut != "never"
        query = listing.endpoint.query(raw_query, version, cut=cut)
        page = listing.store.page(
            query.selection,
            limit=query.limit,
            descending=query.descending,
            before=query.before,
            after=None if listing.cut == "stuck" else query.after,
        )
        items = b",".join([row.body(version) for row in page.rows])
        pagination = encoded(self._pagination(page, query.order))
        return b'{"items":[%b],"pagination":%b}' % (items, pagination)

    def _numbered(self, listing: Listing[Any], raw_query: bytes, version: str) -> bytes:
        """A page of a list whose cursors are numbers, and so for both orders."""
        given = dict(parse_qsl(raw_query.decode("latin-1"), keep_blank_values=True))
        number = given.pop("after", "0")
        if not number.isdecimal():
            raise RefusedError(CURSOR_REFUSED)
        query = listing.endpoint.query(urlencode(given).encode(), version)
        rows = listing.store.selected(query.selection)
        rows = rows[::-1] if query.descending else rows
        size = query.limit or len(rows)
        by_page = listing.numbered == "pages"
        begin = int(number) * (size if by_page else 1)
        more = begin + size < len(rows)
        after = str(int(number) + (1 if by_page else size)) if more else None
        items = b",".join([row.body(version) for row in rows[begin : begin + size]])
        pagination = encoded(self._told({"after": after, "before": None}, len(rows)))
        return b'{"items":[%b],"pagination":%b}' % (items, pagination)

    def _pagination(self, page: Page[Any], order: str) -> dict[str, object]:
        keys = {"after": page.after, "before": page.before}
        cursors = {name: key and cursor(key, order) for name, key in keys.items()}
        return self._told(cursors, page.total)

    def _told(self, cursors: Mapping[str, str | None], total: int) -> dict[str, object]:
        pagination: dict[str, object] = {}
        for name, text in cursors.items():
            if text is not None:
                pagination[name] = text
            elif self.last_page != "missing":
                pagination[name] = None if self.last_page == "null" else ""
        if self.total:
            pagination["totalResultSize"] = total
        return pagination


def _check_there(listing: Listing[Any] | Below, version: str) -> None:
    if version not in listing.endpoint.versions:
        raise RefusedError(refusal(404, "NotFound", f"version {version} has no such list"))


class _Bodies:
    """Bodies that were answered, those of each list until it changes; so many bytes of them."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[int, dict[tuple[object, ...], bytes]]] = {}
        self._size = 0

    def of(self, path: str, changes: int) -> dict[tuple[object, ...], bytes]:
        """What is kept of a list that has changed so often."""
        known, kept = self._kept.get(path, (changes, {}))
        if known != changes:
            self._size -= sum(map(len, kept.values()))
            kept = {}
        self._kept[path] = changes, kept
        return kept

    def keep(
        self, kept: dict[tuple[object, ...], bytes], key: tuple[object, ...], body: bytes
    ) -> None:
        """Keep a body among those of its list, if there is room."""
        if self._size + len(body) < _CACHED_BYTES:
            kept[key] = body
            self._size += len(body)
