"""Is what is gone from Sequence gone from the target, and nothing else, whatever happens?"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from standins.sequence_api import SequenceAPI, faults
from tap_sequence.errors import SequenceError
from tap_sequence.streams import STREAMS
from tests.support.answers import FAULTS
from tests.support.catalogs import selecting
from tests.support.interruptions import Killed
from tests.support.logs import warnings
from tests.support.sync import Synced, sync
from tests.support.waits import over_at_once

if TYPE_CHECKING:
    from tests.support.rows import Row

VANISHING = [vars(one)["name"] for one in STREAMS if one.vanishing]

ON: dict[str, Any] = {"emit_activate_version_messages": True}


def whole(name: str) -> dict[str, Any]:
    """Return a catalog that selects one stream, to be read in full."""
    catalog: dict[str, Any] = selecting(name, replication_method="FULL_TABLE")
    return catalog


def versions(synced: Synced) -> list[int]:
    """Return the versions that were activated."""
    return [one["version"] for one in synced.messages if one["type"] == "ACTIVATE_VERSION"]


def why_not(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what was said of why nothing was activated."""
    said = [one.getMessage() for one in caplog.records]
    return [one.partition(": ")[2] for one in said if one.startswith("What is gone from")]


class Target:
    """A target that deletes as target-postgres does: with each message, in a transaction.

    Attributes:
        rows: The version of each row, by its key.
    """

    def __init__(self) -> None:
        """Start empty."""
        self.rows: dict[str, int] = {}
        self.state: dict[str, Any] = {}

    def load(self, synced: Synced, api: SequenceAPI, name: str) -> None:
        """Take a run's messages; no row may be deleted that the API has."""
        for message in synced.messages:
            if message["type"] == "RECORD":
                self.rows[message["record"]["id"]] = message.get("version", 0)
            elif message["type"] == "ACTIVATE_VERSION":
                gone = {row for row, version in self.rows.items() if version < message["version"]}
                assert not gone & ids(api, name)
                for row in gone:
                    del self.rows[row]
            elif message["type"] == "STATE":
                self.state = message["value"]


def ids(api: SequenceAPI, name: str) -> set[str]:
    """Return the ids of the rows of a list."""
    return {row.id for row in api[name].rows}


@pytest.mark.parametrize("name", VANISHING)
@pytest.mark.parametrize("rows", [0, 30, 250])
def test_a_complete_read_ends_with_a_version(rows: int, name: str) -> None:
    """After the last record of a full read the target is told which version is the current one."""
    with SequenceAPI(5, rows={name: rows}) as api:
        synced = sync(api, catalog=whole(name), **ON)
    (version,) = versions(synced)
    assert {one.get("version") for one in synced.messages if one["type"] == "RECORD"} <= {version}
    kinds = [one["type"] for one in synced.messages]
    assert "RECORD" not in kinds[kinds.index("ACTIVATE_VERSION") :]


def test_later_runs_have_later_versions() -> None:
    """The version is the time at which the run began."""
    with SequenceAPI(5, rows={"users": 3}) as api:
        first, second = (sync(api, catalog=whole("users"), **ON) for _ in range(2))
    assert versions(first) < versions(second)


@pytest.mark.parametrize(("rows", "requests"), [(0, 1), (100, 1), (101, 4), (250, 6)])
def test_what_it_costs(rows: int, requests: int) -> None:
    """A list of one page is read once, any other one twice."""
    with SequenceAPI(5, rows={"discounts": rows}) as api:
        assert versions(sync(api, catalog=whole("discounts"), **ON))
        assert len(api.requests) == requests


def test_off_by_default() -> None:
    """Without the setting no message has to do with versions."""
    with SequenceAPI(5, rows={"users": 30}) as api:
        synced = sync(api, catalog=whole("users"))
    assert versions(synced) == []
    assert not any("version" in message for message in synced.messages)


