"""What is asked of the API: a small set of requests, shared by all that look at the answers."""

from __future__ import annotations

from http import HTTPStatus
from http.client import responses
from typing import TYPE_CHECKING, Any, NamedTuple, cast
from urllib.parse import quote

from standins.contract.assumption import UnseenError
from standins.contract.survey import Survey, survey
from tap_sequence.api.client import VERSIONS
from tap_sequence.api.failures import can_pass
from tap_sequence.api.refusals import WHAT_TO_CHECK
from tap_sequence.errors import SequenceError
from tap_sequence.pages import NEWEST_FIRST
from tap_sequence.singer.child import ChildStream
from tap_sequence.singer.stream import CREATED_AT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from standins.contract.asking import Asker, Seen
    from tap_sequence.singer.stream import SequenceStream

Row = dict[str, Any]

LIMIT = 100
FEW = 2
"""Rows on the small pages by which cursors are looked at."""

NOBODY = "00000000-0000-7000-8000-000000000000"
"""An id that nothing has."""

_TO_GO_ON_WITH = {HTTPStatus.OK, HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN}


class Page(NamedTuple):
    """One page.

    Attributes:
        rows: Its items.
        after: The cursor of the next page; None on the last one.
        total: What it says in `totalResultSize`, whatever that is.
        pagination: All that it says of other pages.
    """

    rows: list[Row]
    after: str | None
    total: Any
    pagination: Mapping[str, Any]


def _has_nothing(seen: Seen) -> bool:
    """Tell whether there may be more below another row."""
    body = seen.body if isinstance(seen.body, dict) else {}
    return seen.status == HTTPStatus.NOT_FOUND or body.get("items") == []


