"""One request to Sequence: URL, credentials, version, parameters, retries, errors; and its list."""

from __future__ import annotations

import logging
import re
import sys
from base64 import b64encode
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cached_property
from http import HTTPStatus
from http.client import responses
from itertools import count
from random import uniform
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, ParamSpec, TypeVar
from urllib.parse import urlsplit

import backoff
import requests
from singer_sdk.authenticators import BasicAuthenticator
from singer_sdk.batch import Batcher
from singer_sdk.exceptions import RetriableAPIError
from singer_sdk.helpers._batch import SDKBatchMessage
from singer_sdk.helpers.conform import TypeConformanceLevel
from singer_sdk.streams.rest import HTTPRequest, PageContext, RESTStream
from urllib3.exceptions import NewConnectionError

from tap_sequence.errors import RefusedError, SequenceError, kind_of
from tap_sequence.pagination import Page, Span
from tap_sequence.records import Record, RecordReader, decode
from tap_sequence.state import Progress, Scope, State
from tap_sequence.times import utc_text

if sys.version_info >= (3, 12):
    from typing import override
else:
    from typing_extensions import override

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from backoff.types import Details
    from singer_sdk.helpers._batch import BatchConfig
    from singer_sdk.helpers.types import Auth, Context

P = ParamSpec("P")
T = TypeVar("T")

LONGEST_WAIT = 300
"""Seconds that are waited at the most before one more try, whatever `Retry-After` asks for."""

TRIES = 10
"""Times that a page is asked for: the waits between them add up to four minutes at least."""

WHAT_TO_CHECK: dict[int, str] = {
    HTTPStatus.BAD_REQUEST: "check api_version and the filters",
    HTTPStatus.UNAUTHORIZED: "check client_id and client_secret, and that they belong to api_url "
    "(the sandbox has keys of its own)",
    HTTPStatus.FORBIDDEN: "check that the key of client_id may read this list",
    HTTPStatus.NOT_FOUND: "check api_url",
}
"""The setting to look at, by status."""


KEY_REFUSED = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}


class Delivery(NamedTuple):
    """A page on its way to the target.

    Attributes:
        records: Its records.
        state: The stream's state once they, and all before them, are delivered.
    """

    records: list[Record]
    state: State


