"""How the API could behave otherwise than this stand-in does, assumption by assumption.

`standins.contract` has the assumptions. For each there are one or more ways in which it would not
hold; a test has the command notice each of them, and another one the tap be right, or fail plainly.

    OTHERWISE["newest-first"][0].turn(api)
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, Final

from standins.sequence_api import faults
from standins.sequence_api.described import timed
from standins.sequence_api.messages import Answer
from standins.sequence_api.times import micros_of
from standins.sequence_api.turns import (
    Row,
    Turn,
    any_version,
    asked_with,
    both,
    cursor_not_taken_is_ignored,
    each_row,
    edited,
    everywhere,
    in_pages_of_one,
    instead_of,
    of,
    pages,
    with_body,
    with_header,
)
from standins.sequence_api.versions import VERSIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from standins.sequence_api import Request, SequenceAPI

NOBODY: Final = "00000000-0000-7000-8000-000000000000"
"""An id that nothing has."""

_OLDEST, _NEWEST = VERSIONS[0], VERSIONS[-1]


@dataclass(frozen=True, kw_only=True)
class Way:
    """One way in which an assumption would not hold.

    Attributes:
        words: What the API does.
        turn: Makes an API do so.
        streams: The tap's streams that meet it.
        settings: The tap's settings with which they do.
        pinned: The version that the key is pinned to then.
        answered: The version that rows come in, if it isn't the one that was asked for.
        harmful: Whether the stream must not be used, and the tap has to fail.
        fails: Whether the tap has to fail all the same.
        warns: Whether the tap can do no more than say so.
        unseen: Whether nothing that can be read tells of it.
        row: What becomes of each row, if anything.
    """

    words: str
    turn: Turn
    streams: tuple[str, ...] = ("customers",)
    settings: Mapping[str, Any] = field(default_factory=dict)
    pinned: str = _NEWEST
    answered: str | None = None
    harmful: bool = False
    fails: bool = False
    warns: bool = False
    unseen: bool = False
    row: Callable[[Row], object] | None = None


# --- What requests and rows are picked and changed by --------------------------------------------


def _given(name: str, value: str | None = None) -> Callable[[Request], bool]:
    """Requests with a parameter, or with this value of it."""
    return lambda request: name in request.query and value in {None, request.query[name]}


def _lacking(name: str) -> Callable[[Request], bool]:
    return lambda request: name not in request.query


def _set(**values: str) -> Callable[[dict[str, str]], object]:
    return lambda query: query.update(values)


def _without(name: str) -> Callable[[dict[str, str]], object]:
    return lambda query: query.pop(name, None)


def _more_than(most: int) -> Callable[[Request], bool]:
    return lambda request: int(request.query.get("limit", "1")) > most


def _in_version(version: str) -> Callable[[Request], bool]:
    return lambda request: request.headers.get("Sequence-Version") == version


def _numbered(kind: Any, *names: str) -> Turn:
    def turn(api: SequenceAPI) -> None:
        for name in names:
            api[name].numbered = kind

    return turn


def _cut(kind: Any) -> Turn:
    def turn(api: SequenceAPI) -> None:
        api["seat_balances"].cut = kind

    return turn


def _last_page(kind: Any) -> Turn:
    def turn(api: SequenceAPI) -> None:
        api.last_page = kind

    return turn


def _uncounted(api: SequenceAPI) -> None:
    api.total = False


def _total(change: Callable[[int], object]) -> Callable[[Any], object]:
    def edit(page: Any) -> None:
        page["pagination"]["totalResultSize"] = change(page["pagination"]["totalResultSize"])

    return edit


def _counted(change: Callable[[int], object]) -> Turn:
    return both(pages("customers", _total(change)), pages("products", _total(change)))


def _logs(**switches: Any) -> Turn:
    def turn(api: SequenceAPI) -> None:
        for name in ("usage_events", "seat_events"):
            for switch, value in switches.items():
                setattr(api[name], switch, value)

    return turn


def _in_oldest_version(name: str, fault: faults.Fault) -> Turn:
    """A fault of a list in the oldest version, asked for or pinned."""

    def turn(api: SequenceAPI) -> None:
        concerns = api[name].concerns

        def when(request: Request) -> bool:
            version = request.headers.get("Sequence-Version") or api.version
            return concerns(request) and version == _OLDEST

        api.fail(fault, None, when)

    return turn


def _nobodys(fault: faults.Fault) -> Turn:
    """A fault below an invoice that there is not, and below one that has just vanished."""

    def turn(api: SequenceAPI) -> None:
        lines = api.below("invoice_line_items")
        vanished = api["invoices"].rows[3].id
        lines.give(vanished, [])
        api.fail(fault, None, lambda request: lines.match(request.path) in {NOBODY, vanished})

    return turn


def _switch(name: str, switch: str) -> tuple[Way, Way]:
    """Both ways in which a switch for archived rows can be otherwise."""
    shown = of(name, asked_with(_set(**{switch: "true"})), _lacking(switch))
    refused = of(name, faults.errors(400, {switch: "is not known"}), _given(switch))
    return (
        Way(
            words=f"shows archived {name} without the switch",
            turn=shown,
            streams=(name,),
            unseen=name == "list_prices",  # whose rows have no sign of it
        ),
        Way(
            words=f"refuses the switch of {name}",
            turn=refused,
            streams=(name,),
            harmful=True,
        ),
    )


def _by(field: str) -> Callable[[Any], object]:
    return lambda page: page["items"].sort(key=lambda row: row.get(field) or "")


def _created(row: Row) -> datetime:
    return datetime.fromisoformat(row["createdAt"])


def _last_changed_first(page: Any) -> None:
    page["items"].sort(key=lambda row: datetime.fromisoformat(row["updatedAt"]), reverse=True)


def _newest_first(page: Any) -> None:
    page["items"].sort(key=_created, reverse=True)


def _unless_there_is_more(page: Any) -> None:
    """Leave pagination out of the last page, if that is not full."""
    if not page["pagination"].get("after") and len(page["items"]) % 10:
        del page["pagination"]


def _ties_turned_back(page: Any) -> None:
    """Put rows of equal times in the opposite order."""
    page["items"] = page["items"][::-1]
    page["items"].sort(key=_created)


def _with(**fields: Any) -> Callable[[Row], object]:
    return lambda row: row.update(fields)


def _dropped(name: str) -> Callable[[Row], object]:
    return lambda row: row.pop(name, None)


def _within(name: str, **fields: Any) -> Callable[[Row], object]:
    def edit(row: Row) -> None:
        if isinstance(row.get(name), dict):
            row[name].update(fields)

    return edit


def _retimed(change: Callable[[datetime], str]) -> Callable[[Row], object]:
    def edit(row: Row) -> None:
        row["createdAt"] = change(_created(row))

    return edit


_EAST = timezone(timedelta(hours=5, minutes=45))


def _no_nulls(row: Row) -> None:
    for name in [name for name, value in row.items() if value is None]:
        del row[name]


def _as_time(name: str) -> Callable[[Row], object]:
    def edit(row: Row) -> None:
        if row.get(name):
            row[name] += "T00:00:00Z"

    return edit


def _id_of_event(row: Row) -> None:
    row["id"] = timed(row["id"], micros_of(row["eventTimestamp"]))


def _to_the_days_end(query: dict[str, str]) -> None:
    query["eventTimestampAfter"] = f"{query['eventTimestampAfter'][:10]}T23:59:59.999Z"


def _empty_answer() -> faults.Fault:
    return faults.body(b'{"items":[],"pagination":{"totalResultSize":0}}', "application/json")


def _twice(page: Any) -> None:
    """Give the second row the first one's key."""
    if len(page["items"]) > 1:
        page["items"][1]["id"] = page["items"][0]["id"]


