"""Requests that are counted, and answers as they came."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from requests.auth import HTTPBasicAuth

from standins.contract.assumption import UnseenError
from tap_sequence.api.decoding import decode
from tap_sequence.api.failures import can_pass, failure
from tap_sequence.api.limit import Limit
from tap_sequence.api.retries import PassingError
from tap_sequence.api.transport import LARGEST_ANSWER, TooLargeError, open_session, read_body
from tap_sequence.errors import SequenceError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import requests

MOST = 95
"""Requests that are made at the most, those that are tried again included."""

_TRIES = 3
_LONGEST_WAIT = 60
_WRONG_SECRET = "this-is-not-the-secret"  # noqa: S105  that is what it is for


@dataclass(frozen=True)
class Seen:
    """One answer.

    Attributes:
        status: Its HTTP status.
        headers: Its headers, by name in any case.
        body: The decoded JSON; None if it is none.
        kind: What the body is: "JSON", "nothing", or "no JSON".
    """

    status: int
    headers: Mapping[str, str]
    body: Any
    kind: str


class Asker:
    """Makes requests as the tap makes them, by the tap's own limit.

    Args:
        config: The tap's settings, complete.
        user_agent: What the requests say they come from.

    Attributes:
        requests: How many were made.
        headers: The headers of all answers, the last of each name.
    """

    def __init__(self, config: Mapping[str, Any], user_agent: str) -> None:
        self.requests = 0
        self.headers: dict[str, str] = {}
        self._config = config
        self._url = config["api_url"].rstrip("/")
        self._limit = Limit(config["max_requests_per_minute"])
        self._session = open_session(self._url)
        self._session.headers.update({"Accept": "application/json", "User-Agent": user_agent})
        self._answered = False

    def get(
        self,
        path: str,
        parameters: Mapping[str, str | int],
        *,
        version: str | None = None,
        wrong_secret: bool = False,
    ) -> Seen:
        """Make a request, and another one if that can help.

        Args:
            path: Path below the API's URL.
            parameters: The query's parameters.
            version: The version to ask for; as the settings say, if not given.
            wrong_secret: Whether to send a secret that is not the key's.

        Raises:
            UnseenError: If there is no answer, or no request left to make.
            SequenceError: If there has never been one: the settings are wrong.
        """
        secret = _WRONG_SECRET if wrong_secret else self._config["client_secret"]
        auth = HTTPBasicAuth(self._config["client_id"].encode(), secret.encode())
        asked = version or self._config.get("api_version")
        headers = {"Sequence-Version": asked} if asked else {}
        for tries in range(1, _TRIES + 1):
            try:
                response, body = self._send(path, parameters, auth, headers)
            except PassingError as error:
                if tries < _TRIES:
                    time.sleep(2.0**tries)
                    continue
                if not self._answered:
                    raise SequenceError(str(error)) from None
                raise UnseenError("there was no answer") from None
            self._answered = True
            self.headers.update(response.headers)
            if not can_pass(response.status_code) or tries == _TRIES:
                break
            wait = PassingError("", response.headers.get("Retry-After", "")).wait
            time.sleep(min(wait, _LONGEST_WAIT))
        return _seen(response, body)

    def _send(
        self,
        path: str,
        parameters: Mapping[str, str | int],
        auth: HTTPBasicAuth,
        headers: Mapping[str, str],
    ) -> tuple[requests.Response, bytes]:
        if self.requests >= MOST:
            raise UnseenError("no request was left")
        self.requests += 1
        self._limit.wait()
        try:
            response = self._session.get(
                f"{self._url}{path}",
                params=urlencode(parameters, errors="replace"),
                headers=headers,
                auth=auth,
                timeout=self._config["request_timeout"],
                allow_redirects=False,
                stream=True,
            )
            return response, read_body(response)
        except TooLargeError:
            raise UnseenError(f"an answer has more than {LARGEST_ANSWER} MB") from None
        except (OSError, ValueError) as error:
            words, passing = failure(
                error,
                host=urlsplit(self._url).netloc,
                seconds=self._config["request_timeout"],
                proxied=bool(self._session.proxies),
            )
        if passing:
            raise PassingError(words)
        if self._answered:
            raise UnseenError("there was no answer")
        raise SequenceError(words)


def _seen(response: requests.Response, body: bytes) -> Seen:
    try:
        decoded, _ = decode(body)
        kind = "JSON"
    except ValueError:
        decoded, kind = None, "no JSON" if body else "nothing"
    return Seen(response.status_code, response.headers, decoded, kind)
