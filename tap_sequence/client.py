"""One request to Sequence: its URL, credentials, version and parameters, its retries and errors."""

from __future__ import annotations

import re
from base64 import b64encode
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cached_property, partial
from http import HTTPStatus
from http.client import responses
from itertools import count
from random import uniform
from threading import local
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, ParamSpec, TypeVar
from urllib.parse import quote, quote_plus, urlsplit

import backoff
import requests
from singer_sdk.authenticators import BasicAuthenticator
from singer_sdk.exceptions import RetriableAPIError
from singer_sdk.helpers._catalog import get_selected_schema, pop_deselected_record_properties
from singer_sdk.streams.rest import HTTPRequest, PageContext, RESTStream
from typing_extensions import override
from urllib3.exceptions import NewConnectionError, ReadTimeoutError

from tap_sequence.errors import RefusedError, SequenceError, kind_of
from tap_sequence.pagination import NEWEST_FIRST, Page, Position
from tap_sequence.records import Json, RecordReader, decode

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from backoff.types import Details
    from pyrate_limiter import Limiter
    from singer_sdk.helpers.types import Auth, Context

P = ParamSpec("P")
T = TypeVar("T")

LONGEST_WAIT = 300
"""Seconds that are waited at the most before one more try, whatever `Retry-After` asks for."""

TRIES = 10
"""Times that a page is asked for: the waits between them add up to four minutes at least."""