def _no_null_anywhere(api: SequenceAPI) -> None:
    def change(proper: Answer) -> Answer:
        body = re.sub(rb'"[A-Za-z]+":null,|,"[A-Za-z]+":null', b"", proper.body)
        return Answer(proper.status, body, proper.headers)

    api.fail(edited(change), None)


_HTML = b"<html><body>Bad gateway</body></html>"

# --- The ways ------------------------------------------------------------------------------------

OTHERWISE: Final[Mapping[str, tuple[Way, ...]]] = {
    "readable": (
        Way(
            words="refuses invoices with 403",
            turn=of("invoices", faults.status(403)),
            streams=("invoices",),
            harmful=True,
        ),
        Way(
            words="finds nothing below any invoice",
            turn=of("invoice_line_items", instead_of(200, Answer(404))),
            streams=("invoice_line_items",),
            harmful=True,
        ),
        Way(
            words="does not know invoices",
            turn=of("invoices", instead_of(200, Answer(404))),
            streams=("invoices",),
            harmful=True,
        ),
    ),
    "version-echoed": (
        Way(words="does not say which version it is", turn=everywhere(faults.version(None))),
        Way(words="answers in a later version", turn=everywhere(faults.version("2027-01-01"))),
    ),
    "versions-served": (
        Way(
            words="does not serve the oldest version",
            turn=everywhere(faults.error(400, "UnrecognisedApiVersion"), _in_version(_OLDEST)),
            settings={"api_version": _OLDEST},
            fails=True,
        ),
        Way(
            words="answers the oldest version in the latest",
            turn=everywhere(any_version(), _in_version(_OLDEST)),
            settings={"api_version": _OLDEST},
            answered=_NEWEST,
        ),
    ),
    "version-unknown": (
        Way(
            words="answers whatever version is asked for",
            turn=everywhere(any_version(), _in_version("1999-01-01")),
        ),
    ),
    "version-without-list": (
        Way(
            words="answers nothing where the version has no such list",
            turn=_in_oldest_version("quotes", _empty_answer()),
            streams=("quotes",),
            pinned=_OLDEST,
        ),
        Way(
            words="refuses with 403 where the version has no such list",
            turn=_in_oldest_version("quotes", faults.status(403)),
            streams=("quotes",),
            pinned=_OLDEST,
            harmful=True,
        ),
    ),
    "page-form": (
        Way(
            words="calls the items data",
            turn=pages("customers", lambda page: page.update(data=page.pop("items"))),
            harmful=True,
        ),
        Way(
            words="answers texts as items",
            turn=pages("customers", lambda page: page["items"].append("a text")),
            harmful=True,
        ),
        Way(
            words="names the next page by a number",
            turn=pages("customers", lambda page: page["pagination"].update(after=2)),
            harmful=True,
        ),
        Way(
            words="leaves pagination out of a short page",
            turn=pages("products", _unless_there_is_more),
            streams=("products",),
        ),
    ),
    "limit-100": (
        Way(
            words="has 50 rows on a page at most",
            turn=of("invoices", asked_with(_set(limit="50")), _more_than(50)),
            streams=("invoices",),
            settings={"page_size": 100},
        ),
        Way(
            words="refuses more than 50 rows on a page",
            turn=of("invoices", faults.errors(400, {"limit": "is too many"}), _more_than(50)),
            streams=("invoices",),
            settings={"page_size": 100},
            harmful=True,
        ),
    ),
    "limit-101": (
        Way(
            words="takes 101 for 100",
            turn=everywhere(asked_with(_set(limit="100")), _more_than(100)),
        ),
    ),
    "limit-default": (
        Way(
            words="has 50 rows on a page by default",
            turn=of("customers", asked_with(_set(limit="50")), _lacking("limit")),
        ),
    ),
    "last-page": (
        Way(words="names null after the last page", turn=_last_page("null")),
        Way(words="names an empty text after the last page", turn=_last_page("empty")),
    ),
    "total": (
        Way(words="does not count", turn=_uncounted, streams=("customers", "products")),
        Way(
            words="counts more than there are",
            turn=_counted(lambda total: total + 1000),
            streams=("customers", "products"),
        ),
        Way(
            words="counts fewer than there are",
            turn=_counted(lambda _: 1),
            streams=("customers", "products"),
        ),
        Way(
            words="counts no further than 60",
            turn=_counted(lambda total: min(total, 60)),
            streams=("customers", "products"),
            settings={"page_size": 5},
        ),
        Way(
            words="counts in text",
            turn=_counted(str),
            streams=("customers", "products"),
        ),
        Way(
            words="counts below zero",
            turn=_counted(lambda _: -1),
            streams=("customers", "products"),
        ),
    ),
    "seat-balances-whole": (
        Way(
            words="has seat balances in pages",
            turn=_cut("led"),
            streams=("seat_balances",),
        ),
        Way(
            words="has seat balances in pages that can't be reached",
            turn=_cut("stuck"),
            streams=("seat_balances",),
            harmful=True,
        ),
    ),
    "next-page": (
        Way(
            words="has numbers of pages as cursors",
            turn=_numbered("pages", "customers", "prices"),
            streams=("customers", "prices"),
        ),
        Way(
            words="takes no notice of cursors",
            turn=of("customers", asked_with(_without("after")), _given("after")),
            harmful=True,
        ),
    ),
    "cursor-holds-key": (
        Way(
            words="has numbers of rows as cursors",
            turn=_numbered("rows", "customers", "prices"),
            streams=("customers", "prices"),
        ),
    ),
    "cursor-bound-to-order": (
        Way(
            words="takes no notice of a cursor of the other order",
            turn=of("customers", cursor_not_taken_is_ignored()),
        ),
    ),
    "cursor-refused": (
        Way(
            words="takes no notice of what is no cursor",
            turn=of("customers", cursor_not_taken_is_ignored()),
        ),
    ),
    "newest-first": (
        Way(
            words="has customers oldest first",
            turn=of("customers", asked_with(_set(sortOrder="ASC")), _given("sortOrder", "DESC")),
            harmful=True,
        ),
        Way(words="has customers by name", turn=pages("customers", _by("legalName"))),
        Way(
            words="has billing schedules by their last change",
            turn=pages("billing_schedules", _last_changed_first),
            streams=("billing_schedules",),
        ),
        Way(
            words="has invoices by number",
            turn=pages("invoices", _by("invoiceNumber")),
            streams=("invoices",),
        ),
    ),
    "oldest-first": (
        Way(
            words="refuses the other order",
            turn=of(
                "customers", faults.errors(400, {"sortOrder": "x"}), _given("sortOrder", "ASC")
            ),
        ),
        Way(
            words="takes no notice of the order",
            turn=of("customers", asked_with(_set(sortOrder="DESC")), _given("sortOrder", "ASC")),
        ),
        Way(
            words="has another order the other way",
            turn=pages("customers", _by("legalName"), _given("sortOrder", "ASC")),
        ),
    ),
    "ties": (
        Way(
            words="has rows of one time in the same order both ways",
            turn=both(
                *(
                    pages(name, _ties_turned_back, _given("sortOrder", "ASC"))
                    for name in ("customers", "billing_schedules", "quotes")
                )
            ),
            streams=("customers", "billing_schedules", "quotes"),
        ),
    ),
    "other-lists-unordered": (
        Way(
            words="has prices newest first",
            turn=pages("prices", _newest_first),
            streams=("prices",),
        ),
    ),
    "event-ids": (
        Way(
            words="has events whose ids hold no time",
            turn=_logs(ids="v4"),
            streams=("usage_events", "seat_events"),
        ),
        Way(
            words="has events by ids that hold eventTimestamp",
            turn=both(_logs(sorted_by="eventTimestamp"), each_row("usage_events", _id_of_event)),
            streams=("usage_events",),
            row=_id_of_event,
        ),
    ),
    "event-order": (
        Way(
            words="has events by eventTimestamp",
            turn=_logs(sorted_by="eventTimestamp"),
            streams=("usage_events", "seat_events"),
        ),
    ),
    "event-bounds": (
        Way(
            words="has events of the very time, too",
            turn=_logs(inclusive=True),
            streams=("usage_events", "seat_events"),
            settings={"start_date": "an event's"},
        ),
        Way(
            words="takes no notice of the bound",
            turn=of(
                "usage_events",
                asked_with(_without("eventTimestampAfter")),
                _given("eventTimestampAfter"),
            ),
            streams=("usage_events",),
            settings={"start_date": "an event's"},
        ),
        Way(
            words="takes the bound for a day",
            turn=of("usage_events", asked_with(_to_the_days_end), _given("eventTimestampAfter")),
            streams=("usage_events",),
            settings={"start_date": "an event's"},
        ),
        Way(
            words="refuses the bound",
            turn=of(
                "usage_events",
                faults.errors(400, {"eventTimestampAfter": "is no time"}),
                _given("eventTimestampAfter"),
            ),
            streams=("usage_events",),
            settings={"start_date": "an event's"},
            harmful=True,
        ),
    ),
    "archived-hidden": (
        *_switch("customers", "includeArchived"),
        *_switch("contacts", "includeArchived"),
        *_switch("billing_schedules", "includeArchivedSchedules"),
        *_switch("quotes", "includeArchived"),
        *_switch("list_prices", "includeArchived"),
    ),
    "zero-quantity": (
        Way(
            words="leaves seat balances of zero out by default",
            turn=of(
                "seat_balances",
                asked_with(_set(excludeZeroQuantity="true")),
                _lacking("excludeZeroQuantity"),
            ),
            streams=("seat_balances",),
        ),
        Way(
            words="refuses the switch of invoices",
            turn=of(
                "invoices",
                faults.errors(400, {"excludeZeroQuantity": "is not known"}),
                _given("excludeZeroQuantity"),
            ),
            streams=("invoices",),
            harmful=True,
        ),
    ),
    "keys": (
        Way(
            words="has numbers as ids",
            turn=each_row("customers", _with(id=7)),
            harmful=True,
        ),
        Way(
            words="has one id twice",
            turn=pages("customers", _twice),
            harmful=True,
            warns=True,
        ),
    ),
    "times-to-go-by": (
        Way(
            words="does not say when products changed",
            turn=each_row("products", _dropped("updatedAt")),
            streams=("products",),
            row=_dropped("updatedAt"),
        ),
        Way(
            words="does not say when customers were created",
            turn=each_row("customers", _dropped("createdAt")),
            row=_dropped("createdAt"),
        ),
    ),
    "fields-declared": (
        Way(
            words="has a new field",
            turn=each_row("customers", _with(loyaltyTier="gold")),
        ),
        Way(
            words="has a new field in addresses",
            turn=each_row("customers", _within("address", floor=3)),
            row=_within("address", floor=3),
        ),
    ),
    "absent-or-null": (
        Way(words="leaves out whatever is null", turn=_no_null_anywhere, row=_no_nulls),
    ),
    "types": (
        Way(
            words="has numbers as labels",
            turn=each_row("customers", _with(label=5)),
            harmful=True,
        ),
        Way(
            words="has seconds as times",
            turn=each_row("customers", _with(createdAt=1_750_000_000)),
            streams=("customers", "contacts"),
            harmful=True,
        ),
    ),
    "numbers": (
        Way(
            words="has amounts with a comma",
            turn=each_row("invoices", _with(netTotal="1,50")),
            streams=("invoices",),
            harmful=True,
        ),
    ),
    "nested-types": (
        Way(
            words="has numbers in addresses",
            turn=each_row("customers", _within("address", line1=5)),
            row=_within("address", line1=5),
        ),
    ),
    "time-forms": (
        Way(
            words="has times of another zone",
            turn=each_row("customers", _retimed(lambda time: time.astimezone(_EAST).isoformat())),
        ),
        Way(
            words="has times in nanoseconds",
            turn=each_row("customers", _retimed(lambda time: f"{time:%Y-%m-%dT%H:%M:%S.%f}123Z")),
        ),
        Way(
            words="has times of no zone",
            turn=each_row("customers", _retimed(lambda time: f"{time:%Y-%m-%dT%H:%M:%S.%f}")),
        ),
    ),
    "dates": (
        Way(
            words="has times as dates",
            turn=each_row("invoices", _as_time("dueDate")),
            streams=("invoices",),
        ),
    ),
    "below-form": (
        Way(words="has contacts in pages", turn=in_pages_of_one("contacts"), streams=("contacts",)),
        Way(
            words="leaves pagination out of line items",
            turn=pages("invoice_line_items", _unless_there_is_more),
            streams=("invoice_line_items",),
            settings={"page_size": 100},
        ),
        Way(
            words="wraps an invoice",
            turn=of("invoice_details", faults.answer(lambda body: {"invoice": body})),
            streams=("invoice_details",),
            harmful=True,
        ),
        Way(
            words="calls the balances balances",
            turn=pages("credit_balances", lambda page: page.update(balances=page.pop("items"))),
            streams=("credit_balances",),
            harmful=True,
        ),
    ),
    "vanished-parent": (
        Way(
            words="has an empty list below what there is not",
            turn=_nobodys(_empty_answer()),
            streams=("invoice_line_items",),
        ),
        Way(
            words="refuses what is below nothing with 403",
            turn=_nobodys(faults.status(403)),
            streams=("invoice_line_items",),
            fails=True,
        ),
    ),
    "refusal-400": (
        Way(
            words="refuses in HTML",
            turn=everywhere(with_body(_HTML, "text/html")),
            streams=("quotes",),
            pinned=_OLDEST,
        ),
        Way(
            words="refuses without a word",
            turn=everywhere(with_body(b"", "text/plain")),
            streams=("quotes",),
            pinned=_OLDEST,
        ),
    ),
    "secret-401": (
        Way(
            words="refuses a wrong secret with 403",
            turn=everywhere(instead_of(401, Answer(403))),
            settings={"client_secret": "wrong"},
            fails=True,
        ),
        Way(
            words="refuses a wrong secret without a word",
            turn=everywhere(with_body(b"", "text/plain")),
            settings={"client_secret": "wrong"},
            fails=True,
        ),
    ),
    "rate-limit": (
        Way(
            words="tells a lower limit",
            turn=everywhere(with_header("x-ratelimit-limit", "600")),
        ),
    ),
}
"""All ways, by the names of the assumptions."""
