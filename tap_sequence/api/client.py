"""One request to Sequence: credentials, version, time limit, and what comes back."""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from http.client import responses
from threading import Event, local
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlencode, urlsplit

from requests.auth import HTTPBasicAuth

from tap_sequence.api.decoding import decode
from tap_sequence.api.failures import can_pass, failure
from tap_sequence.api.limit import Limit
from tap_sequence.api.refusals import WHAT_TO_CHECK, said
from tap_sequence.api.retries import PassingError
from tap_sequence.api.transport import LARGEST_ANSWER, TooLargeError, open_session, read_body
from tap_sequence.errors import RefusedError, SequenceError
from tap_sequence.times import utc_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from logging import Logger

    import requests

    from tap_sequence.api.decoding import Json

VERSIONS = ("2024-01-01", "2024-05-09", "2024-07-30")
"""The published versions of the API."""

MEDIA_TYPE = re.compile(
    "(application|audio|font|image|message|model|multipart|text|video)/[a-z0-9.+-]{1,40}"
)


class Reply(NamedTuple):
    """What the API answered with status 200.

    Attributes:
        body: The decoded JSON.
        unstorable: Whether its texts can hold characters that targets can't store.
        date: When it was answered, by the API's clock, in the fixed-width form of `times`.
    """

    body: Json
    unstorable: bool
    date: str | None


@dataclass(kw_only=True, eq=False, repr=False)  # a repr would show the secret
class Client:
    """Makes requests to Sequence's API; one for the whole tap, for any number of threads.

    Attributes:
        api_url: Where the API is, without a slash at its end.
        client_id: Id of the API key.
        client_secret: Its secret.
        api_version: The version to ask for, if any.
        user_agent: What the tap calls itself.
        request_timeout: Seconds that an answer may take.
        max_requests_per_minute: How many requests `limit` lets through in a minute.
        logger: What warnings are told.
        limit: What each request has to be let through by, before it is made.
        answers: How many requests have been answered with status 200.
        answered: Set once one has been.
    """

    api_url: str
    client_id: str
    client_secret: str
    api_version: str | None
    user_agent: str
    request_timeout: int
    max_requests_per_minute: int
    logger: Logger
    limit: Limit = field(init=False)
    answers: int = field(init=False, default=0)
    answered: Event = field(init=False, default_factory=Event)
    _sessions: local = field(init=False, default_factory=local)
    _versions_warned: set[str] = field(init=False, default_factory=set)

    def __post_init__(self) -> None:
        """Set the limit up."""
        self.limit = Limit(self.max_requests_per_minute)

    def get(
        self,
        path: str,
        parameters: Mapping[str, str | int],
        *,
        shown: str,
        private: Iterable[str] = (),
    ) -> Reply:
        """Make a request, once. If it is one too many, hold back all others for a while.

        Args:
            path: Path below `api_url`.
            parameters: The query's parameters.
            shown: What messages show of the path.
            private: Values of the request that no message may quote.

        Raises:
            PassingError: If the request failed in a way that another try can mend.
            RefusedError: If Sequence refuses the request.
            SequenceError: If the request can't be made, or the answer can't be read.
        """
        try:
            return self._answered(f"GET {shown}", path, parameters, private)
        except PassingError as error:
            if error.everywhere:
                error.known = not self.limit.hold(error.wait)
            raise

    def _answered(
        self, line: str, path: str, parameters: Mapping[str, str | int], private: Iterable[str]
    ) -> Reply:
        response, body = self._send(line, f"{self.api_url}{path}", parameters)
        try:
            answer, unstorable = decode(body)
        except ValueError:
            answer, unstorable = None, False
            if response.status_code == HTTPStatus.OK:
                raise _no_json(line, response, len(body)) from None
        if response.status_code != HTTPStatus.OK:
            raise _refusal(line, response, self.quoted(answer, private))
        self._check_version(line, response)
        self.answers += 1
        self.answered.set()
        return Reply(answer, unstorable, _date(response))

    def quoted(self, body: Json, private: Iterable[str]) -> str:
        """Quote Sequence in brackets, as far as that tells nothing of a customer or the secret.

        Args:
            body: The decoded answer.
            private: Values of the request that must not be quoted.
        """
        token = b64encode(f"{self.client_id}:{self.client_secret}".encode()).decode()
        words = said(body, (self.client_secret, token, *private))
        return f" ({words})" if words else ""

    def _send(
        self, line: str, url: str, parameters: Mapping[str, str | int]
    ) -> tuple[requests.Response, bytes]:
        """Send a request; return what was answered, and its body."""
        try:
            query = urlencode(parameters)
        except UnicodeEncodeError:
            message = "a filter or the cursor holds half of a character"
            raise RefusedError(f"{line}: {message}", HTTPStatus.BAD_REQUEST) from None
        session = self._session
        try:
            # Sequence sends no redirects, and one could carry the secret elsewhere
            response = session.get(
                url,
                params=query,
                timeout=self.request_timeout,
                allow_redirects=False,
                stream=True,
            )
            return response, _body(response)
        except TooLargeError:
            message = f"an answer of more than {LARGEST_ANSWER} MB; lower page_size"
            raise SequenceError(f"{line}: {message}") from None
        except (OSError, ValueError) as error:  # an OSError, as are all of requests' own
            words, passing = failure(
                error,
                host=urlsplit(self.api_url).netloc,
                seconds=self.request_timeout,
                proxied=bool(session.proxies),
            )
        # Outside, as what requests raised holds the URL, and with it the filters' values
        if passing:
            raise PassingError(f"{line}: {words}", everywhere=True)
        raise SequenceError(f"{line}: {words}", everywhere=True)

    @property
    def _session(self) -> requests.Session:
        """The thread's session: requests does not promise that one is safe for several."""
        if not hasattr(self._sessions, "mine"):
            session = open_session(self.api_url)
            # Bytes, as requests encodes text in Latin-1
            session.auth = HTTPBasicAuth(self.client_id.encode(), self.client_secret.encode())
            session.headers.update({"Accept": "application/json", "User-Agent": self.user_agent})
            if self.api_version:
                session.headers["Sequence-Version"] = self.api_version
            self._sessions.mine = session
        mine: requests.Session = self._sessions.mine
        return mine

    def _check_version(self, line: str, response: requests.Response) -> None:
        asked = self.api_version
        answered = response.headers.get("Sequence-Version") or asked
        if asked and answered and answered != asked and answered not in self._versions_warned:
            self._versions_warned.add(answered)
            self.logger.warning(
                "%s: api_version %s was asked for, %s answered",
                line,
                asked,
                answered if re.fullmatch("[0-9-]{1,10}", answered) else "another",
            )


