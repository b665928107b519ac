"""Does all that there is below the records of a list arrive, for as few requests as can be?"""

from __future__ import annotations

import gzip
import json
import time
from collections import Counter
from itertools import pairwise
from pathlib import Path
from threading import Event, Thread
from threading import enumerate as enumerate_threads
from typing import TYPE_CHECKING, Any, cast

import pytest

from standins.sequence_api import SequenceAPI, faults
from tap_sequence.api import limit
from tap_sequence.api.workers import WORKERS
from tap_sequence.errors import SequenceError
from tap_sequence.singer import parents
from tap_sequence.tap import TapSequence
from tap_sequence.times import parse
from tests.support.accounts import settings
from tests.support.answers import circle, first_page_again, held
from tests.support.catalogs import selecting
from tests.support.interruptions import killed_after
from tests.support.logs import warnings
from tests.support.sync import Collector, Synced, sync
from tests.support.waits import PATIENCE, over_at_once, until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from standins.sequence_api.below import Below
    from standins.sequence_api.faults import Fault
    from tests.support.rows import Row

LINES = "invoice_line_items"

PARENTS = {
    "contacts": ("customers", "customerId"),
    "credit_balances": ("credit_grants", "customerId"),
    "invoice_line_items": ("invoices", "invoiceId"),
    "invoice_line_item_groups": ("invoices", "invoiceId"),
    "invoice_currency_conversions": ("invoices", "invoiceId"),
    "invoice_details": ("invoices", "id"),
    "credit_note_line_items": ("credit_notes", "creditNoteId"),
    "credit_note_line_item_groups": ("credit_notes", "creditNoteId"),
}
"""The streams below a parent: its stream, and what in a row names the one that it is below."""

BELOW_INVOICES = [name for name in PARENTS if name.startswith("invoice")]


@pytest.fixture
def api() -> Iterator[SequenceAPI]:
    """Provide an account with few of everything."""
    with SequenceAPI(30, rows=30) as api:
        yield api


def wanted(below: Below, api: SequenceAPI) -> Counter[tuple[str, str]]:
    """Return how often each row is to arrive, by its id and that of what it is below."""
    return Counter(
        (cast("Row", row)["id"], parent.id)
        for parent in api[below.endpoint.parent].rows
        for row in below.of(parent.id)
    )


def came(name: str, synced: Synced) -> Counter[tuple[str, str]]:
    """Return how often each row came, in the same way."""
    _, parent = PARENTS[name]
    return Counter((row["id"], row[parent]) for row in synced.records)


def asked(below: Below) -> list[str]:
    """Return what was asked below, once for each request."""
    return [below.parent(request) for request in below.requests]


def told(synced: Synced) -> list[dict[str, Any]]:
    """Return the messages up to the last state, which is what a target has confirmed."""
    kinds = [message["type"] for message in synced.messages]
    return synced.messages[: len(kinds) - kinds[::-1].index("STATE")] if "STATE" in kinds else []


@pytest.mark.parametrize("name", PARENTS)
def test_all_there_is_arrives_once(name: str, api: SequenceAPI) -> None:
    """Every row arrives once and says what it is below, which is asked for once."""
    below = api.below(name)
    synced = sync(api, streams=(name,))
    assert came(name, synced) == wanted(below, api)
    assert len(synced.records) > 10
    assert max(Counter(asked(below)).values()) == 1


@pytest.mark.parametrize("name", BELOW_INVOICES)
def test_a_row_says_when_its_invoice_changed(name: str, api: SequenceAPI) -> None:
    """What is below an invoice carries the time of its last change."""
    _, parent = PARENTS[name]
    changed = {row.id: parse(row.updated_at) for row in api["invoices"].rows}
    rows = sync(api, streams=(name,)).records
    assert all(parse(row["invoiceUpdatedAt"]) == changed[row[parent]] for row in rows)


@pytest.mark.parametrize("name", BELOW_INVOICES)
def test_only_what_changed_is_asked_for(name: str, api: SequenceAPI) -> None:
    """A run asks for what is below the invoices that changed since the last one, and no more."""
    first = sync(api, streams=(name,), lookback_window=0)
    api.clear()
    latest = max(api["invoices"].rows, key=lambda row: row.updated)
    changed = {row.id for row in api["invoices"].change(3)}
    second = sync(api, streams=(name,), lookback_window=0, state=first.state)
    assert {*asked(api.below(name))} <= {*changed, latest.id}
    assert changed <= {*asked(api.below(name))}
    assert {parent for _, parent in came(name, second)} <= {*changed, latest.id}


