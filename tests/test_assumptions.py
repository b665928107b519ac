"""Does the command notice whatever the API does otherwise than assumed?"""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING

import pytest

from standins.contract.__main__ import results_of
from standins.contract.asking import MOST, Asker
from standins.contract.assumption import UnseenError, Verdict
from standins.contract.checks import ASSUMPTIONS
from standins.contract.checks.cursors import kind
from standins.contract.probes import Probes
from standins.sequence_api import SequenceAPI, faults
from standins.sequence_api.otherwise import OTHERWISE, Way
from standins.sequence_api.turns import each_row
from tap_sequence.tap import TapSequence
from tests.support.accounts import KEY, settings
from tests.support.commands import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from standins.contract.assumption import Finding

CUSTOMERS = 90
"""Enough for lists of one page and of several."""

ROWS = {"invoices": 110, "usage_events": 60, "seat_events": 40, "activity_logs": 30, "prices": 60}
"""Of the longer lists fewer rows than usual, for speed."""

BY_NAME = {one.name: one for one in ASSUMPTIONS}

OF_ANY_STREAM = {
    *("readable", "keys", "fields-declared", "absent-or-null"),
    *("types", "numbers", "nested-types", "time-forms", "dates"),
}
"""Assumptions that look at each stream in the same way, so that a few will do."""

NEEDED = {"customers", "contacts", "invoices"}

WAYS = [
    pytest.param(name, way, id=f"{name}: {way.words}")
    for name, ways in OTHERWISE.items()
    for way in ways
]


def tap_of(api: SequenceAPI, **more: Any) -> TapSequence:
    """Return the tap, which reaches an API."""
    return TapSequence(config=settings(api, **more))


@cache
def some_tap() -> TapSequence:
    """Return a tap of no account, for its streams: to make one takes a while."""
    return TapSequence(config=KEY)


def probes_of(api: SequenceAPI, names: Iterable[str] | None = None) -> Probes:
    """Return what asks an API, of all streams or of some."""
    tap = some_tap()
    streams: Any = [tap.streams[name] for name in names or tap.streams]
    probes = Probes(streams, Asker({**tap.config, **settings(api)}, "test"), None)
    probes.start()
    return probes


def found(api: SequenceAPI, name: str, names: Iterable[str] | None = None) -> Finding:
    """Hold one assumption against an API."""
    return BY_NAME[name].check(probes_of(api, names))


def test_all_holds() -> None:
    """Against the stand-in every assumption holds, within the number of requests that is stated."""
    with SequenceAPI(CUSTOMERS) as api:
        probes, results = results_of(tap_of(api))
        assert {one.name: found.seen for one, found in results if found.verdict.gravity != 1} == {}
        assert len(api.requests) == probes.asker.requests <= MOST < 100
        assert {request.method for request in api.requests} == {"GET"}


def test_there_is_a_way_for_each() -> None:
    """Each assumption can be otherwise in the stand-in, and no other can."""
    assert [*OTHERWISE.keys() - BY_NAME.keys(), *BY_NAME.keys() - OTHERWISE.keys()] == []
    assert len(BY_NAME) == len(ASSUMPTIONS)


@pytest.mark.parametrize(("name", "way"), WAYS)
def test_what_is_otherwise_is_noticed(name: str, way: Way, waits: list[float]) -> None:
    """The command says that an assumption does not hold, and how grave that is."""
    with SequenceAPI(CUSTOMERS, rows=ROWS) as api:
        way.turn(api)
        seen = found(api, name, NEEDED | {*way.streams} if name in OF_ANY_STREAM else None)
    if way.unseen:
        assert seen.verdict is Verdict.HOLDS
        assert f"as many rows without it, and none that is archived: {way.streams[0]}" in seen.seen
        return
    assert seen.verdict is (Verdict.HARMFUL if way.harmful else Verdict.HARMLESS), seen
    if way.harmful:
        assert {*seen.streams} == {*way.streams}
    assert waits == []