def test_streams_whose_rows_never_vanish_have_no_versions() -> None:
    """Of customers, for example, nothing can be gone."""
    with SequenceAPI(30) as api:
        synced = sync(api, catalog=whole("customers"), **ON)
    assert not any("version" in message for message in synced.messages)


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"streams": ("invoices",)}, "only what is new or changed was read (INCREMENTAL)"),
        (
            {"catalog": whole("invoices"), "start_date": "2025-09-01"},
            "start_date leaves out some of the list",
        ),
        (
            {"catalog": whole("invoices"), "stream_maps": {"invoices": {"__filter__": "False"}}},
            "stream_maps leave out some of it",
        ),
        (
            {"catalog": whole("invoices"), "stream_maps": {"invoices": {"__alias__": "bills"}}},
            "stream_maps give it another name or key",
        ),
        (
            {
                "catalog": whole("invoices"),
                "stream_maps": {
                    "invoices": {"account": "'one'", "__key_properties__": ["account", "id"]}
                },
            },
            "stream_maps give it another name or key",
        ),
        (
            {
                "catalog": whole("invoices"),
                "batch_config": {
                    "encoding": {"format": "jsonl", "compression": "gzip"},
                    "storage": {"root": "file://{tmp}"},
                },
            },
            "batches (batch_config) carry no version",
        ),
    ],
)
def test_what_is_still_there_is_never_told_to_be_gone(
    options: dict[str, Any], reason: str, caplog: pytest.LogCaptureFixture, tmp_path: Any
) -> None:
    """Where something is left out, no version is activated, and the log says why."""
    caplog.set_level("INFO")
    if "batch_config" in options:
        storage = {"root": tmp_path.as_uri()}
        options = {**options, "batch_config": {**options["batch_config"], "storage": storage}}
    with SequenceAPI(5, rows={"invoices": 30}) as api:
        assert versions(sync(api, **options, **ON)) == []
    assert why_not(caplog) == [reason]


def test_stream_maps_that_leave_everything_in_its_place() -> None:
    """Maps that change the records alone keep nothing from being deleted."""
    maps = {"invoices": {"memo": "__NULL__", "__filter__": "True"}}
    with SequenceAPI(5, rows={"invoices": 30}) as api:
        assert versions(sync(api, catalog=whole("invoices"), stream_maps=maps, **ON))


def test_an_api_that_does_not_count(caplog: pytest.LogCaptureFixture) -> None:
    """Without a count, nothing proves that a read is complete."""
    caplog.set_level("INFO")
    with SequenceAPI(5, rows={"discounts": 250}, total=False) as api:
        assert versions(sync(api, catalog=whole("discounts"), **ON)) == []
    assert why_not(caplog) == ["the API does not count the list (totalResultSize)"]


