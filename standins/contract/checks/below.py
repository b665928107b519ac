"""What there is below a row."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, cast

from standins.contract.assumption import (
    Finding,
    Guess,
    Part,
    UnseenError,
    assumption,
    by_stream,
    harmful,
    harmless,
    holds,
)
from standins.contract.checks.refusals import shape
from standins.contract.probes import LIMIT, NOBODY
from tap_sequence.api.failures import can_pass
from tap_sequence.wording import kind_of

if TYPE_CHECKING:
    from standins.contract.probes import Probes, Row
    from tap_sequence.singer.child import ChildStream


@assumption(
    "below-form",
    "Contacts, balances and conversions answer `items` alone, line items and groups a page, and an "
    "invoice answers itself.",
    otherwise="A next page that is named is asked for, whatever the form. Where there are no "
    "items, the stream fails.",
)
def forms(probes: Probes) -> Finding:
    """Look at what is below a row or two."""

    def look(name: str) -> Part:
        stream, (parent, seen) = probes.stream(name), probes.beneath(name)
        if seen.status != HTTPStatus.OK:
            raise UnseenError(f"status {seen.status}")
        if not isinstance(seen.body, dict):
            return harmful(f"{seen.kind if seen.kind != 'JSON' else kind_of(seen.body)}, no object")
        if stream.form == "object":
            fits = all(isinstance(seen.body.get(key), str) for key in stream.primary_keys)
            return holds("an object") if fits else harmful("an object without the key")
        if not isinstance(seen.body.get("items"), list):
            return harmful(f"items: {kind_of(seen.body.get('items'))}")
        return _pages(probes, name, parent)

    return by_stream(probes.below, look)


def _pages(probes: Probes, name: str, parent: Row) -> Part:
    form = probes.stream(name).form
    seen = probes.under(name, parent)
    page, pagination = probes.page(seen), seen.body.get("pagination")
    if form == "items":
        if page.after is None:
            return holds("items alone" if pagination is None else "items, and no next page")
        following = probes.page(probes.under(name, parent, after=page.after))
        if following.after == page.after:
            return harmful("a next page is named, and is the same again")
        return harmless("it comes in pages, which can be read")
    if isinstance(pagination, dict):
        return holds("a page")
    if pagination is None and len(page.rows) < LIMIT:
        return harmless("no pagination, on a page that is not full")
    return harmful(f"pagination: {kind_of(pagination)}")


@assumption(
    "vanished-parent",
    "What is below a row that there is not is answered with 404.",
    otherwise="A run that meets a parent which has just been deleted then fails with that stream; "
    "the next one goes on. An empty answer is none that fails.",
    guess=Guess("app", "API._body_below", "404 with a body in the documented shape"),
)
def vanished(probes: Probes) -> Finding:
    """Ask for what is below an id that nothing has."""

    def look(name: str) -> Part:
        stream = cast("ChildStream", probes.there(name))
        seen = probes.under(name, dict.fromkeys(stream.names, NOBODY))
        if seen.status == HTTPStatus.NOT_FOUND:
            return holds(f"status 404, body: {shape(seen)}")
        words = f"status {seen.status}, body: {shape(seen)}"
        if can_pass(seen.status):
            return harmless(f"{words}; tried ten times, in vain")
        return harmless(words)

    return by_stream(["invoice_line_items"], look)
