"""One request to Sequence: its URL, credentials, version and parameters, its retries and page."""

from __future__ import annotations

import re
from base64 import b64encode
from functools import cached_property, partial
from http import HTTPStatus
from http.client import responses
from threading import local
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple
from urllib.parse import urlsplit

from singer_sdk.authenticators import BasicAuthenticator
from singer_sdk.exceptions import RetriableAPIError
from singer_sdk.helpers._catalog import get_selected_schema, pop_deselected_record_properties
from singer_sdk.streams.rest import HTTPRequest, PageContext, RESTStream
from typing_extensions import override

from tap_sequence.errors import RefusedError, SequenceError, kind_of
from tap_sequence.failures import can_pass, failure
from tap_sequence.records import Json, RecordReader, decode, storable
from tap_sequence.refusals import said
from tap_sequence.transport import LARGEST_ANSWER, TooLargeError, open_session, read_body
from tap_sequence.walk import NEWEST_FIRST, Page, Position

if TYPE_CHECKING:
    import requests
    from pyrate_limiter import Limiter
    from singer_sdk.helpers.types import Auth, Context

WHAT_TO_CHECK: dict[int, str] = {
    HTTPStatus.BAD_REQUEST: "check api_version and the filters",
    HTTPStatus.UNPROCESSABLE_ENTITY: "check api_version and the filters",
    HTTPStatus.UNAUTHORIZED: "check client_id and client_secret, and that they belong to api_url "
    "(the sandbox has keys of its own)",
    HTTPStatus.FORBIDDEN: "check that the key of client_id may read this list",
    HTTPStatus.NOT_FOUND: "check api_url",
    HTTPStatus.PROXY_AUTHENTICATION_REQUIRED: "check the credentials in HTTPS_PROXY",
}
"""The setting to look at, by status."""

MEDIA_TYPE = re.compile(
    "(application|audio|font|image|message|model|multipart|text|video)/[a-z0-9.+-]{1,40}"
)

LARGEST_TOTAL = 10**12
"""What a `totalResultSize` is taken for a mistake from."""


class Answer(NamedTuple):
    """One answer of a list, its items unread.

    Attributes:
        items: Its items, as the API sent them.
        unstorable: Whether their texts can hold characters that targets can't store.
        after: Cursor of the next page; None on the last one.
        total: How many records the whole list has, where the API says so.
    """

    items: list[Json]
    unstorable: bool
    after: str | None
    total: int | None


