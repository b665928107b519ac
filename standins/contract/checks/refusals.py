"""What refusals look like, and what answers say of the rate limit."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING

from standins.contract.assumption import (
    Finding,
    Guess,
    Verdict,
    assumption,
)
from tap_sequence.api.limit import LIMIT

if TYPE_CHECKING:
    from standins.contract.asking import Seen
    from standins.contract.probes import Probes

DOCUMENTED = {"error with type and message", "errors with key and error"}


def shape(seen: Seen) -> str:
    """Name the shape of a refusal's body."""
    body = seen.body
    if seen.kind != "JSON":
        return seen.kind
    if not isinstance(body, dict):
        return "another shape"
    error, errors = body.get("error"), body.get("errors")
    if isinstance(error, dict) and "type" in error and "message" in error:
        return "error with type and message"
    listed = errors if isinstance(errors, list) else [errors]
    if all(isinstance(one, dict) and {"key", "error"} <= one.keys() for one in listed):
        return "errors with key and error"
    return "another shape"


@assumption(
    "refusal-400",
    "A parameter that is wrong is refused with 400, and a body in one of the documented shapes.",
    otherwise="The tap's message then says the status alone, without Sequence's own words.",
    guess=Guess("refusals", "mistakes", "errors with key and error, for each parameter"),
)
def mistakes(probes: Probes) -> Finding:
    """Ask for an order that there is not."""
    seen = probes.listed("customers", sortOrder="SIDEWAYS")
    fits = seen.status == HTTPStatus.BAD_REQUEST and shape(seen) in DOCUMENTED
    words = f"status {seen.status}" + (
        f", body: {shape(seen)}" if seen.status != HTTPStatus.OK else ""
    )
    return Finding(Verdict.HOLDS if fits else Verdict.HARMLESS, words)


@assumption(
    "secret-401",
    "A wrong secret is refused with 401, and a body in one of the documented shapes.",
    otherwise="With another status each stream fails on its own, and its line names another "
    "remedy: check the secret all the same.",
    guess=Guess("app", "API._check_credentials", "401, error with type and message"),
)
def secret(probes: Probes) -> Finding:
    """Send a wrong one, once."""
    seen = probes.ask("/customers", wrong_secret=True, limit=1)
    fits = seen.status == HTTPStatus.UNAUTHORIZED and shape(seen) in DOCUMENTED
    body = f", body: {shape(seen)}" if seen.status != HTTPStatus.OK else ""
    return Finding(Verdict.HOLDS if fits else Verdict.HARMLESS, f"status {seen.status}{body}")


_ABOUT_RATE = re.compile("(?i)(x-)?(rate-?limit|retry-after)[a-z-]{0,20}")


@assumption(
    "rate-limit",
    f"No header of an answer names a lower limit than {LIMIT:,} requests a minute.",
    otherwise="Requests that are one too many are refused with 429 and made again. Set "
    "max_requests_per_minute to the lower number.",
    guess=Guess("__init__", "SequenceAPI._limited", "no headers but Retry-After, if it is set"),
)
def rate(probes: Probes) -> Finding:
    """Look at the headers of all answers; no limit is tried out."""
    _ = probes.first("customers")
    headers = {
        name: number if (number := value.strip()).isdecimal() and len(number) < 8 else "no number"  # noqa: PLR2004
        for name, value in probes.asker.headers.items()
        if _ABOUT_RATE.fullmatch(name)
    }
    limits = [int(of) for name, of in headers.items() if _is_limit(name) and of.isdecimal()]
    words = ", ".join(f"{name}: {of}" for name, of in sorted(headers.items())) or "no such headers"
    low = any(0 < limit < LIMIT for limit in limits)
    return Finding(Verdict.HARMLESS if low else Verdict.HOLDS, words)


def _is_limit(name: str) -> bool:
    return name.lower().endswith("limit")