def _body(response: requests.Response) -> bytes:
    try:
        return read_body(response)
    except (OSError, TooLargeError):
        if response.status_code == HTTPStatus.OK:
            raise
        return b""  # the status says enough


def _refusal(line: str, response: requests.Response, quoted: str) -> PassingError | RefusedError:
    status = response.status_code
    message = f"{line}: {status} {responses.get(status, '')}".rstrip() + quoted
    if can_pass(status):
        # The limit is the key's
        everywhere = status == HTTPStatus.TOO_MANY_REQUESTS
        return PassingError(message, response.headers.get("Retry-After", ""), everywhere=everywhere)
    check = WHAT_TO_CHECK.get(status, "check api_url and api_version")
    return RefusedError(f"{message}; {check}", status, response.headers.get("Sequence-Version"))


def _date(response: requests.Response) -> str | None:
    """Read the header Date, of which HTTP says that every server sends it."""
    try:
        return utc_text(parsedate_to_datetime(response.headers.get("Date", "")))
    except (ValueError, OverflowError):
        return None


def _no_json(line: str, response: requests.Response, size: int) -> PassingError:
    kind = response.headers.get("Content-Type", "of no type").partition(";")[0].strip().lower()
    kind = kind if kind == "of no type" or MEDIA_TYPE.fullmatch(kind) else "of an odd type"
    message = f"200, but no JSON ({size} bytes, {kind})"
    return PassingError(f"{line}: {message}", response.headers.get("Retry-After", ""))