class SequenceStream(RESTStream[str]):
    """A list of Sequence's API: `{"items": [...], "pagination": {...}}`.

    Attributes:
        filters: The API's filters that the list takes: name of the setting to query parameter.
        created_at: Property that holds the creation time, which the list is sorted by.
    """

    filters: ClassVar[dict[str, str]] = {}
    created_at: ClassVar[str] = "createdAt"

    allow_redirects = False  # Sequence sends none, and a redirect could carry the secret elsewhere
    TYPE_CONFORMANCE_LEVEL = TypeConformanceLevel.NONE  # RecordReader's work
    _LOG_REQUEST_METRICS = False  # a line for every page would drown what matters

    @override
    def log(self, message: str, *args: Any, level: int = logging.INFO, **kwargs: Any) -> None:
        # The SDK calls whatever ends a read an unhandled error, --test's only record too
        if level < logging.ERROR:
            super().log(message, *args, level=level, **kwargs)

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

    @cached_property
    def query(self) -> dict[str, str]:
        """The filters that the settings ask for, as query parameters."""
        values = {parameter: self.config.get(name) for name, parameter in self.filters.items()}
        return {
            parameter: str(value).lower() if isinstance(value, bool) else value
            for parameter, value in values.items()
            if value is not None
        }

    @override
    def get_http_request(self, *, page: PageContext[str]) -> HTTPRequest:
        request = super().get_http_request(page=page)
        request.params = {
            **self.query,
            "limit": self.config["page_size"],
            "sortOrder": "DESC",
            "after": page.next_page_token,
        }
        return request

    def fetch(self, cursor: str | None) -> Page:
        """Request one page, trying again where that can help.

        Args:
            cursor: `pagination.after` of the page before it; None for the first page.

        Returns:
            The page.

        Raises:
            RefusedError: If Sequence refuses the request.
            SequenceError: If there is no answer after all tries, or the answer is not a page.
        """
        http = self.get_http_request(page=PageContext(stream_context=None, next_page_token=cursor))
        request = self.build_prepared_request(
            method=http.method, url=http.url, params=http.encode_params(), headers=http.headers
        )
        try:
            return self.request_decorator(self._page)(request)
        except RetriableAPIError as error:
            message = f"{error}; gave up after {TRIES} tries, the next run carries on from here"
        raise SequenceError(message)

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
        if said := _said(response):
            message += f" ({self._redact(said)})"
        if advice := WHAT_TO_CHECK.get(status):
            message += f"; {advice}"
        return message

    @property
    def _request_line(self) -> str:
        return f"{self.http_method} {self.path}"

    def _network_failure(self, error: requests.RequestException) -> str:
        reason = getattr(error.args[0] if error.args else None, "reason", None)
        match error:
            case requests.ConnectTimeout():
                return f"no connection within {self.timeout} s (request_timeout); check api_url"
            case requests.Timeout():
                return f"no answer within {self.timeout} s (request_timeout)"
            case requests.exceptions.SSLError():
                return "the server's certificate or its TLS is not accepted; check api_url"
            case requests.ConnectionError() if isinstance(reason, NewConnectionError):
                return f"no connection to {urlsplit(self.url_base).netloc}; check api_url"
            case requests.exceptions.ChunkedEncodingError():
                return "the answer broke off"
            case _:
                return "the connection broke off"

    def _redact(self, text: str) -> str:
        """Take out of the API's words what must not be printed."""
        secret = self.config["client_secret"]
        token = b64encode(f"{self.config['client_id']}:{secret}".encode()).decode()
        for value in (secret, token, *(v for k, v in self.query.items() if k != "includeArchived")):
            text = text.replace(value, "***")
        return re.sub(r"\S+@\S+", "***", text)

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
                seconds = (parsedate_to_datetime(asked) - datetime.now(UTC)).total_seconds()
            except (TypeError, ValueError):  # no date, or one without a time zone
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
            created_at=self.created_at,
            selected=lambda name: self.mask[("properties", name)],
        )

    def _page(self, request: requests.PreparedRequest) -> Page:
        response = self._request(request, None)
        # Decoded here, where another try is possible; the SDK's parse_response comes after those
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
        return Page(
            records=self.reader.read(items, unstorable=unstorable),
            after=after or None,
            total=total if isinstance(total, int) else None,
        )

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

    # --- One read --------------------------------------------------------------------------------

    @override
    def get_records(self, context: Context | None) -> Iterator[Record]:
        # The SDK's request_records has no place for a state between two pages
        for page in self.pages():
            yield from page.records
            self._delivered(page)

    @override
    def _sync_batches(self, batch_config: BatchConfig, context: Context | None = None) -> None:
        # The SDK's fills batches beyond the page that the state tells of, and with records as they
        # came: neither the selection nor stream maps are applied
        batcher = Batcher(self.tap_name, self.name, batch_config)
        room = max(batch_config.batch_size, self.config["page_size"])
        pages: list[Delivery] = []
        size = 0

        def write() -> None:
            batches: dict[str, list[Record]] = {}
            for page in pages:
                for record in page.records:
                    for message in self._generate_record_messages(record):
                        batches.setdefault(message.stream, []).append(message.record)
            for stream, records in batches.items():
                for manifest in batcher.get_batches(iter(records)):
                    self._tap.write_message(
                        SDKBatchMessage(stream, batch_config.encoding, manifest)
                    )
            self._delivered(pages[-1])

        for page in self.pages():
            if size + len(page.records) > room:
                write()
                pages, size = [], 0
            pages.append(page)
            size += len(page.records)
            self._check_max_record_limit(size)
        write()

    def _delivered(self, page: Delivery) -> None:
        """Tell the target how far it has come."""
        self.tap_state["bookmarks"][self.name] = page.state
        self._tap.state_writer.write_state(self.tap_state)

    @override
    def _increment_stream_state(
        self, latest_record: Record, *, context: Context | None = None
    ) -> None:
        # The SDK's takes each record's time for the bookmark of a sorted stream, or forgets all of
        # them at an interruption; here the bookmark moves when a read has come to its end
        pass

    @override
    def get_replication_key_signpost(self, context: Context | None = None) -> None:
        # The SDK's would stand in every state; Progress caps the bookmark
        return None

    def pages(self) -> Iterator[Delivery]:
        """Read what this run has to read.

        Yields:
            Pages in the order of reading, each with the stream's state once it is delivered.

        Raises:
            SequenceError: If the read cannot come to its end.
        """
        progress = Progress(
            self.stream_state,
            replication_method=self.replication_method,
            replication_key=self.created_at,
            scope=Scope.of(self.query, self.config.get("start_date")),
            lookback_window=self.config["lookback_window"],
            started=utc_text(datetime.fromtimestamp(self._tap.initialized_at / 1000, UTC)),
        )
        for warning in progress.warnings:
            self.logger.warning("The state does not count, reading in full: %s", warning)
        while progress.spans:
            span = progress.spans[0]
            for records in self._span(span):
                times = (record.get(self.created_at) for record in records)
                yield Delivery(records, progress.advance(filter(None, times)))
            if span.total is not None and span.delivered < span.total:
                self.logger.warning(
                    "The complete read delivered %d %s, fewer than the %d that the API counted "
                    "when it began (totalResultSize)",
                    span.delivered,
                    self.name,
                    span.total,
                )
        self._warn_of_changes()

    def _span(self, span: Span) -> Iterator[list[Record]]:
        """Read a span, from its newest end where the API no longer takes its cursor."""
        remembered = span.after
        try:
            yield from span.pages(self.fetch, self.created_at)
        except RefusedError as error:
            if not remembered or span.after != remembered or error.status in KEY_REFUSED:
                raise
            self.logger.warning(
                "The API no longer accepts the cursor of the interrupted read, reading in full: %s",
                error,
            )
            span.after, span.delivered, span.total = None, 0, None
            yield from span.pages(self.fetch, self.created_at)

    def _warn_of_changes(self) -> None:
        if self.reader.unknown_fields:
            self.logger.warning(
                "The API sent fields that this version of the tap does not know, and they were "
                "dropped: %s",
                ", ".join(sorted(self.reader.unknown_fields)),
            )
        if self.reader.characters_removed:
            self.logger.warning(
                "Some texts held NUL characters or halves of surrogate pairs, which databases "
                "can't store: these characters were removed"
            )


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
    for one in body.get("errors") or ():
        if isinstance(one, dict):
            words += [one.get("key"), one.get("message") or one.get("error")]
    text = ": ".join(word for word in words if isinstance(word, str) and word)
    return " ".join(text.split())[:300]
