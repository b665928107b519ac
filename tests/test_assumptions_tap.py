"""Is the tap right, or does it fail plainly, whatever the API does otherwise than assumed?"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from standins.sequence_api import SequenceAPI
from standins.sequence_api.otherwise import OTHERWISE, Way
from standins.sequence_api.turns import cursor_not_taken_is_ignored, of
from tap_sequence.errors import SequenceError
from tap_sequence.singer.child import ChildStream
from tap_sequence.streams import STREAMS
from tap_sequence.times import parse, utc_text
from tests.support.accounts import ids
from tests.support.interruptions import killed, killed_after
from tests.support.logs import warnings
from tests.support.sync import Synced, sync

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.support.rows import Row

CUSTOMERS = 90
"""Enough to be read from both ends in pages of ten."""

ROWS = {"products": 33, "prices": 30, "invoices": 40, "usage_events": 50, "seat_events": 30}

WAYS = [
    pytest.param(way, id=f"{name}: {way.words}") for name, ways in OTHERWISE.items() for way in ways
]

DECLARED: dict[str, Any] = {one.name: one for one in STREAMS}  # type: ignore[misc]  # of the class


def normal(value: Any, schema: Any) -> Any:
    """Return a value in a form that does not depend on how it was written."""
    schema = schema if isinstance(schema, dict) else {}
    form = schema.get("format")
    match value:
        case dict():
            of = schema.get("properties") or {}
            return {
                name: normal(one, of.get(name)) for name, one in value.items() if one is not None
            }
        case list():
            return [normal(one, schema.get("items")) for one in value]
        case str() if form == "date-time":
            return utc_text(parse(value))
        case str() if form == "date":
            return value[:10]
        case str() | int() | float() | Decimal() if {"number", "integer"} & {
            *(schema.get("type") or ())
        }:
            return str(Decimal(str(value)).normalize())
    return str(value)


def texts(name: str, rows: Iterable[Row]) -> dict[str, int]:
    """Return rows as text, without what the tap adds, each with how often it comes."""
    stream = DECLARED[name]
    added = {*stream.added} if issubclass(stream, ChildStream) else {*()}
    added |= {"createdAt"} if stream.timed_ids else {*()}
    declared = {*stream.schema["properties"]} - added
    found: dict[str, int] = {}
    for row in rows:
        kept = {one: value for one, value in row.items() if one in declared}
        text = json.dumps(normal(kept, stream.schema), sort_keys=True, default=str)
        found[text] = found.get(text, 0) + 1
    return found


def expected(api: SequenceAPI, name: str, way: Way, start_date: str | None) -> dict[str, int]:
    """Return the rows that a stream has to deliver."""
    version = way.answered or way.settings.get("api_version", api.version)
    if version not in DECLARED[name].versions:
        return {}
    listed: list[Any] = api[name].listed(version)
    if way.row:
        for row in listed:
            way.row(row)
    if start_date:
        begin = parse(start_date)
        listed = [row for row in listed if parse(row["eventTimestamp"]) >= begin]
    return dict.fromkeys(texts(name, listed), 1)


def delivered(name: str, *runs: Synced) -> dict[str, int]:
    """Return the rows that some runs have left in a warehouse."""
    keys = DECLARED[name].primary_keys
    rows: dict[tuple[Any, ...], Row] = {}
    for run in runs:
        for message in run.messages:
            if message["type"] == "RECORD" and message["stream"] == name:
                record = message["record"]
                rows[tuple(record[key] for key in keys)] = record
    return texts(name, rows.values())


def settings_of(way: Way, api: SequenceAPI) -> dict[str, Any]:
    """Return the settings for a way: pages are short, unless it says how long they are."""
    found = {"page_size": 10, **way.settings}
    if "start_date" in found:
        rows: list[Any] = api[way.streams[0]].listed()
        found["start_date"] = sorted(row["eventTimestamp"] for row in rows)[len(rows) // 2]
    return found


@pytest.mark.parametrize("way", WAYS)
def test_right_or_failing(way: Way, caplog: pytest.LogCaptureFixture, waits: list[float]) -> None:
    """The tap delivers exactly what there is, in its first run and after changes, or says why not.

    Where it fails, it does so in a line that names what was asked for, or the stream.
    """
    with SequenceAPI(CUSTOMERS, rows=ROWS) as api:
        way.turn(api)
        api.version = way.pinned
        given = settings_of(way, api)
        if (way.harmful or way.fails) and not way.warns:
            with pytest.raises(SequenceError) as raised:
                sync(api, streams=way.streams, **given)
            assert str(raised.value)
            return
        first = sync(api, streams=way.streams, **given)
        if way.warns:
            assert warnings(caplog)
            return
        start = given.get("start_date")
        for name in way.streams:
            assert delivered(name, first) == expected(api, name, way, start), name
        later = [name for name in way.streams if not issubclass(DECLARED[name], ChildStream)]
        for name in later:
            if api.version in DECLARED[name].versions:
                api[name].add(15)
            if DECLARED[name].timed_ids:
                api[name].add(eventTimestamp="2025-08-01T00:00:00Z")  # it comes late
            else:  # an event never changes
                api[name].change(3)
        second = sync(api, streams=later, state=first.state, **given) if later else Synced()
        for name in later:
            now, have = expected(api, name, way, start), delivered(name, first, second)
            assert marks(have, DECLARED[name]) == marks(now, DECLARED[name]), name
    assert waits == []


def marks(rows: dict[str, int], stream: Any) -> set[str]:
    """Return what tells whether rows are as they should be.

    A change of what is read by its creation time alone comes with the nightly full read.
    """
    if stream.replication_key == "createdAt":
        return {json.loads(text)["id"] for text in rows}
    return {*rows}


@pytest.mark.parametrize("page_size", [7, 30])
def test_a_stale_cursor_that_is_ignored(page_size: int) -> None:
    """Where the first page comes in place of a cursor's, a resumed read brings all there is."""
    with SequenceAPI(250) as api:
        killed = killed_after(100, api, page_size=10)
        left = killed.state["bookmarks"]["customers"]["interrupted_reads"][0]
        for end in ("from_newest", "from_oldest"):
            if left[end]:
                left[end]["cursor"] = "bm8tY3Vyc29y"
        of("customers", cursor_not_taken_is_ignored())(api)
        run = sync(api, state=killed.state, page_size=page_size)
        assert {*killed.ids, *run.ids} == ids(api)