WHAT_TO_CHECK: dict[int, str] = {
    HTTPStatus.BAD_REQUEST: "check api_version and the filters",
    HTTPStatus.UNPROCESSABLE_ENTITY: "check api_version and the filters",
    HTTPStatus.UNAUTHORIZED: "check client_id and client_secret, and that they belong to api_url "
    "(the sandbox has keys of its own)",
    HTTPStatus.FORBIDDEN: "check that the key of client_id may read this list",
    HTTPStatus.NOT_FOUND: "check api_url",
}
"""The setting to look at, by status."""


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

    allow_redirects = False  # Sequence sends none, and a redirect could carry the secret elsewhere
    _LOG_REQUEST_METRICS = False  # a line for every page would drown what matters

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
            session = requests.Session()
            # The environment's proxies and certificates: for a prepared request, which the SDK
            # sends, requests looks for the proxies each time, and never for the certificates
            found = session.merge_environment_settings(self.url_base, {}, None, None, None)
            session.proxies, session.verify = found["proxies"], found["verify"]
            session.trust_env = False
            self._sessions.mine = session
        mine: requests.Session = self._sessions.mine
        return mine

    @cached_property
    def _sessions(self) -> local:
        return local()

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
        http = self.get_http_request(page=PageContext(None, position))
        request = self.build_prepared_request(
            method=http.method, url=http.url, params=http.encode_params(), headers=http.headers
        )
        return self._answer(self._request(request, None))

    @override
    def _request(
        self, prepared_request: requests.PreparedRequest, context: Context | None
    ) -> requests.Response:
        # An error of requests holds the URL, and with it the filters' values
        try:
            return super()._request(prepared_request, context)
        except requests.RequestException as error:
            message = f"{self._request_line}: {self._network_failure(error)}"
        raise RetriableAPIError(message)

    @override
    def validate_response(self, response: requests.Response) -> None:
        status = response.status_code
        if status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise RetriableAPIError(self.response_error_message(response), response)
        if status != HTTPStatus.OK:
            raise RefusedError(self.response_error_message(response), status)

    @override
    def response_error_message(self, response: requests.Response) -> str:
        status = response.status_code
        message = f"{self._request_line}: {status} {responses.get(status, '')}".rstrip()
        if said := self._redact(_said(response)):
            message += f" ({said[:300]})"
        if status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return message
        return f"{message}; {WHAT_TO_CHECK.get(status, 'check api_url and api_version')}"

    @property
    def _request_line(self) -> str:
        return f"{self.http_method} {self.path}"

    def _network_failure(self, error: requests.RequestException) -> str:
        cause = error.args[0] if error.args else None
        cause = getattr(cause, "reason", cause)
        seconds = f"within {self.timeout} s (request_timeout)"
        match error:
            case requests.ConnectTimeout():
                words = f"no connection {seconds}; check api_url"
            case requests.Timeout():
                words = f"no answer {seconds}"
            case requests.ConnectionError() if isinstance(cause, ReadTimeoutError):
                words = f"no more of the answer {seconds}"
            case requests.exceptions.SSLError():
                words = (
                    "the server's certificate or its TLS is not accepted; check api_url, or name "
                    "your company's certificates in REQUESTS_CA_BUNDLE"
                )
            case requests.ConnectionError() if isinstance(cause, NewConnectionError):
                words = f"no connection to {urlsplit(self.url_base).netloc}; check api_url"
            case requests.exceptions.ChunkedEncodingError():
                words = "the answer broke off"
            case requests.exceptions.ContentDecodingError():
                words = "the answer could not be decompressed"
            case _:
                words = "the connection broke off"
        return words

    def _redact(self, text: str) -> str:
        """Take out of the API's words what must not be printed."""
        secret = self.config["client_secret"]
        token = b64encode(f"{self.config['client_id']}:{secret}".encode()).decode()
        filters = (value for name, value in self.query.items() if name != "includeArchived")
        for value in (secret, token, *filters):
            for form in {value, quote(value, safe=""), quote_plus(value)}:
                text = text.replace(form, "***")
        return re.sub(r"\S+(@|%40)\S+", "***", text)

    # --- Retries ---------------------------------------------------------------------------------

    @override
    def request_decorator(self, func: Callable[P, T]) -> Callable[P, T]:
        # The SDK's own logs every try twice, once in backoff's words
        return backoff.on_exception(
            self.backoff_wait_generator,
            RetriableAPIError,
            max_tries=TRIES,
            on_backoff=self.backoff_handler,
            jitter=self.backoff_jitter,
            logger=None,
        )(func)

    @override
    def backoff_wait_generator(self) -> Generator[float, Any, None]:
        error = yield 0  # backoff starts the generator, then sends what was raised
        for tries in count():
            error = yield max(min(2.0**tries, 60), self._asked_wait(error))

    @override
    def backoff_jitter(self, value: float) -> float:
        return value + uniform(0, min(value, 10) / 4)  # noqa: S311  it only spreads clients

    @override
    def backoff_handler(self, details: Details) -> None:
        self.logger.warning(
            "%s; waiting %.1f s before try %d of %d",
            details.get("exception"),
            details.get("wait"),
            details["tries"] + 1,
            TRIES,
        )

    def _asked_wait(self, error: RetriableAPIError) -> float:
        """Read `Retry-After`, seconds or an HTTP date; how Sequence uses it is not documented."""
        asked = error.response.headers.get("Retry-After", "") if error.response is not None else ""
        try:
            seconds = float(asked)
        except ValueError:
            try:
                moment = parsedate_to_datetime(asked)
                # One of HTTP's three forms of a date has no time zone, and all are in GMT
                moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
                seconds = (moment - datetime.now(UTC)).total_seconds()
            except (ValueError, OverflowError):
                return 0
        if seconds > LONGEST_WAIT:
            self.logger.warning(
                "%s: Retry-After asks for %.0f s; waiting %d s, the longest that this tap waits",
                self._request_line,
                seconds,
                LONGEST_WAIT,
            )
        return min(seconds, LONGEST_WAIT)

    # --- One page --------------------------------------------------------------------------------

    @cached_property
    def reader(self) -> RecordReader:
        """What turns items into records, by the catalog's schema and selection."""
        return RecordReader(
            self.name,
            self.effective_schema,
            get_selected_schema(self.name, self.effective_schema, self.mask),
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

    def _answer(self, response: requests.Response) -> Answer:
        # Not parse_response, after which the SDK does not try again
        try:
            answer, unstorable = decode(response.content)
        except ValueError:
            kind = response.headers.get("Content-Type", "of no type").partition(";")[0]
            message = f"200, but no JSON ({len(response.content)} bytes, {kind})"
            raise RetriableAPIError(f"{self._request_line}: {message}", response) from None
        if not isinstance(answer, dict):
            raise self._unexpected("an object", answer)
        items, pagination = answer.get("items"), answer.get("pagination")
        if not isinstance(items, list):
            raise self._unexpected("an array called items", items)
        if pagination is None and len(items) < self.config["page_size"]:
            pagination = {}
        if not isinstance(pagination, dict):
            raise self._unexpected("an object called pagination", pagination)
        after, total = pagination.get("after"), pagination.get("totalResultSize")
        if after is not None and not isinstance(after, str):
            raise self._unexpected("pagination.after to be a string", after)
        self._check_version(response)
        return Answer(items, unstorable, after or None, total if isinstance(total, int) else None)

    def _unexpected(self, expected: str, got: object) -> SequenceError:
        return SequenceError(f"{self._request_line}: expected {expected}, got {kind_of(got)}")

    def _check_version(self, response: requests.Response) -> None:
        asked = self.config.get("api_version")
        answered = response.headers.get("Sequence-Version", asked)
        if asked and answered != asked and not self._version_warned:
            self._version_warned = True
            self.logger.warning(
                "%s: api_version %s was asked for, %r answered", self._request_line, asked, answered
            )

    _version_warned = False


def _said(response: requests.Response) -> str:
    """Find Sequence's own words in the body of an error, in one of the two documented shapes."""
    try:
        body, _ = decode(response.content)
    except ValueError:
        return ""
    body = body if isinstance(body, dict) else {}
    error = body.get("error")
    words = []
    if isinstance(error, dict):
        words = [error.get("type"), error.get("message")]
        body = error
    errors = body.get("errors")
    for one in errors if isinstance(errors, list) else ():
        if isinstance(one, dict):
            words += [one.get("key"), one.get("message") or one.get("error")]
    text = ": ".join(word for word in words if isinstance(word, str) and word)
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
