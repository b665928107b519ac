"""Does a time arrive in its one form, whatever form it has?"""

from __future__ import annotations

import json
from typing import Any

import pytest

from standins.sequence_api import SequenceAPI
from tap_sequence.errors import SequenceError
from tap_sequence.times import time_of
from tests.support.accounts import settings
from tests.support.answers import item, listed
from tests.support.catalogs import declaring
from tests.support.sync import sync
from tests.support.tap import run


@pytest.mark.parametrize("name", ["createdAt", "archivedAt"])
@pytest.mark.parametrize(
    ("sent", "delivered"),
    [
        ("2025-01-01", "2025-01-01T00:00:00.000000Z"),
        ("2025-01-01T10:00", "2025-01-01T10:00:00.000000Z"),
        ("2025-01-01 10:00:00Z", "2025-01-01T10:00:00.000000Z"),
        ("2025-01-01t10:00:00z", "2025-01-01T10:00:00.000000Z"),
        ("20250101T100000Z", "2025-01-01T10:00:00.000000Z"),
        ("2025-01-01T10:00:00+02:00", "2025-01-01T08:00:00.000000Z"),
        ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000000Z"),
        ("2016-12-31T23:59:60.25Z", "2017-01-01T00:00:00.250000Z"),
        ("2016-12-31T15:59:60-08:00", "2017-01-01T00:00:00.000000Z"),
        ("2025-01-01T24:00:00Z", "2025-01-02T00:00:00.000000Z"),
        ("2025-01-01T24:00", "2025-01-02T00:00:00.000000Z"),
        ("2025-12-31T24:00:00.000+01:00", "2025-12-31T23:00:00.000000Z"),
    ],
)
def test_a_time_in_an_unusual_form_arrives(
    sent: str, delivered: str, name: str, api: SequenceAPI
) -> None:
    """A time in a form that not every target reads arrives as the moment that it means."""
    api.fail(listed(json.dumps({"id": "a", name: sent})))
    assert sync(api).records == [{"id": "a", name: delivered}]


@pytest.mark.parametrize(
    "sent",
    [
        "0000-01-01T00:00:00Z",
        "10000-01-01T00:00:00Z",
        "9999-12-31T24:00:00Z",
        "9999-12-31T23:59:60Z",
        "2025-01-01T24:00:01Z",
        "2025-01-01T25:00:00Z",
        "2025-01-01T00:00:00+24:00",
        "2025-01-01T23:59:61Z",
        "1735689600",
        "",
        5,
        True,
        {"planted": 1},
    ],
)
def test_a_time_that_is_none_fails_plainly(sent: object, api: SequenceAPI) -> None:
    """A creation time that is no time ends the run in words of it that give no wrong advice."""
    api.fail(listed(json.dumps({"id": "a", "createdAt": sent})))
    words = "customers: id 'a': field createdAt: expected a date-time of the years 1 to 9999"
    with pytest.raises(SequenceError, match=f"^{words}$"):
        sync(api)


@pytest.mark.parametrize(
    "schema",
    [
        None,
        {},
        {"type": "string"},
        {"type": ["string", "null"], "format": "date"},
        {"type": "integer"},
        {"type": "object", "properties": {"a": {"type": "string"}}},
    ],
)
def test_the_creation_time_is_normalised_whatever_the_catalog(
    schema: dict[str, Any] | None, api: SequenceAPI
) -> None:
    """Whatever the catalog says of createdAt, it arrives in its one form, and is the bookmark."""
    api.fail(listed('{"id": "a", "createdAt": "2025-01-01T02:00:00.5+02:00"}'))
    synced = sync(api, catalog=declaring(createdAt=schema))
    assert synced.records == [{"id": "a", "createdAt": "2025-01-01T00:00:00.500000Z"}]
    assert synced.bookmark["replication_key_value"] == "2025-01-01T00:00:00.500000Z"


@pytest.mark.parametrize("created_at", ["9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"])
def test_a_time_that_no_calendar_has_in_utc_fails(created_at: str, api: SequenceAPI) -> None:
    """A creation time before year 1 or after year 9999 in UTC is one of no known form."""
    api.fail(item(createdAt=created_at))
    with pytest.raises(SequenceError, match="createdAt"):
        sync(api)


@pytest.mark.parametrize("given", [{}, {"createdAt": None}], ids=["missing", "null"])
def test_a_customer_without_a_creation_time_arrives(given: dict[str, Any]) -> None:
    """A customer without a creation time arrives; the next run reads on from the others."""
    dated = {"id": "dated", "createdAt": "2025-01-01T00:00:00Z"}
    with SequenceAPI([{"id": "first", **given}, dated, {"id": "last", **given}], raw=True) as api:
        ended = run(config=settings(api, page_size=1))
        assert ended.exit_code == 0
        assert {one["id"]: one.get("createdAt") for one in ended.records} == {
            "first": None,
            "dated": "2025-01-01T00:00:00.000000Z",
            "last": None,
        }
        assert ended.bookmark["replication_key_value"] == "2025-01-01T00:00:00.000000Z"


@pytest.mark.parametrize(
    ("uuid", "time"),
    [
        ("018ef546-b6ee-7370-8000-000000000000", "2024-04-19T07:33:56.078000Z"),
        ("018EF546-B6EE-7370-BFFF-FFFFFFFFFFFF", "2024-04-19T07:33:56.078000Z"),
        ("00000000-0000-7000-8000-000000000000", "1970-01-01T00:00:00.000000Z"),
        ("018ef546-b6ee-4370-8000-000000000000", None),
        ("018ef546-b6ee-7370-c000-000000000000", None),
        ("018ef546b6ee73708000000000000000", None),
        ("ffffffff-ffff-7370-8000-000000000000", None),
        ("evt_018ef546-b6ee-7370-8000-000000000000", None),
        ("", None),
    ],
)
def test_the_time_that_an_id_holds(uuid: str, time: str | None) -> None:
    """A UUID of version 7 holds a time in milliseconds; no other text holds one."""
    assert time_of(uuid) == time