def interrupted(api: SequenceAPI, stream: str, records: int, **options: Any) -> Synced:
    """Run the tap until it has delivered so many records and is about to say how far it is."""
    return killed(
        api,
        lambda synced, message: message["type"] == "STATE" and len(synced.records) >= records,
        streams=[stream],
        page_size=10,
        **options,
    )


@pytest.mark.parametrize(
    ("stream", "kind", "page_size"),
    [
        ("customers", "rows", 5),
        ("customers", "rows", 20),
        ("customers", "pages", 5),
        ("customers", "pages", 20),
        ("invoices", "rows", 20),
        ("invoices", "pages", 20),
    ],
)
def test_cursors_that_are_numbers(stream: str, kind: Any, page_size: int) -> None:
    """Where cursors are numbers, a read that is resumed in pages of another size loses nothing."""
    with SequenceAPI(90, rows={"invoices": 90}) as api:  # too few to be read from both ends
        api[stream].numbered = kind
        first = interrupted(api, stream, 40)
        second = sync(api, state=first.state, streams=[stream], page_size=page_size)
        assert {*first.ids, *second.ids} == {row.id for row in api[stream].rows}


def test_numbers_of_pages_in_an_incremental_read() -> None:
    """What is new arrives, too, where the read of it was resumed in pages of another size."""
    with SequenceAPI(20) as api:
        api["customers"].numbered = "pages"
        state = sync(api).state
        api.add(200)
        first = interrupted(api, "customers", 50, state=state, lookback_window=0)
        second = sync(api, state=first.state, page_size=20, lookback_window=0)
        assert {row.id for row in api.customers[20:]} <= {*first.ids, *second.ids}
