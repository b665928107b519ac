"""Does each list of the account arrive whole, as the API sends it, in each of its versions?"""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

import pytest

from standins.sequence_api import VERSIONS, SequenceAPI
from standins.sequence_api.lists import BELOW, DESCRIPTIONS, EVENTS
from standins.sequence_api.lists.customers import CUSTOMERS
from tap_sequence.errors import SequenceError
from tap_sequence.streams import STREAMS
from tap_sequence.streams.invoicing import InvoicesStream
from tap_sequence.times import time_of
from tests.support.logs import warnings
from tests.support.sync import sync

if TYPE_CHECKING:
    from collections.abc import Iterator

LISTS = {description.name: description for description in DESCRIPTIONS}
LOGS = {description.name: description for description in EVENTS}
CHILDREN = {description.name: description for description in BELOW}
SERVED: dict[str, Any] = {**LISTS, **LOGS, **CHILDREN}
DECLARED: dict[str, Any] = {vars(one)["name"]: one for one in STREAMS}
CHANGED = [name for name, one in DECLARED.items() if one.replication_key == "updatedAt"]
"""Streams that deliver changed rows alone."""

GONE = {
    "credit_grants": {"type", "originalAmount", "currentBalance"},
    "products": {"archivedAt"},
}
"""Fields that the API's documents no longer have, but have had."""

SHARED = {
    "credit_grants": {"integrationIds[].lastSynced"},
    "billing_schedules": {
        "integrationIds[].lastSynced",
        "prices[].deletedAt",
        "prices[].integrationIds[].lastSynced",
    },
    "prices": {"integrationIds[].lastSynced"},
    "list_prices": {
        "integrationIds[].lastSynced",
        "structure.chargeMethod",
        "structure.includedSeats",
        "structure.seatTypeId",
    },
    "users": {
        "roles[].permissions",
        "roles[].permissions[].actions",
        "roles[].permissions[].resource",
        "roles[].roleName",
    },
}
"""Fields of shapes that other lists have too, or that the documents show by their values alone."""


def paths(schema: dict[str, Any], path: str = "") -> Iterator[str]:
    """Yield the paths of all that a JSON schema declares."""
    for name, of in (schema.get("properties") or {}).items():
        yield f"{path}{name}"
        yield from paths(of, f"{path}{name}.")
        yield from paths(of.get("items") or {}, f"{path}{name}[].")


def sent(name: str) -> set[str]:
    """Return the paths of what the API's documents have in a list, in any version."""
    return {
        re.sub("<.*?>", "", path)
        for version in VERSIONS
        for path, _ in SERVED[name].shape.paths(version)
    }


def test_streams_and_lists_are_the_same() -> None:
    """Each list that the API serves is a stream, and no other."""
    assert {*SERVED, CUSTOMERS.name} == DECLARED.keys()


@pytest.mark.parametrize("name", SERVED)
def test_what_is_declared_is_what_is_sent(name: str) -> None:
    """A stream declares each field of its list, in any version, what the tap adds, and no other.

    An invoice's details are those that the list of invoices does not have.
    """
    added = {"createdAt"} if name in {"usage_events", "seat_events"} else set()
    added |= getattr(DECLARED[name], "added", {}).keys()
    of_parent = set(paths(InvoicesStream.schema)) - {"id"} if name == "invoice_details" else set()
    declared = set(paths(DECLARED[name].schema))
    top = {path for path in sent(name) if "." not in path and "[" not in path}
    assert {path for path in declared if "." not in path} == (
        (top - of_parent) | GONE.get(name, set()) | added
    )
    assert declared - sent(name) == GONE.get(name, set()) | SHARED.get(name, set()) | added


@pytest.mark.parametrize("name", SERVED)
def test_versions(name: str) -> None:
    """A stream says which versions have its list, what it takes, and what tells its rows apart."""
    stream, described = DECLARED[name], SERVED[name]
    assert stream.versions == {*described.versions}
    assert re.sub("{.*?}", "{}", stream.path) == described.path
    if name not in CHILDREN:  # there it takes the order, and it is not said of what
        assert stream.ordered == described.ordered


def arrived(value: Any, schema: dict[str, Any], *, fixed: bool) -> Any:
    """Return a top-level value as it has to arrive."""
    kinds = {*schema["type"]} - {"null"} if isinstance(schema["type"], list) else {schema["type"]}
    if value is None:
        return None
    if kinds == {"number"}:
        return Decimal(str(value))
    if fixed:
        return f"{datetime.fromisoformat(value):%Y-%m-%dT%H:%M:%S.%fZ}"
    if schema.get("format") == "date":
        return date.fromisoformat(value).isoformat()
    return value


@pytest.fixture(scope="module")
def account() -> Iterator[SequenceAPI]:
    """An account that no test changes, with lists of some pages."""
    with SequenceAPI(250, rows=250) as api:
        yield api


@pytest.fixture(scope="module")
def small_account() -> Iterator[SequenceAPI]:
    """An account that no test changes, with lists of one page."""
    with SequenceAPI(30, rows=30) as api:
        yield api


