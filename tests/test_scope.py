"""Does a state count that was made with other settings, or by another version?"""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from standins.sequence_api import SequenceAPI
from tests.support.accounts import ids
from tests.support.catalogs import discovered
from tests.support.interruptions import killed_after
from tests.support.sync import sync

NARROWER = [
    ({"billing_status": "ACTIVE"}, {}, "it was made with other filters"),
    ({}, {"label": "x"}, "it was made with other filters"),
    ({"include_archived": False}, {}, "it was made with other filters"),
    ({"start_date": "2025-06-01"}, {}, "it was made with a later start_date"),
    (
        {"start_date": "2025-06-01"},
        {"start_date": "2025-01-01"},
        "it was made with a later start_date",
    ),
]


@pytest.mark.parametrize(("before", "after", "why"), NARROWER)
def test_a_bookmark_under_other_settings_does_not_count(
    before: dict[str, Any], after: dict[str, Any], why: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A bookmark that was taken when less was let through is told of, and all is read."""
    with SequenceAPI(120) as api:
        first = sync(api, **before)
        again = sync(api, state=first.state, **after)
        assert again.ids == sync(api, **after).ids
        assert f"customers: the bookmark does not count, reading in full: {why}" in caplog.messages
        assert again.bookmark["scope"] == sync(api, **after).bookmark["scope"]


@pytest.mark.parametrize(("before", "after", "why"), NARROWER)
def test_an_interrupted_read_under_other_settings_is_begun_anew(
    before: dict[str, Any], after: dict[str, Any], why: str, caplog: pytest.LogCaptureFixture
) -> None:
    """What was read when less was let through is not missing from what is read now."""
    with SequenceAPI([{"billingStatus": "ACTIVE"}] * 300, newest="2026-01-01T00:00:00Z") as api:
        killed = killed_after(10, api, page_size=5, **before)
        assert sync(api, state=killed.state, **after).ids == sync(api, **after).ids
    assert f"customers: the interrupted read is not resumed: {why}" in caplog.messages


def test_an_interrupted_read_under_an_earlier_start_date_is_begun_anew() -> None:
    """A start date that was set after the interruption counts for all that is read then."""
    with SequenceAPI(1500) as api:
        killed = killed_after(450, api)
        resumed = sync(api, state=killed.state, start_date="2025-06-01")
        assert resumed.ids == sync(api, start_date="2025-06-01").ids


@pytest.mark.parametrize("other", ["client_id", "client_secret", "api_url"])
@pytest.mark.parametrize("records", [50, 1500])
def test_the_state_of_one_account_says_nothing_of_another(
    other: str, records: int, caplog: pytest.LogCaptureFixture
) -> None:
    """Where api_url or the key is another, neither bookmark nor interrupted read counts."""
    with SequenceAPI(1500, seed=1) as sandbox:
        first = sync(sandbox) if records == 1500 else killed_after(records, sandbox, page_size=10)
    with SequenceAPI(
        1500,
        seed=2,
        client_id="another" if other == "client_id" else sandbox.client_id,
        client_secret="another" if other == "client_secret" else sandbox.client_secret,
        port=0 if other == "api_url" else sandbox.port,
    ) as production:
        again = sync(production, state=first.state)
        assert set(again.ids) == ids(production)
    assert "another api_url or API key" in caplog.text


def test_what_is_stored_of_key_and_filters_is_not_found_by_trying() -> None:
    """No digest in a state can be had without the client secret."""
    filters = {"email": "ada@example.com", "includeArchived": "true"}
    plain = json.dumps(filters, sort_keys=True).encode()
    scopes = []
    with SequenceAPI(1) as api:
        for api.client_secret in ("one", "another"):
            scope = sync(api, email="ada@example.com").bookmark["scope"]
            scopes.append(scope)
            for digest in (hashlib.md5, hashlib.sha1, hashlib.sha256, hashlib.blake2b):
                assert digest(plain).hexdigest()[:8] not in scope["filters"]
    assert all(scopes[0][name] != scopes[1][name] for name in ("account", "filters"))


def test_a_start_date_before_the_bookmark_costs_nothing() -> None:
    """A start date that leaves out nothing new can be set, and taken back, for a request each."""
    with SequenceAPI(250) as api:
        state = sync(api).state
        in_turn: list[dict[str, Any]] = [{"start_date": "2025-06-01"}, {}]
        for settings in in_turn:
            api.clear()
            state = sync(api, state=state, **settings).state
            assert len(api.requests) == 1


OLDER: dict[str, Any] = {
    "replication_key": "createdAt",
    "replication_key_value": "2025-09-01T00:00:00.000000Z",
    "scope": {"filters": "8146647c41b24b40"},
}
"""The state of a customers stream before accounts were noted."""


def test_a_bookmark_from_before_accounts_were_noted_counts() -> None:
    """A bookmark whose scope names no account counts under the same filters."""
    with SequenceAPI(300) as api:
        run = sync(api, state={"bookmarks": {"customers": OLDER}}, lookback_window=0)
        expected = [r for r in sync(api).records if r["createdAt"] >= "2025-09-01T00:00:00.000000Z"]
        assert run.records == expected
        assert run.bookmark["scope"] == sync(api).bookmark["scope"]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"scope": {"filters": "0123456789abcdef"}}, "it was made with other filters"),
        (
            {"scope": {**OLDER["scope"], "start_date": "2025-08-01"}},
            "it was made with a later start_date",
        ),
        ({"scope": 5}, "its scope cannot be understood"),
        ({"replication_key": "updatedAt"}, "its replication_key is not createdAt"),
        ({"replication_key": None}, "its replication_key is not createdAt"),
    ],
)
def test_a_bookmark_that_does_not_count_is_told_of(
    change: dict[str, Any], why: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever keeps a bookmark from counting, a warning says so, and all is read."""
    with SequenceAPI(300) as api:
        state = {"bookmarks": {"customers": {**OLDER, **change}}}
        assert set(sync(api, state=state).ids) == ids(api)
    assert f"customers: the bookmark does not count, reading in full: {why}" in caplog.messages


def test_an_interrupted_read_of_an_earlier_version_is_begun_anew(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """What an earlier version noted of an interrupted read costs a read from the bookmark on."""
    spans = [{"after": "x", "reached": "2025-09-10T00:00:00.000000Z", "delivered": 300}]
    left = {
        "replication_method": "INCREMENTAL",
        "scope": OLDER["scope"],
        "newest": "2025-09-20T00:00:00.000000Z",
        "again": "2025-09-19T00:00:00.000000Z",
        "spans": spans,
    }
    with SequenceAPI(300) as api:
        bookmark = {**OLDER, "interrupted_read": left}
        run = sync(api, state={"bookmarks": {"customers": bookmark}})
        alone = sync(api, state={"bookmarks": {"customers": OLDER}})
        assert run.ids == alone.ids
    assert (
        "customers: the interrupted read is not resumed: it cannot be understood" in caplog.messages
    )


@pytest.mark.parametrize("method", ["INCREMENTAL", "FULL_TABLE"])
def test_an_interrupted_read_in_another_method_is_not_carried_on(
    method: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A full-table read is not carried on by an incremental one, nor the other way round."""
    other = {"INCREMENTAL": "FULL_TABLE", "FULL_TABLE": "INCREMENTAL"}[method]
    with SequenceAPI(1500) as api:
        killed = killed_after(450, api, catalog=discovered(replication_method=method))
        run = sync(api, state=killed.state, catalog=discovered(replication_method=other))
        assert set(run.ids) == ids(api)
    why = f"its replication method was {method}"
    assert f"customers: the interrupted read is not resumed: {why}" in caplog.messages