class SequenceClient(RESTStream[Position]):
    """Requests to a list of Sequence's API, answered by `{"items": [...], "pagination": {...}}`.

    Attributes:
        filters: The API's filters that the list takes: name of the setting to query parameter.
        created_at: Property that holds the creation time, which the list is sorted by.
    """

    filters: ClassVar[dict[str, str]] = {}
    created_at: ClassVar[str] = "createdAt"

    # --- One request ---------------------------------------------------------------------------

    @property
    @override
    def url_base(self) -> str:
        return str(self.config["api_url"]).rstrip("/")

    @cached_property
    @override
    def authenticator(self) -> Auth:
        return BasicAuthenticator(
            username=self.config["client_id"], password=self.config["client_secret"]
        )

    @property
    @override
    def http_headers(self) -> dict[str, str]:
        headers = {"Accept": "application/json"}
        if version := self.config.get("api_version"):
            headers["Sequence-Version"] = version
        return headers

    @property
    @override
    def timeout(self) -> int:
        return int(self.config["request_timeout"])

    @property
    def request_limit(self) -> Limiter:
        """What spaces the requests of all streams."""
        limit: Limiter = self._tap.request_limit  # type: ignore[attr-defined]  # TapSequence's own
        return limit

    @cached_property
    def query(self) -> dict[str, str]:
        """The filters that the settings ask for, as query parameters."""
        values = {parameter: self.config.get(name) for name, parameter in self.filters.items()}
        return {
            parameter: str(value).lower() if isinstance(value, bool) else value
            for parameter, value in values.items()
            if value is not None
        }

    @cached_property
    @override
    def user_agent(self) -> str:
        return self.config.get("user_agent") or f"tap-sequence/{self._tap.plugin_version}"

    @property
    @override
    def requests_session(self) -> requests.Session:
        # The SDK's is one for all threads, which requests does not promise to be safe
        if not hasattr(self._sessions, "mine"):
            self._sessions.mine = open_session(self.url_base)
        mine: requests.Session = self._sessions.mine
        return mine

    @cached_property
    def _sessions(self) -> local:
        return local()

    @override
    def get_url(self, context: Context | None) -> str:
        # The SDK's puts settings, the secret too, in place of their names in braces
        return f"{self.url_base}{self.path}"

    @override
    def get_http_request(self, *, page: PageContext[Position]) -> HTTPRequest:
        order, cursor = page.next_page_token or Position(NEWEST_FIRST, None)
        request = super().get_http_request(page=page)
        request.params = {
            **self.query,
            "limit": self.config["page_size"],
            "sortOrder": order,
            "after": cursor,
        }
        return request

    def fetch(self, position: Position) -> Answer:
        """Request one page, once.

        Args:
            position: Where in the list it begins.

        Returns:
            The answer, to be read by `page`.

        Raises:
            RetriableAPIError: If the request failed in a way that another try can mend.
            RefusedError: If Sequence refuses the request.
            SequenceError: If the answer is not a page.
        """
        response, body = self._send(position)
        try:
            answer, unstorable = decode(body)
        except ValueError:
            answer, unstorable = None, False
            if response.status_code == HTTPStatus.OK:
                raise self._no_json(response, len(body)) from None
        if response.status_code != HTTPStatus.OK:
            raise self._refusal(response, self._said(answer, position))
        self._check_version(response)
        return self._answer(answer, position, unstorable=unstorable)

    def _send(self, position: Position) -> tuple[requests.Response, bytes]:
        """Send a request; return what was answered, and its body."""
        http = self.get_http_request(page=PageContext(None, position))
        try:
            query = http.encode_params()
        except UnicodeEncodeError:
            message = "a filter or the cursor holds half of a character"
            raise RefusedError(f"{self._request_line}: {message}", HTTPStatus.BAD_REQUEST) from None
        session = self.requests_session
        try:
            request = self.build_prepared_request(
                method=http.method, url=http.url, params=query, headers=http.headers
            )
            # Sequence sends no redirects, and one could carry the secret elsewhere
            response = session.send(
                request, stream=True, timeout=self.timeout, allow_redirects=False
            )
            try:
                return response, read_body(response)
            except (OSError, TooLargeError):
                if response.status_code == HTTPStatus.OK:
                    raise
                return response, b""  # the status says enough
        except TooLargeError:
            message = f"an answer of more than {LARGEST_ANSWER} MB; lower page_size"
            raise SequenceError(f"{self._request_line}: {message}") from None
        except (OSError, ValueError) as error:  # an OSError, as are all of requests' own
            words, passing = failure(
                error,
                host=urlsplit(self.url_base).netloc,
                seconds=self.timeout,
                proxied=bool(session.proxies),
            )
        # Outside, as what requests raised holds the URL, and with it the filters' values
        kind = RetriableAPIError if passing else SequenceError
        raise kind(f"{self._request_line}: {words}")

    def _refusal(self, response: requests.Response, said: str) -> RetriableAPIError | RefusedError:
        status = response.status_code
        message = f"{self._request_line}: {status} {responses.get(status, '')}".rstrip()
        message += said
        if can_pass(status):
            return RetriableAPIError(message, response)
        check = WHAT_TO_CHECK.get(status, "check api_url and api_version")
        return RefusedError(f"{message}; {check}", status)

    def _no_json(self, response: requests.Response, size: int) -> RetriableAPIError:
        kind = response.headers.get("Content-Type", "of no type").partition(";")[0].strip().lower()
        kind = kind if kind == "of no type" or MEDIA_TYPE.fullmatch(kind) else "of an odd type"
        message = f"200, but no JSON ({size} bytes, {kind})"
        return RetriableAPIError(f"{self._request_line}: {message}", response)

    def _said(self, body: Json, position: Position) -> str:
        """Quote Sequence in brackets, as far as that tells nothing of a customer or the secret."""
        secret = self.config["client_secret"]
        token = b64encode(f"{self.config['client_id']}:{secret}".encode()).decode()
        filters = (value for name, value in self.query.items() if name != "includeArchived")
        words = said(body, (secret, token, *filters, position.cursor or ""))
        return f" ({words})" if words else ""

    @property
    def _request_line(self) -> str:
        return f"{self.http_method} {self.path}"

    # --- One page --------------------------------------------------------------------------------

    @cached_property
    def selected_schema(self) -> dict[str, Any]:
        """The catalog's schema, without what is not selected."""
        return get_selected_schema(self.name, self.effective_schema, self.mask)

    @cached_property
    def reader(self) -> RecordReader:
        """What turns items into records, by the catalog's schema and selection."""
        return RecordReader(
            self.name,
            self.effective_schema,
            self.selected_schema,
            created_at=self.created_at,
            deselect=partial(pop_deselected_record_properties, schema=self.schema, mask=self.mask),
        )

    def page(self, answer: Answer) -> Page:
        """Check and normalise the items of an answer.

        Raises:
            SequenceError: If an item is not what the schema declares.
        """
        records = self.reader.read(answer.items, unstorable=answer.unstorable)
        return Page(records, answer.after, answer.total)

    def _answer(self, answer: Json, position: Position, *, unstorable: bool) -> Answer:
        if not isinstance(answer, dict):
            raise self._unexpected("an object", answer)
        items, pagination = answer.get("items"), answer.get("pagination")
        if not isinstance(items, list):
            said = self._said(answer, position)
            raise self._unexpected("an array called items", items, said)
        if pagination is None and len(items) < self.config["page_size"]:
            pagination = {}
        if not isinstance(pagination, dict):
            raise self._unexpected("an object called pagination", pagination)
        after, total = pagination.get("after"), pagination.get("totalResultSize")
        if after is not None and not isinstance(after, str):
            raise self._unexpected("pagination.after to be a string", after)
        if unstorable and storable(after) != after:
            raise self._unexpected("pagination.after without NUL or half of a character", after)
        total = total if type(total) is int and 0 <= total < LARGEST_TOTAL else None
        return Answer(items, unstorable, after or None, total)

    def _unexpected(self, expected: str, got: object, said: str = "") -> SequenceError:
        return SequenceError(f"{self._request_line}: expected {expected}, got {kind_of(got)}{said}")

    def _check_version(self, response: requests.Response) -> None:
        asked = self.config.get("api_version")
        answered = response.headers.get("Sequence-Version") or asked
        if asked and answered and answered != asked and not self._version_warned:
            self._version_warned = True
            self.logger.warning(
                "%s: api_version %s was asked for, %s answered",
                self._request_line,
                asked,
                answered if re.fullmatch("[0-9-]{1,10}", answered) else "another",
            )

    _version_warned = False