@pytest.mark.parametrize("request_number", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("change", ["add", "remove"])
def test_a_list_that_changes_while_it_is_read(
    change: str, request_number: int, caplog: pytest.LogCaptureFixture
) -> None:
    """Where rows come or go before the proof is there, nothing is activated that is not true."""
    caplog.set_level("INFO")
    with SequenceAPI(5, rows={"discounts": 250}) as api:
        discounts = api["discounts"]
        before = ids(api, "discounts")
        api.fail(faults.before(getattr(discounts, change)), skip=request_number)
        synced = sync(api, catalog=whole("discounts"), **ON)
        if versions(synced):
            assert {*synced.ids} >= ids(api, "discounts") & before
        else:
            assert why_not(caplog) == ["the list changed while it was read"]


def test_a_resumed_read_activates_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """What an earlier run has delivered has its version; the next run activates one of its own."""
    caplog.set_level("INFO")
    catalog = whole("invoices")
    with SequenceAPI(5, rows={"invoices": 60}) as api:
        killed = Synced()

        def see(_: Row) -> None:
            if len(killed.records) > 30:
                raise Killed

        with pytest.raises(Killed):
            sync(api, catalog=catalog, page_size=10, into=killed, see=see, **ON)
        second = sync(api, catalog=catalog, page_size=10, state=killed.state, **ON)
        assert versions(second) == []
        assert why_not(caplog) == ["not all of the list was read"]
        assert versions(sync(api, catalog=catalog, page_size=10, state=second.state, **ON))


def test_a_read_that_fails_activates_nothing() -> None:
    """A run that ends with an error has told of no version."""
    with SequenceAPI(5, rows={"discounts": 250}) as api:
        api.fail(faults.status(403), None, skip=2)
        synced = Synced()
        with pytest.raises(SequenceError):
            sync(api, catalog=whole("discounts"), into=synced, **ON)
    assert versions(synced) == []


def test_a_second_read_that_fails_costs_the_version_alone(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Where only the proof fails, everything has arrived, and the log says what failed."""
    caplog.set_level("INFO")
    with SequenceAPI(5, rows={"discounts": 250}) as api:
        api.fail(faults.status(403), None, skip=4)
        synced = sync(api, catalog=whole("discounts"), **ON)
        assert {*synced.ids} == ids(api, "discounts")
    assert versions(synced) == []
    assert why_not(caplog)[0].startswith("GET /discounts: 403 Forbidden")
    assert warnings(caplog) == []


def test_a_list_that_the_version_lacks_activates_nothing() -> None:
    """A stream that is skipped deletes nothing."""
    with SequenceAPI(5) as api:
        synced = sync(api, catalog=whole("tax_rates"), api_version="2024-05-09", **ON)
    assert versions(synced) == []


changes = st.tuples(st.sampled_from(["add", "change", "remove", "swap"]), st.integers(0, 9))

runs = st.fixed_dictionaries(
    {
        "faults": st.dictionaries(st.integers(0, 30), st.sampled_from(FAULTS), max_size=3),
        "changes": st.dictionaries(st.integers(0, 30), changes, max_size=5),
        "killed": st.none() | st.integers(0, 150),
        "whole": st.booleans(),
    }
)

PLAIN = {"killed": None, "whole": True}


def happen(api: SequenceAPI, name: str, change: tuple[str, int]) -> None:
    """Change the list."""
    what, number = change
    rows = api[name].rows
    if what in {"remove", "swap"} and rows:
        api[name].remove(rows[number % len(rows)].id)
    if what in {"add", "swap"}:
        api[name].add()
    if what == "change" and rows:
        api[name].change(rows[number % len(rows)].id)


def load(api: SequenceAPI, name: str, target: Target, page_size: int, run: Any) -> bool:
    """Run the tap once into the target, and tell whether it came to its end."""
    synced = Synced()

    def see(_: Row) -> None:
        if run["killed"] is not None and len(synced.messages) >= run["killed"]:
            raise Killed

    catalog = whole(name) if run["whole"] else None
    try:
        with over_at_once():
            sync(
                api,
                state=target.state,
                catalog=catalog,
                streams=(name,),
                see=see,
                into=synced,
                page_size=page_size,
                **ON,
            )
    except (Killed, SequenceError):
        return False
    finally:
        target.load(synced, api, name)
    return True


@pytest.mark.parametrize("name", ["invoices", "discounts"])
@settings(max_examples=25)
@given(
    number=st.integers(0, 40),
    page_size=st.integers(1, 8),
    numbered=st.booleans(),
    plan=st.lists(runs, max_size=5),
)
def test_nothing_is_deleted_that_is_there_and_all_that_is_gone_is(
    name: str,
    number: int,
    page_size: int,
    numbered: bool,  # noqa: FBT001  a parameter of the test
    plan: list[Any],
) -> None:
    """Whatever fails, is killed, added or deleted: no row that is there is ever deleted.

    After the next runs that nothing disturbs, each row is there, and no other.
    """
    target = Target()
    with SequenceAPI(2, rows={name: number}) as api:
        api[name].numbered = "rows" if numbered else "never"
        for run in plan:
            for skip, fault in run["faults"].items():
                api.fail(fault, skip=skip)
            for skip, change in run["changes"].items():
                api.fail(faults.before(partial(happen, api, name, change)), skip=skip)
            load(api, name, target, page_size, run)
            api.recover()
        assert load(api, name, target, page_size, PLAIN)  # which may resume
        assert load(api, name, target, page_size, PLAIN)
        assert target.rows.keys() == ids(api, name)