class Probes:
    """Answers, each asked for once.

    Args:
        streams: The tap's streams, as they are without filters.
        asker: What makes the requests.
        version: The version that is asked for, if any is.

    Attributes:
        asker: What makes the requests.
    """

    def __init__(
        self, streams: Iterable[SequenceStream], asker: Asker, version: str | None
    ) -> None:
        self.asker = asker
        self._streams = {stream.name: stream for stream in streams}
        self._asked_for = version
        self._kept: dict[tuple[object, ...], Seen | UnseenError] = {}
        self._surveys: dict[str, Survey] = {}

    # --- Streams ---------------------------------------------------------------------------------

    def stream(self, name: str) -> SequenceStream:
        """A stream of the tap."""
        return self._streams[name]

    @property
    def lists(self) -> list[str]:
        """The lists of the account."""
        return [name for name, one in self._streams.items() if not isinstance(one, ChildStream)]

    @property
    def below(self) -> list[str]:
        """What there is below the rows of a list."""
        return [name for name, one in self._streams.items() if isinstance(one, ChildStream)]

    @property
    def ordered(self) -> list[str]:
        """The lists that are documented to be in order of creation."""
        return [name for name in self.lists if self._streams[name].ordered]

    @property
    def events(self) -> list[str]:
        """The lists whose creation times are taken from ids."""
        return [name for name in self.lists if self._streams[name].timed_ids]

    @property
    def version(self) -> str | None:
        """The version that answers, as far as it is known."""
        try:
            told = self.first("customers").headers.get("Sequence-Version")
        except UnseenError:
            told = None
        return told if told in VERSIONS else self._asked_for

    # --- Requests --------------------------------------------------------------------------------

    def ask(self, path: str, again: int = 0, **options: Any) -> Seen:
        """Make a request, unless it has been made.

        Args:
            path: Path below the API's URL.
            again: Another number asks once more.
            **options: `version` and `wrong_secret`, as in `Asker.get`, and the query's parameters.

        Raises:
            UnseenError: If there is no answer.
        """
        wanted = (path, again, *sorted(options.items(), key=str))
        if wanted not in self._kept:
            version, wrong = options.pop("version", None), options.pop("wrong_secret", False)
            try:
                self._kept[wanted] = self.asker.get(
                    path, options, version=version, wrong_secret=wrong
                )
            except UnseenError as error:
                self._kept[wanted] = error
        kept = self._kept[wanted]
        if isinstance(kept, UnseenError):
            raise kept
        return kept

    def start(self) -> None:
        """Ask for the first page of customers.

        Raises:
            SequenceError: If it is the key that is refused, or there is no API.
        """
        seen = self.first("customers")
        status = seen.status
        words = f"GET /customers: {status} {responses.get(status, '')}".rstrip()
        body = seen.body if isinstance(seen.body, dict) else {}
        error = body.get("error")
        if isinstance(error, dict) and error.get("type") == "UnrecognisedApiVersion":
            raise SequenceError(f"{words}; check api_version")
        if status == HTTPStatus.OK and seen.kind != "JSON":
            raise SequenceError(f"{words}, but no JSON; check api_url")
        if status not in _TO_GO_ON_WITH:
            remedy = "try again later" if can_pass(status) else "check api_url"
            raise SequenceError(f"{words}; {WHAT_TO_CHECK.get(status, remedy)}")

    def listed(self, name: str, again: int = 0, **changes: Any) -> Seen:
        """Ask for a list as the tap does, but for some parameters; None leaves one out."""
        stream = self.there(name)
        endpoint = stream.endpoint
        parameters: dict[str, Any] = {**endpoint.switches}
        if endpoint.limited:
            parameters["limit"] = LIMIT
        if endpoint.ordered:
            parameters["sortOrder"] = NEWEST_FIRST
        parameters |= changes
        given = {one: value for one, value in parameters.items() if value is not None}
        return self.ask(stream.path, again, **given)

    def there(self, name: str) -> SequenceStream:
        """A stream that the version has.

        Raises:
            UnseenError: If it doesn't.
        """
        stream = self._streams[name]
        version = self._asked_for if name == "customers" else self.version
        if version and version not in stream.versions:
            raise UnseenError(f"version {version} does not have it")
        return stream

    def first(self, name: str) -> Seen:
        """The first page of a list, as the tap asks for it."""
        return self.listed(name)

    # --- What answers hold -----------------------------------------------------------------------

    def page(self, seen: Seen) -> Page:
        """Read a page.

        Raises:
            UnseenError: If the answer is none.
        """
        if seen.status != HTTPStatus.OK:
            raise UnseenError(f"status {seen.status}")
        items = seen.body.get("items") if isinstance(seen.body, dict) else None
        if not isinstance(items, list):
            raise UnseenError("the answer is no page")
        found = seen.body.get("pagination")
        pagination = found if isinstance(found, dict) else {}
        after = pagination.get("after")
        rows = [one for one in items if isinstance(one, dict)]
        total = pagination.get("totalResultSize")
        return Page(rows, after if isinstance(after, str) and after else None, total, pagination)

    def full(self, name: str) -> Page:
        """The first page of a list, which has rows.

        Raises:
            UnseenError: If it has none, or can't be had.
        """
        page = self.page(self.first(name))
        if not page.rows:
            raise UnseenError("the list is empty")
        return page

    def small(self, name: str) -> Page:
        """A small first page of a list that has more.

        Raises:
            UnseenError: If it has none, or can't be had.
        """
        whole = self.full(name)
        if not self._streams[name].limited:
            raise UnseenError("it takes no limit")
        if whole.after is None and len(whole.rows) <= FEW:
            raise UnseenError(f"it has no more than {FEW} rows")
        page = self.page(self.listed(name, limit=FEW))
        if page.after is None:
            raise UnseenError("a page of two rows names no next one")
        return page

    def key(self, name: str, row: Row) -> tuple[object, ...]:
        """What tells a row from others. Never to be shown."""
        return tuple(str(row.get(one)) for one in self._streams[name].primary_keys)

    def keys(self, name: str, rows: Iterable[Row]) -> list[tuple[object, ...]]:
        """What tells rows apart. Never to be shown."""
        return [self.key(name, row) for row in rows]

    def times(self, rows: Iterable[Row]) -> list[str]:
        """The creation times of the rows that have one, as sent. Never to be shown."""
        return [row[CREATED_AT] for row in rows if isinstance(row.get(CREATED_AT), str)]

    # --- Below a parent --------------------------------------------------------------------------

    def parents(self, name: str) -> list[Row]:
        """The rows below which is looked for something, at most two.

        Raises:
            UnseenError: If there is none.
        """
        stream = cast("ChildStream", self.there(name))
        above = stream.above.name
        try:
            rows = self.full(above).rows
        except UnseenError as error:
            raise UnseenError(f"{above}: {error}") from None
        named = [row for row in rows if all(isinstance(row.get(one), str) for one in stream.names)]
        if not named:
            raise UnseenError(f"{above} lack {', '.join(stream.names)}")
        return named[:1] + named[-1:] if len(named) > 1 else named

    def under(self, name: str, parent: Row, **changes: Any) -> Seen:
        """Ask for what is below a row as the tap does, but for some parameters."""
        stream = cast("ChildStream", self.there(name))
        endpoint = stream.endpoint
        path = stream.path.format_map({one: quote(str(parent[one]), "") for one in stream.names})
        parameters: dict[str, Any] = {**endpoint.switches}
        if endpoint.limited and endpoint.form == "page":
            parameters["limit"] = LIMIT
        parameters |= changes
        given = {one: value for one, value in parameters.items() if value is not None}
        return self.ask(path, **given)

    def beneath(self, name: str) -> tuple[Row, Seen]:
        """A row, and what is below it: of two rows the one that has something there."""
        asked = [(parent, self.under(name, parent)) for parent in self.parents(name)[:1]]
        if _has_nothing(asked[0][1]):
            asked += [(parent, self.under(name, parent)) for parent in self.parents(name)[1:]]
        return next((one for one in asked if not _has_nothing(one[1])), asked[0])

    def rows(self, name: str) -> list[Row]:
        """Rows of any stream, with what the tap adds to them.

        Raises:
            UnseenError: If there are none.
        """
        stream = self._streams[name]
        if not isinstance(stream, ChildStream):
            return self.full(name).rows
        parent, seen = self.beneath(name)
        if stream.form == "object":
            rows = (
                [seen.body] if seen.status == HTTPStatus.OK and isinstance(seen.body, dict) else []
            )
        else:
            rows = self.page(seen).rows
        if not rows:
            raise UnseenError("there is nothing below two of its parents")
        added = {one: parent.get(of) for one, of in stream.added.items()}
        return [{**row, **added} for row in rows]

    def survey(self, name: str) -> Survey:
        """What rows of any stream hold.

        Raises:
            UnseenError: If there are none.
        """
        if name not in self._surveys:
            self._surveys[name] = survey(self.rows(name), self._streams[name].schema)
        return self._surveys[name]