def test_only_new_customers_are_asked_for(api: SequenceAPI) -> None:
    """A run asks for the contacts of the customers that are new, and for all on a full table."""
    first = sync(api, streams=("contacts",), lookback_window=0)
    api.clear()
    newest = api.customers[-1]
    at_once = {one.id for one in api.customers if one.micros == newest.micros}
    new = {customer.id for customer in api.add(3)}
    again = sync(api, streams=("contacts",), lookback_window=0, state=first.state)
    assert new < {*asked(api.below("contacts"))} <= new | at_once
    api.clear()
    whole = selecting("contacts", replication_method="FULL_TABLE")
    sync(api, catalog=whole, state=again.state)
    assert len(asked(api.below("contacts"))) == 33


def test_a_parent_that_changes_while_it_is_read_is_asked_for_again() -> None:
    """Whatever changes once the read has begun comes, with its rows, with the next run."""
    with SequenceAPI(1, rows={"invoices": 60}) as api:
        lines, invoices = api.below(LINES), api["invoices"]
        api.fail(faults.before(lambda: invoices.change(5)), 3, lines.concerns, skip=20)
        first = sync(api, streams=(LINES,), page_size=10, lookback_window=0)
        second = sync(api, streams=(LINES,), page_size=10, state=first.state)
        rows = {(row["id"], row["invoiceId"]): row for row in [*first.records, *second.records]}
        current = wanted(lines, api)
        assert rows.keys() >= current.keys()
        newest = {row.id: parse(row.updated_at) for row in invoices.rows}
        found = Counter(
            key for key, row in rows.items() if parse(row["invoiceUpdatedAt"]) == newest[key[1]]
        )
        assert found == current


def test_rows_come_in_the_order_of_their_parents() -> None:
    """However long it takes to answer for one, its rows come before those of the next."""
    with SequenceAPI(1, rows={"invoices": 100}) as api:
        lines = api.below(LINES)
        first = api["invoices"].rows[-1].id
        late = Event()
        api.fail(faults.before(late.set), 1, lines.concerns, skip=WORKERS - 1)
        api.fail(held(late), 1, lambda request: lines.match(request.path) == first)
        order = [row["invoiceId"] for row in sync(api, streams=(LINES,)).records]
        places = {row.id: place for place, row in enumerate(reversed(api["invoices"].rows))}
        assert all(places[one] <= places[next_] for one, next_ in pairwise(order))


def test_parents_on_one_page_and_rows_on_several(api: SequenceAPI) -> None:
    """All pages below a parent are read, one after the other."""
    lines = api.below(LINES)
    invoice = api["invoices"].rows[4].id
    lines.give(invoice, 250)
    assert came(LINES, sync(api, streams=(LINES,))) == wanted(lines, api)
    assert Counter(asked(lines))[invoice] == 3


@pytest.mark.parametrize("fault", [circle(1), first_page_again()], ids=["cursor", "page"])
def test_pages_that_go_round_in_a_circle_end_the_run(fault: Fault, api: SequenceAPI) -> None:
    """A cursor, or a page, that comes a second time below a parent is an error that names it."""
    lines = api.below(LINES)
    invoice = api["invoices"].rows[4].id
    lines.give(invoice, 350)
    api.fail(fault, None, lambda request: lines.match(request.path) == invoice)
    with pytest.raises(SequenceError, match=rf"GET /invoices/{invoice}/line-items: .* in a circle"):
        sync(api, streams=(LINES,))


def test_a_parent_that_has_vanished_is_skipped(
    api: SequenceAPI, caplog: pytest.LogCaptureFixture
) -> None:
    """Parents that vanish before they are asked for are skipped, and one warning counts them."""
    lines, invoices = api.below(LINES), api["invoices"]
    gone = [row.id for row in invoices.rows[3:7]]
    api.fail(
        faults.before(lambda: [invoices.remove(one) for one in gone]), when=lines.concerns, skip=1
    )
    api.fail(faults.status(500), 1, lines.concerns)  # all others wait for the first one's answer
    with over_at_once():
        synced = sync(api, streams=(LINES,))
    vanished = sum(request.status == 404 for request in lines.requests)
    assert came(LINES, synced) >= wanted(lines, api)
    assert vanished
    assert (
        f"{vanished} of the invoices had vanished when their {LINES} were asked for (404), "
        "and were skipped" in warnings(caplog)
    )
    assert synced.state["bookmarks"][LINES]["replication_key_value"]