@pytest.mark.parametrize(
    ("name", "version"),
    [(name, version) for name, one in {**LISTS, **LOGS}.items() for version in one.versions],
)
def test_rows(
    name: str, version: str, account: SequenceAPI, caplog: pytest.LogCaptureFixture
) -> None:
    """Each row arrives once, with every field as sent, numbers to the last digit."""
    stream = DECLARED[name]
    synced = sync(account, streams=[name], api_version=version)
    properties = stream.schema["properties"]
    fixed = {stream.replication_key, "createdAt" if stream.ordered else None}
    expected = [
        {
            field: arrived(value, properties[field], fixed=field in fixed)
            for field, value in item.items()
        }
        | ({"createdAt": time_of(item["id"])} if stream.timed_ids else {})
        for item in cast("list[dict[str, Any]]", account[name].listed(version))
    ]

    def key(row: dict[str, Any]) -> list[Any]:
        return [row[name] for name in stream.primary_keys]

    assert sorted(synced.records, key=key) == sorted(expected, key=key)
    assert [text for text in warnings(caplog) if "time of change" not in text] == []


@pytest.mark.parametrize(
    ("name", "version"),
    [(name, version) for name, one in CHILDREN.items() for version in one.versions],
)
def test_rows_below(
    name: str, version: str, small_account: SequenceAPI, caplog: pytest.LogCaptureFixture
) -> None:
    """Each row below a parent arrives with every field as sent, and with those of its parent."""
    stream, below = DECLARED[name], small_account.below(name)
    properties = stream.schema["properties"]
    expected = []
    for parent in small_account[below.endpoint.parent].rows:
        shown = {"customerId": parent.id, **cast("dict[str, Any]", parent.item(version))}
        for item in cast("list[dict[str, Any]]", below.of(parent.id, version)):
            added = {own: shown.get(of) for own, of in stream.added.items()}
            expected.append(
                {
                    field: arrived(
                        value, properties[field], fixed=field in {*added} - {"customerId"}
                    )
                    for field, value in {**item, **added}.items()
                    if field in properties
                }
            )

    def key(row: dict[str, Any]) -> list[Any]:
        return [row[name] for name in stream.primary_keys]

    synced = sync(small_account, streams=[name], api_version=version)
    assert sorted(synced.records, key=key) == sorted(expected, key=key)
    assert len(expected) > 10
    assert [text for text in warnings(caplog) if "time of change" not in text] == []


@pytest.mark.parametrize("name", CHANGED)
def test_seven_changed_rows(name: str) -> None:
    """Of a list with a time of change, a run brings the rows that have changed, and no others."""
    with SequenceAPI(0, rows=250) as api:
        first = sync(api, streams=[name])
        last = max(row["updatedAt"] for row in first.records if row.get("updatedAt"))
        untimed = {row["id"] for row in first.records if not row.get("updatedAt")}
        nothing = sync(api, streams=[name], state=first.state, lookback_window=0)
        assert {row["id"] for row in nothing.records} - untimed == {
            row["id"] for row in first.records if row.get("updatedAt") == last
        }
        seven = {row.id for row in api[name].change(7)}
        again = sync(api, streams=[name], state=first.state, lookback_window=0)
    brought = {row["id"] for row in again.records}
    assert seven <= brought
    assert brought <= seven | untimed | {row["id"] for row in nothing.records}


@pytest.mark.parametrize("name", [name for name in LISTS if name not in CHANGED])
def test_all_rows_every_time(name: str) -> None:
    """A list without a time of change is brought in full by each run."""
    with SequenceAPI(0, rows=250) as api:
        first = sync(api, streams=[name])
        again = sync(api, streams=[name], state=first.state)
        assert len(first.records) == len(api[name].listed())
    assert len(again.records) == len(first.records)


@pytest.mark.parametrize("name", LISTS)
def test_start_date(name: str) -> None:
    """`start_date` leaves out older rows of the streams that say so, and of no others."""
    with SequenceAPI(0, rows=250) as api:
        everything = sync(api, streams=[name]).records
        times = sorted(row["createdAt"] for row in everything if row.get("createdAt"))
        start = times[len(times) // 2] if times else "2024-01-01"
        records = sync(api, streams=[name], start_date=start).records
    if DECLARED[name].dated:
        assert {row["createdAt"] >= start for row in records} == {True}
        assert len(records) == sum(row["createdAt"] >= start for row in everything)
    else:
        assert len(records) == len(everything)


@pytest.mark.parametrize("name", LISTS)
def test_archived_rows(name: str) -> None:
    """Without `include_archived` a list shows what it shows to those who don't ask for more."""
    with SequenceAPI(0, rows=250) as api:
        records = sync(api, streams=[name], include_archived=False).records
        assert len(records) == len(api[name].listed(include_archived=False))
        assert len(records) <= len(sync(api, streams=[name]).records)


def test_seat_balances_in_pages() -> None:
    """A list that comes in pages although it takes no limit is read to its end."""
    with SequenceAPI(0, rows=30) as api:
        api["seat_balances"].cut = "led"
        ids = sync(api, streams=["seat_balances"]).ids
        assert len(ids) == len(set(ids)) == 30
        api["seat_balances"].cut = "stuck"
        with pytest.raises(SequenceError, match="go round in a circle"):
            sync(api, streams=["seat_balances"])