@pytest.mark.parametrize("one", ASSUMPTIONS, ids=lambda one: one.name)
def test_a_guess_is_where_it_is_said_to_be(one: Any) -> None:
    """A guess that would have to change is found in the stand-in under its name."""
    if one.guess:
        text = (ROOT / "standins" / "sequence_api" / f"{one.guess.module}.py").read_text("utf-8")
        assert one.guess.name.rpartition(".")[2] in text


def test_an_empty_account_claims_nothing() -> None:
    """Where the lists are empty, nothing is said of what rows would show."""
    with SequenceAPI(0, rows=0) as api:
        _, results = results_of(tap_of(api))
    verdicts = {one.name: found.verdict for one, found in results}
    assert {*verdicts.values()} == {Verdict.HOLDS, Verdict.UNSEEN}
    for name in ("newest-first", "types", "keys", "event-ids", "next-page", "below-form"):
        assert verdicts[name] is Verdict.UNSEEN


@pytest.mark.parametrize(
    ("version", "asked"), [("2024-01-01", True), ("2024-01-01", False), ("2024-05-09", False)]
)
def test_an_older_version(version: str, *, asked: bool) -> None:
    """A list that the version lacks is no difference; that it lacks times is a harmless one."""
    with SequenceAPI(30, version=version) as api:
        _, results = results_of(tap_of(api, **({"api_version": version} if asked else {})))
    differing = {
        one.name: found.seen for one, found in results if found.verdict is Verdict.HARMLESS
    }
    assert [one.name for one, found in results if found.verdict is Verdict.HARMFUL] == []
    assert differing.keys() <= {"times-to-go-by", "absent-or-null"}


def test_what_is_added_meanwhile_shifts_no_cursor() -> None:
    """A cursor is followed again once something has been added, and led to the same row."""
    with SequenceAPI(CUSTOMERS) as api:
        add = faults.before(lambda: api.add(2))
        api.fail(add, 1, lambda each: "after" in each.query and each.query["limit"] == "3")
        seen = found(api, "cursor-holds-key")
    assert seen.verdict is Verdict.HOLDS
    assert "after an addition the cursor led to the same place: customers" in seen.seen


def test_what_is_added_meanwhile_shifts_numbers() -> None:
    """Where cursors are numbers in disguise, an addition gives them away."""
    with SequenceAPI(CUSTOMERS) as api:
        api["customers"].numbered = "rows"
        asked: list[str] = []

        def second(request: Any) -> bool:
            if request.query.get("limit") == "3":
                asked.append(request.path)
            return asked == ["/api/customers"] and request.query.get("limit") == "2"

        api.fail(faults.before(lambda: api.add(1)), 1, second)
        seen = found(api, "cursor-holds-key")
    assert seen.verdict is Verdict.HARMLESS
    assert "after an addition the cursor led to another row: customers" in seen.seen


@pytest.mark.parametrize(
    ("cursor", "expected"),
    [
        ("MDE5ODE5NGUtNmQzNi03YjM3LWI1OGQtYjg1OTViNDM2OTVj", "a key"),
        ("0198194e-6d36-7b37-b58d-b8595b43695c", "a key"),
        ("100", "a number"),
        ("MTAw", "a number"),
        ("eyJvZmZzZXQiOjEwMH0", "a number"),
        ("qW9-_x", "nothing that tells"),
        ("gAAAAABk", "nothing that tells"),
    ],
)
def test_what_a_cursor_is_made_of(cursor: str, expected: str) -> None:
    """A cursor's text tells a key from a number, or nothing."""
    assert kind(cursor) == expected


def test_no_more_requests_than_stated(waits: list[float]) -> None:
    """However often requests are tried again, their number is kept, and no more is claimed."""
    with SequenceAPI(CUSTOMERS) as api:
        api.fail(faults.status(503), None, lambda request: request.path != "/api/customers")
        probes, results = results_of(tap_of(api))
        assert len(api.requests) == probes.asker.requests <= MOST
    assert waits
    assert any("no request was left" in found.seen for _, found in results)


