"""Cursors: where they lead, and what they are made of."""

from __future__ import annotations

import re
from base64 import b64decode
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import unquote

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
from standins.contract.probes import FEW
from tap_sequence.pages import OLDEST_FIRST

if TYPE_CHECKING:
    from standins.contract.probes import Page, Probes

_FOLLOWED = ("customers", "invoices", "prices", "usage_events")
"""Lists of which the second of the small pages is asked for."""

_LOOKED_AT_AGAIN = ("customers", "usage_events")
"""Lists that are looked at once more, whether something has been added."""

_UUID = re.compile("(?i)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NUMBERED = re.compile(r"(?i)\d{1,10}|.*(offset|skip|page).*")


@assumption(
    "next-page",
    "A cursor leads to the rows behind its page, also where the next request has another `limit`.",
    otherwise="A read has the same `limit` to its end, also where it is resumed with another "
    "page_size.",
    guess=Guess("cursors", "cursor", "a cursor holds the key of the last row of its page"),
)
def next_page(probes: Probes) -> Finding:
    """Compare what comes behind two rows with the first page."""

    def look(name: str) -> Part:
        whole = probes.full(name)
        if len(whole.rows) < FEW + 2:
            raise UnseenError(f"it has fewer than {FEW + 2} rows")
        small = probes.small(name)
        if probes.keys(name, small.rows) != probes.keys(name, whole.rows[:FEW]):
            raise UnseenError("the list has just changed")
        following = _behind(probes, name, small)
        expected = probes.keys(name, whole.rows[FEW : FEW + 1])
        if probes.keys(name, following.rows[:1]) == expected:
            return holds("the next row followed")
        before = probes.keys(name, small.rows)
        if probes.keys(name, following.rows[:FEW]) == before:
            return harmful("the cursor is ignored, and the first page came again")
        if {*probes.keys(name, following.rows)} & {*before}:
            return harmless("a row of the page before came again")
        return harmless("rows were passed over, as with numbers of pages")

    return by_stream(_FOLLOWED, look)


def _behind(probes: Probes, name: str, small: Page) -> Page:
    return probes.page(probes.listed(name, after=small.after, limit=FEW + 1))


def kind(cursor: str) -> str:
    """Tell what a cursor is made of: "a key", "a number", or "nothing that tells"."""
    texts = [cursor, unquote(cursor)]
    for text in (cursor, cursor.replace("-", "+").replace("_", "/")):
        try:
            texts.append(b64decode(text + "=" * (-len(text) % 4), validate=True).decode())
        except ValueError:
            continue
    if any(_UUID.search(text) for text in texts):
        return "a key"
    return "a number" if any(map(_NUMBERED.fullmatch, texts)) else "nothing that tells"


@assumption(
    "cursor-holds-key",
    "A cursor names a row by its key, not a place by its number: what is added meanwhile shifts "
    "nothing.",
    otherwise="A row that vanishes while a list is read has another one passed over. The count "
    "then falls short: a warning says so, and a list that is read by `updatedAt` is delivered "
    "again by the next run.",
    guess=Guess("listing", "numbered", "a cursor holds a key"),
)
def hold_keys(probes: Probes) -> Finding:
    """Read cursors, and follow one again if something has been added since."""

    def look(name: str) -> Part:
        stream = probes.stream(name)
        if not stream.limited:
            raise UnseenError("it has no pages")
        after = probes.full(name).after or probes.small(name).after
        moved = _moved(probes, name)
        if moved is not None:
            where = "the same place" if not moved else "another row"
            words = f"after an addition the cursor led to {where}"
            return harmless(words) if moved else holds(words)
        made_of = kind(after or "")
        if made_of == "nothing that tells":
            raise UnseenError("the cursor's text says nothing, and nothing was added meanwhile")
        words = f"the cursor's text holds {made_of}"
        return holds(words) if made_of == "a key" else harmless(words)

    names = ["customers", "invoices", *(one for one in probes.lists if one not in probes.ordered)]
    names += [name for name in probes.ordered if name not in names and _has_pages(probes, name)]
    return by_stream(names, look)


def _has_pages(probes: Probes, name: str) -> bool:
    try:
        return probes.full(name).after is not None
    except UnseenError:
        return False


def _moved(probes: Probes, name: str) -> bool | None:
    """Tell whether a cursor leads elsewhere since rows were added; None if none were."""
    if name not in _LOOKED_AT_AGAIN:
        return None
    small = probes.small(name)
    before = probes.keys(name, _behind(probes, name, small).rows[:1])
    now = probes.page(probes.listed(name, again=1, limit=FEW))
    if probes.keys(name, now.rows) == probes.keys(name, small.rows):
        return None
    following = probes.page(probes.listed(name, again=1, after=small.after, limit=FEW + 1))
    return probes.keys(name, following.rows[:1]) != before


@assumption(
    "cursor-bound-to-order",
    "A cursor is refused with 400 in the other sort order.",
    otherwise="The tap uses a cursor in its own order alone.",
    guess=Guess("cursors", "place", "a cursor is refused in another order, and for another list"),
)
def bound(probes: Probes) -> Finding:
    """Use a cursor of customers in the other order."""
    after = probes.full("customers").after or probes.small("customers").after
    seen = probes.listed("customers", after=after, sortOrder=OLDEST_FIRST, limit=FEW)
    fits = seen.status == HTTPStatus.BAD_REQUEST
    return Finding(Verdict.HOLDS if fits else Verdict.HARMLESS, f"status {seen.status}")


@assumption(
    "cursor-refused",
    "What is no cursor, or none any more, is refused.",
    otherwise="Where the first page comes in its place, a resumed read goes through the whole list "
    "once more: nothing is lost.",
    guess=Guess("endpoint", "CURSOR_REFUSED", "400 for a cursor that is none"),
)
def refused(probes: Probes) -> Finding:
    """Send a text that is no cursor."""
    seen = probes.listed("customers", after="bm8tY3Vyc29y", limit=FEW)
    fits = HTTPStatus.BAD_REQUEST <= seen.status < HTTPStatus.INTERNAL_SERVER_ERROR
    return Finding(Verdict.HOLDS if fits else Verdict.HARMLESS, f"status {seen.status}")