def test_a_list_that_is_nowhere_ends_the_run(api: SequenceAPI) -> None:
    """Where each parent is answered with 404, it is the list that is missing: no bookmark moves."""
    lines = api.below(LINES)
    api.fail(faults.status(404), None, lines.concerns)
    synced = Synced()
    with pytest.raises(SequenceError, match=f"{LINES}: 404 Not Found for each of the 30 invoices"):
        sync(api, streams=(LINES,), page_size=7, into=synced)
    assert not any(message["type"] == "STATE" for message in synced.messages)


def test_the_only_parent_has_vanished(caplog: pytest.LogCaptureFixture) -> None:
    """Where the only one that was asked for is not there, the next run asks again."""
    with SequenceAPI(1, rows={"invoices": 1}) as api:
        lines = api.below(LINES)
        api.fail(faults.status(404), 1, lines.concerns)
        first = sync(api, streams=(LINES,))
        assert "the next run asks again" in warnings(caplog)[0]
        second = sync(api, streams=(LINES,), state=first.state)
        assert came(LINES, second) == wanted(lines, api)


def test_fewer_rows_than_counted(api: SequenceAPI, caplog: pytest.LogCaptureFixture) -> None:
    """Where fewer rows come than the API counted below a parent, a warning says of how many."""

    def one_more(answer: dict[str, Any]) -> None:
        answer["pagination"]["totalResultSize"] += 1

    api.fail(faults.answer(one_more), 2, api.below(LINES).concerns)
    sync(api, streams=(LINES,))
    assert f"Of 2 of the invoices came fewer {LINES} than the API counted" in warnings(caplog)[0]


def test_a_refusal_below_a_parent_ends_the_stream(api: SequenceAPI) -> None:
    """A refusal names the list, and the state tells of no page of parents that it cut short."""
    lines = api.below(LINES)
    api.fail(faults.status(403), None, lines.concerns, skip=25)
    synced = Synced()
    with pytest.raises(SequenceError, match=r"GET /invoices/[0-9a-f-]+/line-items: 403 Forbidden"):
        sync(api, streams=(LINES,), page_size=10, into=synced)
    api.recover()
    assert [message["type"] for message in synced.messages].count("STATE") <= 2
    again = sync(api, streams=(LINES,), page_size=10, state=synced.state)
    both = Synced([*told(synced), *again.messages])
    assert came(LINES, both).keys() == wanted(lines, api).keys()


def test_what_fails_for_a_while_is_asked_for_again(api: SequenceAPI) -> None:
    """Requests that fail below parents are made again, and nothing is missing or comes twice."""
    lines = api.below(LINES)
    api.fail(faults.status(500), 5, lines.concerns, skip=3)
    api.fail(faults.reset(), 4, lines.concerns, skip=12)
    with over_at_once():
        assert came(LINES, sync(api, streams=(LINES,))) == wanted(lines, api)