def test_a_request_that_is_one_too_many_is_made_again(waits: list[float]) -> None:
    """A 429 is waited for as long as it asks."""
    with SequenceAPI(CUSTOMERS) as api:
        api.fail(faults.status(429, headers={"Retry-After": "7"}), skip=3)
        seen = found(api, "readable")
    assert seen.verdict is Verdict.HOLDS
    assert waits == [7]


def test_an_unseen_thing_says_why() -> None:
    """What can't be seen is raised in words."""
    with SequenceAPI(3, rows=3) as api, pytest.raises(UnseenError, match="no list has more"):
        found(api, "limit-default")


def each(change: Callable[[Any], object]) -> Callable[[Any], object]:
    """Return what changes each item."""

    def edit(body: Any) -> None:
        for item in body["items"]:
            change(item)

    return edit


ODD: dict[str, Callable[[Any], object]] = {
    "null": lambda _: [None],
    "an array": lambda body: [body],
    "a text": lambda _: "text",
    "items null": lambda body: body.update(items=None),
    "items of all kinds": lambda body: body.update(items=[None, 1, "x", [], {}, {"id": []}]),
    "items without ids": each(lambda item: item.pop("id", None)),
    "ids that are objects": each(lambda item: item.update(id={})),
    "times that are none": each(lambda item: item.update(createdAt=[1])),
    "odd times": each(lambda item: item.update(createdAt="9999-99-99T")),
    "an early time": each(lambda item: item.update(createdAt="0001-01-01T00:00:00+14:00")),
    "pagination is a list": lambda body: body.update(pagination=[1]),
    "cursors are objects": lambda body: body.update(pagination={"after": {}}),
    "cursors are odd": lambda body: body.update(pagination={"after": "\ud800\0"}),
    "a count is huge": lambda body: body.update(pagination={"totalResultSize": 10**400}),
    "everything is null": each(lambda item: item.update(dict.fromkeys(item))),
    "everything is a list": each(lambda item: item.update({name: [[{}]] for name in item})),
    "everything is an object": each(lambda item: item.update({name: {"a": 1} for name in item})),
}


@pytest.mark.parametrize("edit", ODD.values(), ids=ODD.keys())
def test_odd_answers_are_no_riddle(edit: Callable[[Any], object]) -> None:
    """Whatever an answer holds, each assumption comes to a finding, or can't be seen."""

    def odd(body: Any) -> Any:
        if not isinstance(body.get("items"), list):
            return None
        changed = edit(body)
        return changed if isinstance(changed, list | str) else None

    with SequenceAPI(5) as api:
        api.fail(faults.answer(odd), None)
        probes = probes_of(api)
        for one in ASSUMPTIONS:
            with suppress(UnseenError):
                assert one.check(probes).seen


@pytest.mark.parametrize("status", [204, 302, 404, 418, 451])
@pytest.mark.usefixtures("waits")
def test_odd_statuses_are_no_riddle(status: int) -> None:
    """A status that nobody expects is named, of all lists but the first."""
    with SequenceAPI(30) as api:
        api.fail(faults.status(status), None, lambda request: "customers" not in request.path)
        seen = found(api, "readable")
    assert seen.verdict is Verdict.HARMFUL
    assert f"status {status}" in seen.seen


def test_two_orders_that_nothing_tells_apart() -> None:
    """Where no row has changed since, a list could as well be in order of change."""
    with SequenceAPI(30) as api:
        each_row("quotes", lambda row: row.update(updatedAt=row["createdAt"]))(api)
        seen = found(api, "newest-first")
    assert "nothing tells the two apart: quotes" in seen.seen


def test_customers_that_the_key_may_not_read() -> None:
    """What is said of the other lists does not depend on customers."""
    with SequenceAPI(30) as api:
        api.fail(faults.status(403), None, api["customers"].concerns)
        seen = found(api, "readable")
    assert seen.streams == ("customers",)
    assert "customers: status 403: contacts" in seen.seen
