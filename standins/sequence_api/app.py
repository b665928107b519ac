"""The rules of the API: how a request is answered, and what is refused.

Where the documentation says nothing, the choice is this stand-in's own, and the strictest that a
client could meet: the page size when none is given, what a filter matches, whether `before` and
`after` can be combined.
"""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, Final, Literal
from urllib.parse import parse_qsl

from standins.sequence_api.customers import Customers, Key, Page, Selection
from standins.sequence_api.messages import JSON, Answer, Request, encoded
from standins.sequence_api.people import VERSIONS

if TYPE_CHECKING:
    from collections.abc import Mapping

LastPage = Literal["missing", "null", "empty"]

PATH: Final = "/api/customers"
_DEFAULT_LIMIT = 20
_CACHED_BYTES = 64 * 1024 * 1024
_EVERYWHERE = frozenset(
    {"sortBy", "legalName", "email", "alias", "includeArchived"}
    | {"before", "after", "limit", "sortOrder"}
)
_PARAMETERS = {
    "2024-01-01": _EVERYWHERE,
    "2024-05-09": _EVERYWHERE,
    "2024-07-30": _EVERYWHERE | {"label", "billingStatus"},
}
FILTERS: Final = ("legalName", "email", "alias", "label", "billingStatus")


class RefusedError(Exception):
    """The request breaks a rule; `answer` says so."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


def mistakes(found: Mapping[str, str], status: int = 400) -> Answer:
    """A refusal in one of the two documented shapes: what is wrong with each parameter."""
    errors = [{"key": key, "error": error} for key, error in found.items()]
    return Answer(status, encoded({"errors": errors}), (("content-type", JSON),))


def refusal(
    status: int, kind: str, message: str, headers: Mapping[str, str] | None = None
) -> Answer:
    """A refusal in the other documented shape."""
    body = encoded({"error": {"type": kind, "message": message, "errors": []}})
    return Answer(status, body, (("content-type", JSON), *(headers or {}).items()))


_NO_CURSOR = "is not a cursor of this list in this order"
CURSOR_REFUSED: Final = mistakes({"after": _NO_CURSOR})


def cursor(key: Key, order: str) -> str:
    """The opaque text that stands for a place in the list, read in one order."""
    micros, identity = key
    return base64.b64encode(
        f"{identity}#{micros}#{order}".encode("utf-8", "surrogatepass")
    ).decode()


def place(text: str, order: str) -> Key | None:
    """The place a cursor stands for; None if it is not a cursor of a list in this order."""
    try:
        held = base64.b64decode(text, validate=True).decode("utf-8", "surrogatepass")
        identity, micros, _ = held.rsplit("#", 2)
        key = int(micros), identity
    except ValueError:
        return None
    return key if cursor(key, order) == text else None


class API:
    """The answers, made from the customers and the key's settings.

    Attributes:
        client_id: The expected user name.
        client_secret: The expected password.
        version: The version that the key is pinned to, for requests that name none.
        last_page: How a page says that there is no next or previous one: without the member, with
            null, or with an empty string.
        total: Whether to send `totalResultSize`.
    """

    def __init__(  # noqa: PLR0913  one keyword for each thing the documentation leaves open
        self,
        customers: Customers,
        *,
        client_id: str,
        client_secret: str,
        version: str,
        last_page: LastPage,
        total: bool,
    ) -> None:
        self._customers = customers
        self.client_id = client_id
        self.client_secret = client_secret
        self.version = version
        self.last_page = last_page
        self.total = total
        self._bodies: dict[tuple[object, ...], bytes] = {}
        self._size = 0
        self._changes = -1

    def answer(self, request: Request) -> Answer:
        """What the API answers to a request."""
        version = self.version
        try:
            self._check_target(request)
            self._check_credentials(request)
            version = self._version(request)
            answer = Answer(200, self._body(request.raw_query, version), (("content-type", JSON),))
        except RefusedError as refused:
            answer = refused.answer
        headers = (*answer.headers, ("sequence-version", version))
        return Answer(answer.status, answer.body, headers)

    def _check_target(self, request: Request) -> None:
        if request.path != PATH:
            raise RefusedError(refusal(404, "NotFound", "there is nothing at this path"))
        if request.method != "GET":
            message = "the list can only be read"
            raise RefusedError(refusal(405, "MethodNotAllowed", message, {"allow": "GET"}))

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

    def _body(self, raw_query: bytes, version: str) -> bytes:
        with self._customers.lock:
            if self._changes != self._customers.changes:
                self._changes = self._customers.changes
                self._bodies.clear()
                self._size = 0
            wanted = (raw_query, version, self.last_page, self.total)
            if (body := self._bodies.get(wanted)) is None:
                body = self._page(raw_query, version)
                if self._size + len(body) < _CACHED_BYTES:
                    self._bodies[wanted] = body
                    self._size += len(body)
            return body

    def _page(self, raw_query: bytes, version: str) -> bytes:
        query = _parameters(raw_query, version)
        order = query.get("sortOrder", "DESC")
        page = self._customers.page(
            Selection(
                archived=query.get("includeArchived") == "true",
                filters=frozenset((name, query[name]) for name in FILTERS if name in query),
            ),
            limit=int(query.get("limit", _DEFAULT_LIMIT)),
            descending=order == "DESC",
            before=place(query["before"], order) if "before" in query else None,
            after=place(query["after"], order) if "after" in query else None,
        )
        items = b",".join([customer.body(version) for customer in page.customers])
        pagination = encoded(self._pagination(page, order))
        return b'{"items":[%b],"pagination":%b}' % (items, pagination)

    def _pagination(self, page: Page, order: str) -> dict[str, object]:
        pagination: dict[str, object] = {}
        for name, key in (("after", page.after), ("before", page.before)):
            if key is not None:
                pagination[name] = cursor(key, order)
            elif self.last_page != "missing":
                pagination[name] = None if self.last_page == "null" else ""
        if self.total:
            pagination["totalResultSize"] = page.total
        return pagination


def _parameters(raw_query: bytes, version: str) -> dict[str, str]:
    """The parameters, if each is documented, given once, and has an allowed value."""
    if not raw_query:
        return {}
    try:
        pairs = parse_qsl(
            raw_query.decode("ascii"), keep_blank_values=True, strict_parsing=True, errors="strict"
        )
    except ValueError:
        raise RefusedError(mistakes({"query": "is not a query string in UTF-8"})) from None
    query: dict[str, str] = {}
    wrong: dict[str, str] = {}
    for name, value in pairs:
        if name not in _PARAMETERS[version]:
            wrong[name] = f"is not a parameter of version {version}"
        elif name in query:
            wrong[name] = "is given more than once"
        query[name] = value
    for name, value in query.items():
        if name not in wrong and (problem := _problem(name, value, query)):
            wrong[name] = problem
    if wrong:
        raise RefusedError(mistakes(wrong))
    return query


def _problem(name: str, value: str, query: Mapping[str, str]) -> str | None:
    """What is wrong with one parameter's value."""
    if name == "sortBy":
        return "this stand-in sorts by creation time alone"
    if name == "limit":
        fits = re.fullmatch("[1-9][0-9]?|100", value)
        return None if fits else "must be a whole number from 1 to 100"
    if allowed := _ALLOWED.get(name):
        return None if value in allowed else f"must be {' or '.join(allowed)}"
    if name in ("before", "after"):
        if "before" in query and "after" in query:
            return "cannot be given together with the other direction"
        known = place(value, query.get("sortOrder", "DESC"))
        return None if known else _NO_CURSOR
    return None


_ALLOWED = {
    "includeArchived": ("true", "false"),
    "sortOrder": ("ASC", "DESC"),
    "billingStatus": ("ACTIVE", "INACTIVE"),
}
