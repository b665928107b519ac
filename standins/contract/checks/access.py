"""Which lists the key may read."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from standins.contract.assumption import (
    Finding,
    Part,
    UnseenError,
    assumption,
    by_stream,
    harmful,
    holds,
)
from tap_sequence.api.client import VERSIONS

if TYPE_CHECKING:
    from standins.contract.probes import Probes

_WHY = {
    HTTPStatus.FORBIDDEN: "the key may not read it",
    HTTPStatus.NOT_FOUND: "it is not there",
    HTTPStatus.BAD_REQUEST: "a parameter that the tap sends is refused",
}


@assumption(
    "readable",
    "The key may read each list, with the parameters that the tap sends.",
    otherwise="The stream fails, in words of the status; the others are read, and the exit code is "
    "1. Deselect it.",
)
def readable(probes: Probes) -> Finding:
    """Look at the first page of each list, and at what is below a row."""

    def look(name: str) -> Part:
        below = name in probes.below
        seen = probes.beneath(name)[1] if below else probes.first(name)
        if seen.status == HTTPStatus.OK:
            return holds("could be read")
        told = seen.headers.get("Sequence-Version")
        absent = seen.status in {HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND}
        if absent and told in {*VERSIONS} - probes.stream(name).versions:
            raise UnseenError(f"version {told} does not have it")
        if below and seen.status == HTTPStatus.NOT_FOUND:
            return harmful("status 404 below rows that there are")
        why = _WHY.get(HTTPStatus(seen.status)) if seen.status in {*HTTPStatus} else None
        return harmful(f"status {seen.status}{f', {why}' if why else ''}")

    return by_stream([*probes.lists, *probes.below], look)
