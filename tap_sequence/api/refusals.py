"""Why Sequence refuses a request: what to check, and what of its own words may be printed."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

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

_IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9_.\[\]-]{0,60}")
_SENTENCE = re.compile(r"""[A-Za-z][A-Za-z ,.:;()'"-]{0,199}""")

_WORDS = frozenset(
    """
    API ID JSON URL a about above absent accept accepted accepts access account active address
    addresses after again alias all allow allowed already an and another any api applied apply are
    argument as at authenticate authenticated authentication authorisation authorised authorization
    authorized back bad based be because been before belong belongs below between billing body but
    by call called can cannot character characters choose client code column combination combined
    conflict contact contain contains correct could create created credential credentials currently
    cursor customer customers date default denied deprecated describe did disabled disallowed do
    does duplicate either email empty enabled encoded end endpoint enough environment error errors
    every exact exactly exceed exceeded exceeds exist exists expected expired failed failure false
    few fewer field fields filter filters final first follow following for forbidden form format
    found from future given greater had has have header help here however id identifier ids if in
    incomplete incorrect input instead integer internal into invalid is it its key known label last
    later latest least legal length less limit limited list live long longer longest lower malformed
    mandatory many match matched matching maximum may method minimum minute minutes mismatch missing
    mode more most must mutually name named names need needed needs negative never next no non none
    not nothing now null number object occurred odd of off on once one only optional options or
    order organisation organization other out outside page pages pagination parameter parameters
    parse parsed part pattern per permission permissions permitted please positive possible present
    previous processed production property provide provided query range rate reached read real
    reason recognised recognized refuse refused rejected remove removed request requested requests
    required resource revoked right rights s same sandbox schema scope second seconds secret see
    seem seems sent server service set short should since size some something sort sorted specified
    specify start status still string such supplied support supported temporarily test text than
    that the their then there these thing things this those time timestamp to together token too
    true try two type types unable unauthorised unauthorized unavailable under unexpected unique
    unknown unless unprocessable unrecognised unrecognized unsupported until up update updated upper
    url usage use used user valid validation value values version versions via was well were what
    when where whether which while will with without would wrong you your zero
    """.split()  # noqa: SIM905  a list would take two pages
)
"""What a message may consist of: no word of it can be a name, an address or a number."""


def said(body: Any, values: Iterable[str]) -> str:
    """Find Sequence's own words in an answer, in one of the two documented shapes.

    Nothing that can quote a customer or a secret is among them.

    Args:
        body: The decoded answer.
        values: What the request held and must not be printed, in whole or in part.

    Returns:
        The types, codes, keys and messages that can be printed; an empty text if none can.
    """
    folded = [value.casefold() for value in values if value]
    shown = [
        text
        for name, text in _texts(body)
        if isinstance(text, str)
        and (_is_sentence(text) if name in _MESSAGES else _IDENTIFIER.fullmatch(text))
        and not any(one in text.casefold() or text.casefold() in one for one in folded)
    ]
    return ": ".join(dict.fromkeys(shown))[:300]


_MESSAGES = {"message", "error"}


def _texts(body: Any) -> Iterator[tuple[str, Any]]:
    """Yield what stands where Sequence documents its words, each with its name."""
    if not isinstance(body, dict):
        return
    error = body.get("error")
    if isinstance(error, dict):
        yield from ((name, error.get(name)) for name in ("type", "message"))
        body = error
    errors = body.get("errors")
    for one in errors if isinstance(errors, list) else ():
        if isinstance(one, dict):
            yield from ((name, one.get(name)) for name in ("key", "code", "message", "error"))


def _is_sentence(text: str) -> bool:
    if not _SENTENCE.fullmatch(text):
        return False
    first, *others = re.findall("[A-Za-z]+", text)
    return (first in _WORDS or first.lower() in _WORDS) and _WORDS.issuperset(others)
