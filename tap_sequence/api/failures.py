"""Why a request got no answer, in plain words that hold neither a URL nor credentials."""

from __future__ import annotations

import re
import ssl
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NamedTuple

from requests import exceptions
from urllib3.exceptions import NewConnectionError, ReadTimeoutError

if TYPE_CHECKING:
    from collections.abc import Iterator

PASSING = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}
"""HTTP statuses below 500 that another try can mend."""

CERTIFICATES = ", or name your company's certificates in REQUESTS_CA_BUNDLE"


class Failure(NamedTuple):
    """What went wrong, and what to check.

    Attributes:
        words: Both in words.
        passing: Whether another try can mend it.
    """

    words: str
    passing: bool


def can_pass(status: int) -> bool:
    """Tell whether another try can mend an answer of this HTTP status."""
    return status in PASSING or status >= HTTPStatus.INTERNAL_SERVER_ERROR


def failure(error: Exception, *, host: str, seconds: int, proxied: bool) -> Failure:
    """Put into words what requests raised.

    Args:
        error: What it raised; its own text can hold the URL, and with it the filters' values.
        host: Where the request went, with its port.
        seconds: How long it could take.
        proxied: Whether it went by a proxy.
    """
    causes = list(_causes(error))
    texts = "\n".join(str(cause) for cause in causes)
    if tunnel := re.search(r"^Tunnel connection failed: (\d{3})\b", texts, re.MULTILINE):
        return _no_tunnel(int(tunnel[1]), host)
    if any(isinstance(cause, exceptions.ProxyError) for cause in causes):
        return _no_proxy(causes)
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
        words = f"the server's certificate is not accepted; check api_url{CERTIFICATES}"
        return Failure(words, passing=False)
    if isinstance(error, exceptions.InvalidSchema):
        words = "HTTPS_PROXY names a SOCKS proxy, for which the package PySocks is missing"
        return Failure(words, passing=False)
    if isinstance(error, ValueError) and not isinstance(error, exceptions.InvalidHeader):
        words = "HTTPS_PROXY is no URL of a proxy" if proxied else "api_url is no URL of an API"
        return Failure(words, passing=False)
    return Failure(_passing(error, causes, host, seconds, proxied=proxied), passing=True)


def _no_tunnel(status: int, host: str) -> Failure:
    if status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
        words = "the proxy wants credentials, or others than it got (407); check HTTPS_PROXY"
    elif can_pass(status):
        words = f"the proxy does not get through to {host} ({status}); check HTTPS_PROXY"
    else:
        words = f"the proxy does not let through to {host} ({status}); check HTTPS_PROXY"
    return Failure(words, passing=can_pass(status))


def _no_proxy(causes: list[BaseException]) -> Failure:
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            words = f"the proxy's certificate is not accepted; check HTTPS_PROXY{CERTIFICATES}"
            return Failure(words, passing=False)
        if isinstance(cause, ssl.SSLError) and cause.reason == "WRONG_VERSION_NUMBER":
            words = "the proxy does not speak TLS; let HTTPS_PROXY begin with http://"
            return Failure(words, passing=False)
    return Failure("no connection to the proxy; check HTTPS_PROXY", passing=True)


def _passing(
    error: Exception, causes: list[BaseException], host: str, seconds: int, *, proxied: bool
) -> str:
    within = f"within {seconds} s (request_timeout)"
    check = "check api_url" + (" and HTTPS_PROXY" if proxied else "")
    match error:
        case exceptions.ConnectTimeout():
            words = f"no connection {within}; {check}"
        case exceptions.Timeout():
            words = f"no answer {within}"
        case exceptions.ConnectionError() if isinstance(causes[-1], ReadTimeoutError):
            words = f"no answer {within}"
        case exceptions.ConnectionError() if isinstance(causes[-1], NewConnectionError):
            words = f"no connection to {host}; {check}"
        case exceptions.SSLError() if not isinstance(causes[-1], ssl.SSLEOFError):
            words = f"no TLS with {host}; {check}"
        case exceptions.ChunkedEncodingError():
            words = "the answer broke off"
        case exceptions.ContentDecodingError():
            words = "the answer could not be decompressed"
        case _:
            words = "the connection broke off"
    return words


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Follow what requests raised to what urllib3, and then Python, raised before it."""
    cause: Any = error
    while isinstance(cause, BaseException):
        yield cause
        inner = (getattr(cause, "reason", None), *cause.args)
        cause = next((one for one in inner if isinstance(one, BaseException)), None)