def test_one_refusal_of_the_limit_holds_all(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """After a 429 no request is made until the wait is over, and the log tells of it once."""
    sleep, over = time.sleep, Event()
    waits: list[float] = []
    at_hold: list[int] = []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        assert over.wait(PATIENCE)

    def watch() -> None:
        until(lambda: len(waits) > 0 and all(one.status for one in lines.requests))
        at_hold.append(len(lines.requests))
        over.set()

    monkeypatch.setattr(time, "sleep", lambda seconds: sleep(min(seconds, 0.01)))
    monkeypatch.setattr(limit, "sleep", wait)
    with SequenceAPI(1, rows={"invoices": 200}, latency=0.05) as api:
        lines = api.below(LINES)
        api.fail(faults.status(429), 1, lines.concerns, skip=30)
        watching = Thread(target=watch)
        watching.start()
        assert came(LINES, sync(api, streams=(LINES,))) == wanted(lines, api)
        watching.join()
    assert at_hold[0] <= 31 + 2 * WORKERS  # one under way for each, and one more before it is known
    assert all(0 < seconds <= 1 for seconds in waits)
    assert [one for one in warnings(caplog) if "429" in one] == warnings(caplog)
    assert len(warnings(caplog)) == 1


def test_a_test_run_asks_for_no_more_than_one_row(api: SequenceAPI) -> None:
    """`--test` asks below one parent after the other, and not once there is a row."""
    lines = api.below(LINES)
    first, second, *_ = reversed(api["invoices"].rows)
    lines.give(first.id, 0)
    lines.give(second.id, 3)
    tap = TapSequence(config=settings(api), message_writer=Collector())
    stream = tap.streams[LINES]
    stream.ABORT_AT_RECORD_COUNT = 1
    stream.sync()
    assert asked(lines) == [first.id, second.id]
    assert len(api.requests) == 3


@pytest.mark.parametrize("records", [0, 1, 40, 110])
def test_an_interrupted_read_goes_on_where_it_was(records: int) -> None:
    """After a kill, no row is asked for again below the parents that the state tells of."""
    with SequenceAPI(1, rows={"invoices": 60}) as api:
        lines = api.below(LINES)
        killed = killed_after(records, api, streams=(LINES,), page_size=5)
        stored = Synced(told(killed))
        api.clear()
        again = sync(api, streams=(LINES,), page_size=5, state=killed.state, lookback_window=0)
        both = came(LINES, stored) + came(LINES, again)
        assert both.keys() == wanted(lines, api).keys()
        done = {row["invoiceId"] for row in stored.records}
        newest = max(api["invoices"].rows, key=lambda row: row.updated).id
        assert not ({*asked(lines)} & done) - {newest}
        assert ("invoiceUpdatedAt" in stored.records[0]) if records == 110 else True


def test_nothing_is_left_of_a_run_that_ends_early() -> None:
    """A run that is cut short while rows are being asked for leaves no thread behind."""
    before = {*enumerate_threads()}
    with SequenceAPI(1, rows={"invoices": 60}) as api:
        killed_after(3, api, streams=(LINES,))
        until(lambda: not any("_run" in one.name for one in {*enumerate_threads()} - before))


def test_each_customer_is_asked_for_balances_once() -> None:
    """However many credit grants a customer has, on however many pages, it is asked for once."""
    with SequenceAPI(4, rows={"credit_grants": 40}) as api:
        balances = api.below("credit_balances")
        synced = sync(api, streams=("credit_balances",), page_size=3)
        assert came("credit_balances", synced) == wanted(balances, api)
        assert Counter(asked(balances)) == {customer.id: 1 for customer in api.customers}


def test_a_grant_without_a_customer_ends_the_stream() -> None:
    """A parent that lacks what the path needs is an error that names it."""
    with SequenceAPI(4, rows={"credit_grants": 4}) as api:
        grant = api["credit_grants"].rows[0].id
        api["credit_grants"].change(grant, customerId=None)
        with pytest.raises(SequenceError, match=f"id '{grant}': expected customerId, got null"):
            sync(api, streams=("credit_balances",))


@pytest.mark.parametrize("pinned", [True, False])
def test_a_list_below_that_the_version_lacks_is_skipped(
    pinned: bool,  # noqa: FBT001  a parameter of the test
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Contacts are skipped, with a warning, where the answering version has none."""
    with SequenceAPI(30, version="2024-01-01") as api:
        config: dict[str, Any] = {} if pinned else {"api_version": "2024-01-01"}
        assert sync(api, streams=("contacts",), **config).records == []
    assert warnings(caplog) == [
        "Skipping contacts, which version 2024-01-01 of the API does not have"
    ]


def test_versions_in_which_no_invoice_says_when_it_changed(
    api: SequenceAPI, caplog: pytest.LogCaptureFixture
) -> None:
    """Without the invoices' times of change each run asks below all, and says how to mend it."""
    first = sync(api, streams=(LINES,), api_version="2024-05-09")
    again = sync(api, streams=(LINES,), api_version="2024-05-09", state=first.state)
    assert came(LINES, again) == came(LINES, first)
    assert (
        f"None of the invoices has a time of change, so each run delivers all {LINES}; api_version "
        "2024-07-30 has it for most lists" in warnings(caplog)
    )


def test_archived_contacts_are_left_out_if_the_settings_say_so(api: SequenceAPI) -> None:
    """`include_archived` counts for customers and for their contacts."""
    below = api.below("contacts")
    synced = sync(api, streams=("contacts",), include_archived=False)
    active = {customer.id for customer in api.customers if not customer.archived}
    assert {*asked(below)} == active
    assert {request.query["includeArchived"] for request in api.requests} == {"false"}
    assert not any(row.get("archivedAt") for row in synced.records)


def test_the_filters_of_customers_count_for_their_contacts(api: SequenceAPI) -> None:
    """The customers' filters choose whose contacts are read."""
    email = next(str(one.fields["email"]) for one in api.customers if one.fields.get("email"))
    sync(api, streams=("contacts",), email=email)
    chosen = {one.id for one in api.customers if one.fields.get("email") == email}
    assert {*asked(api.below("contacts"))} == chosen


def test_start_date_counts_for_parents(api: SequenceAPI) -> None:
    """Below invoices that were created before `start_date`, nothing is asked for."""
    middle = api["invoices"].rows[15]
    sync(api, streams=(LINES,), start_date=middle.created_at)
    later = {row.id for row in api["invoices"].rows if row.micros >= middle.micros}
    assert {*asked(api.below(LINES))} == later


def test_a_surprise_in_a_parent_does_not_matter_to_its_rows(api: SequenceAPI) -> None:
    """Of parents nothing is read but what their rows need."""

    def spoil(page: dict[str, Any]) -> None:
        for item in page["items"]:
            item |= {"netTotal": "much", "status": [], "someField": 1}

    api.fail(faults.answer(spoil), None, api["invoices"].concerns)
    assert came(LINES, sync(api, streams=(LINES,))) == wanted(api.below(LINES), api)


def test_the_key_and_what_tells_new_from_old_can_not_be_deselected(api: SequenceAPI) -> None:
    """Without its fields selected, a row has its keys and its replication key."""
    catalog = selecting(LINES)
    catalog["streams"][0]["metadata"] += [
        {"breadcrumb": ["properties", field], "metadata": {"selected": False}}
        for field in ("invoiceUpdatedAt", "invoiceId", "netTotal", "title")
    ]
    rows = sync(api, catalog=catalog).records
    assert all({"id", "invoiceUpdatedAt"} <= row.keys() for row in rows)
    assert not any({"invoiceId", "netTotal", "title"} & row.keys() for row in rows)


def test_batches(api: SequenceAPI, tmp_path: Path) -> None:
    """Rows below parents can be written in batches, each told of by the state after it."""
    config = {
        "encoding": {"format": "jsonl", "compression": "gzip"},
        "storage": {"root": tmp_path.as_uri()},
        "batch_size": 20,
    }
    synced = sync(api, streams=(LINES,), batch_config=config)
    rows = [
        json.loads(line)
        for message in synced.messages
        if message["type"] == "BATCH"
        for file in message["manifest"]
        for line in gzip.decompress(Path(file.removeprefix("file://")).read_bytes()).splitlines()
    ]
    assert Counter((row["id"], row["invoiceId"]) for row in rows) == wanted(api.below(LINES), api)
    assert synced.messages[-1]["type"] == "STATE"


def test_streams_below_the_same_parents_read_these_once(api: SequenceAPI) -> None:
    """With the same state, all streams below invoices are served by one read of the invoices."""
    first = sync(api, streams=BELOW_INVOICES)
    assert api.counts["invoices"] == 1
    api["invoices"].change(3)
    api.clear()
    second = sync(api, streams=BELOW_INVOICES, state=first.state)
    assert api.counts["invoices"] == 1
    assert len({json.dumps(second.state["bookmarks"][name]) for name in BELOW_INVOICES}) == 1
    for name in BELOW_INVOICES:
        alone = sync(api, streams=(name,), state=first.state)
        assert alone.ids == [
            message["record"]["id"]
            for message in second.messages
            if message["type"] == "RECORD" and message["stream"] == name
        ]


def test_streams_with_other_states_read_their_parents_themselves(api: SequenceAPI) -> None:
    """A stream that is behind another one reads its parents' list by its own state."""
    first = sync(api, streams=BELOW_INVOICES[:1])
    sync(api, streams=BELOW_INVOICES[:2], state=first.state)
    assert api.counts["invoices"] == 3
    assert {*asked(api.below(BELOW_INVOICES[1]))} == {row.id for row in api["invoices"].rows}


def test_a_long_read_of_parents_is_not_kept(
    api: SequenceAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where there are many parents to ask for, each stream reads their list anew."""
    monkeypatch.setattr(parents, "MOST", 29)
    sync(api, streams=BELOW_INVOICES)
    assert api.counts["invoices"] == len(BELOW_INVOICES)
