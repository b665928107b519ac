"""Versions of the API."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from standins.contract.assumption import (
    Finding,
    Guess,
    Part,
    UnseenError,
    Verdict,
    assumption,
    by_stream,
    harmful,
    harmless,
    holds,
)
from tap_sequence.api.client import VERSIONS
from tap_sequence.api.failures import can_pass

if TYPE_CHECKING:
    from standins.contract.asking import Seen
    from standins.contract.probes import Probes

_ABSENT = {HTTPStatus.NOT_FOUND, HTTPStatus.BAD_REQUEST}


def _told(seen: Seen) -> str:
    """Say which version an answer says that it is in."""
    told = seen.headers.get("Sequence-Version")
    return "none" if told is None else told if told in VERSIONS else "one that is not published"


@assumption(
    "version-echoed",
    "Each answer says in `Sequence-Version` which of the three published versions it is in.",
    otherwise="A list that the key's version lacks is then not skipped with a warning: it fails, "
    "until api_version is set. Everything else is read as ever.",
)
def echoed(probes: Probes) -> Finding:
    """Look at the first page of each list."""

    def look(name: str) -> Part:
        told = _told(probes.first(name))
        return holds(f"version {told}") if told in VERSIONS else harmless(f"version: {told}")

    return by_stream(probes.lists, look)


@assumption(
    "versions-served",
    "All three published versions are served.",
    otherwise="A version that is not served can't be set as api_version: the first request is "
    "refused, and the run ends with it.",
)
def served(probes: Probes) -> Finding:
    """Ask for one customer in each version."""
    words, worst = [], Verdict.HOLDS
    for version in VERSIONS:
        seen = probes.ask("/customers", version=version, limit=1)
        if seen.status == HTTPStatus.OK and _told(seen) == version:
            words.append(f"{version} served")
            continue
        worst = Verdict.HARMLESS
        answered = f"answered in version {_told(seen)}" if seen.status == HTTPStatus.OK else ""
        words.append(f"{version}: {answered or f'status {seen.status}'}")
    return Finding(worst, "; ".join(words))


@assumption(
    "version-unknown",
    "A version that there is not is refused with 400.",
    otherwise="The tap asks for no other version than the three.",
)
def unknown(probes: Probes) -> Finding:
    """Ask for a version of long ago."""
    seen = probes.ask("/customers", version="1999-01-01", limit=1)
    fits = seen.status == HTTPStatus.BAD_REQUEST
    return Finding(Verdict.HOLDS if fits else Verdict.HARMLESS, f"status {seen.status}")


@assumption(
    "version-without-list",
    "A list that a version does not have is refused there with 404 or 400.",
    otherwise="Where the refusal is another one, the stream fails instead of being skipped: "
    "deselect it, or set api_version to the key's version, and it is skipped.",
    guess=Guess("app", "_check_there", "404 for a list that the version does not have"),
)
def not_there(probes: Probes) -> Finding:
    """Ask for quotes in the oldest version, which has none."""

    def look(name: str) -> Part:
        stream = probes.stream(name)
        seen = probes.ask(stream.path, version=VERSIONS[0], limit=1)
        if seen.status in _ABSENT:
            if _told(seen) not in {*VERSIONS} - stream.versions:
                return harmless(f"status {seen.status}, version: {_told(seen)}")
            return holds(f"status {seen.status}")
        if seen.status == HTTPStatus.OK:
            return harmless("answered all the same")
        if can_pass(seen.status):
            raise UnseenError(f"status {seen.status}")
        return harmful(f"status {seen.status} with version {VERSIONS[0]}")

    return by_stream(["quotes"], look)
