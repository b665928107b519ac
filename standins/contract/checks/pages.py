"""Pages: their form, their size, what they count, and which is the last."""

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
from standins.contract.probes import LIMIT
from tap_sequence.wording import kind_of

if TYPE_CHECKING:
    from standins.contract.probes import Probes

_DEFAULT = 20


@assumption(
    "page-form",
    "A list answers `items`, an array of objects, and `pagination`, an object in which `after` is "
    "a string, if anything.",
    otherwise="The stream fails, in words of what was expected and what came.",
)
def form(probes: Probes) -> Finding:
    """Look at the first page of each list."""

    def look(name: str) -> Part:  # noqa: PLR0911  one for each part of a page
        seen = probes.first(name)
        if seen.status != HTTPStatus.OK:
            raise UnseenError(f"status {seen.status}")
        if seen.kind != "JSON" or not isinstance(seen.body, dict):
            return harmful(f"{seen.kind if seen.kind != 'JSON' else kind_of(seen.body)}, no object")
        items, pagination = seen.body.get("items"), seen.body.get("pagination")
        if not isinstance(items, list):
            return harmful(f"items: {kind_of(items)}")
        for item in items:
            if not isinstance(item, dict):
                return harmful(f"an item: {kind_of(item)}")
        if pagination is None and probes.stream(name).limited and len(items) < LIMIT:
            return harmless("no pagination, on a page that is not full")
        if not isinstance(pagination, dict):
            return harmful(f"pagination: {kind_of(pagination)}")
        after = pagination.get("after")
        if after is not None and not isinstance(after, str):
            return harmful(f"pagination.after: {kind_of(after)}")
        return holds("as documented")

    return by_stream(probes.lists, look)


@assumption(
    "limit-100",
    "`limit=100` is taken, and a page then has 100 rows, if there are so many.",
    otherwise="Shorter pages only cost requests. Where 100 is refused, the stream fails, until "
    "page_size is lower.",
)
def greatest(probes: Probes) -> Finding:
    """Look at first pages."""

    def look(name: str) -> Part:
        seen = probes.first(name)
        if seen.status == HTTPStatus.BAD_REQUEST:
            lower = probes.listed(name, limit=1)
            if lower.status == HTTPStatus.OK:
                return harmful("100 is refused, 1 is not: lower page_size")
        page = probes.page(seen)
        if page.after is None:
            return holds("taken")
        if len(page.rows) == LIMIT:
            return holds("pages of 100")
        return harmless(f"pages of {len(page.rows)}")

    return by_stream([name for name in probes.lists if probes.stream(name).limited], look)


@assumption(
    "limit-101",
    "A `limit` above 100 is refused with 400.",
    otherwise="The tap never asks for more than 100.",
)
def beyond(probes: Probes) -> Finding:
    """Ask for 101 customers."""
    seen = probes.listed("customers", limit=LIMIT + 1)
    if seen.status == HTTPStatus.BAD_REQUEST:
        return Finding(Verdict.HOLDS, "status 400")
    rows = f", {len(probes.page(seen).rows)} rows" if seen.status == HTTPStatus.OK else ""
    return Finding(Verdict.HARMLESS, f"status {seen.status}{rows}")


@assumption(
    "limit-default",
    f"Without `limit` a page has {_DEFAULT} rows.",
    otherwise="The tap always sends it.",
    guess=Guess("endpoint", "_DEFAULT_LIMIT", f"{_DEFAULT} rows without limit"),
)
def default(probes: Probes) -> Finding:
    """Ask for a list that has more rows than that."""
    for name in ("customers", *probes.lists):
        try:
            enough = len(probes.full(name).rows) > _DEFAULT and probes.stream(name).limited
        except UnseenError:
            continue
        if enough:
            page = probes.page(probes.listed(name, limit=None))
            fits = len(page.rows) == _DEFAULT
            words = f"{len(page.rows)} rows" + (" or more" if page.after is None else "")
            return Finding(Verdict.HOLDS if fits else Verdict.HARMLESS, words)
    raise UnseenError(f"no list has more than {_DEFAULT} rows")


@assumption(
    "last-page",
    "The last page has no `pagination.after`.",
    otherwise="Null and an empty text mean the same to the tap.",
    guess=Guess("__init__", "last_page", "no member, where there is no next page"),
)
def last(probes: Probes) -> Finding:
    """Look at first pages that are the last ones."""

    def look(name: str) -> Part:
        page = probes.page(probes.first(name))
        if page.after is not None:
            raise UnseenError("it has more than one page")
        if "after" not in page.pagination:
            return holds("no after")
        return harmless(f"after is {kind_of(page.pagination['after'])}")

    return by_stream(probes.lists, look)


@assumption(
    "total",
    "`totalResultSize` says how many rows the whole list has.",
    otherwise="No run ends early by it. What it says decides whether a warning tells of missing "
    "rows, and whether the bookmark of a list that is read by `updatedAt` moves: without it, each "
    "run delivers again what has changed since the first one.",
    guess=Guess("__init__", "total", "it is always told"),
)
def total(probes: Probes) -> Finding:
    """Compare it with the rows, of lists of one page; of others it is at least more than a page."""

    def look(name: str) -> Part:
        page = probes.page(probes.first(name))
        if page.total is None:
            return harmless("not told")
        if type(page.total) is not int or page.total < 0:
            return harmless(f"no number of rows, but {kind_of(page.total)}")
        rows = len(page.rows)
        if page.after is None and page.total != rows:
            return harmless(f"{'more' if page.total > rows else 'fewer'} than there are")
        if page.after is not None and page.total <= rows:
            return harmless("no more than one page has")
        return holds("told")

    return by_stream(probes.lists, look)


@assumption(
    "seat-balances-whole",
    "`/seat-balances`, which takes no paging parameters, comes whole.",
    otherwise="The tap asks for the next page all the same: it comes, or the stream fails, as "
    "pages go round in a circle.",
    guess=Guess("listing", "cut", "it comes whole"),
)
def whole(probes: Probes) -> Finding:
    """Look whether it names a next page, and whether there is one."""

    def look(name: str) -> Part:
        page = probes.page(probes.first(name))
        if page.after is None:
            return holds("no next page is named")
        seen = probes.listed(name, after=page.after)
        if seen.status != HTTPStatus.OK:
            return harmful(f"a next page is named, and refused with status {seen.status}")
        following = probes.page(seen)
        again = {*probes.keys(name, page.rows)} & {*probes.keys(name, following.rows)}
        if again or following.after == page.after:
            return harmful("a next page is named, and is the same again")
        return harmless("it comes in pages, which can be read")

    return by_stream(["seat_balances"], look)
