"""What can be set, and does it do what it says?"""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

import pytest

from standins.sequence_api import VERSIONS, SequenceAPI, faults
from tap_sequence.settings import SETTINGS
from tap_sequence.tap import TapSequence
from tests.support.accounts import settings, token
from tests.support.catalogs import discovered
from tests.support.settings import DEFAULTS, FILTERS, OPTIONAL, REQUIRED
from tests.support.sync import sync
from tests.support.tap import run


def test_settings() -> None:
    """These are the settings, with these defaults; the credentials are required."""
    properties = SETTINGS["properties"]
    own = {name: properties[name].get("default") for name in list(properties)[: len(DEFAULTS)]}
    assert own == DEFAULTS
    assert SETTINGS["required"] == list(REQUIRED)


def test_secret() -> None:
    """The client secret is marked as one, and it alone."""
    marked = {name for name, of in SETTINGS["properties"].items() if of.get("secret")}
    assert marked == {"client_secret"}
    assert SETTINGS["properties"]["client_secret"]["writeOnly"]


@pytest.mark.parametrize(
    "name",
    OPTIONAL,
)
def test_description_has_the_default(name: str) -> None:
    """An optional setting's description says what holds where it is not set."""
    description = SETTINGS["properties"][name]["description"]
    default = DEFAULTS[name]
    says = str(default).lower() if isinstance(default, bool) else default
    assert "Default: " in description
    assert default is None or f"Default: {says}." in description


@pytest.mark.parametrize("name", ["lookback_window", "request_timeout"])
def test_description_has_the_unit(name: str) -> None:
    """The description of a duration begins with its unit."""
    assert SETTINGS["properties"][name]["description"].startswith("Seconds ")


@pytest.mark.parametrize(
    ("client_id", "client_secret"),
    [("an-id", "a-secret"), ("an-id", "a:secret:with:colons"), ("zoë", "pässwörd €")],
)
def test_credentials(client_id: str, client_secret: str) -> None:
    """Client id and client secret are sent as user name and password, whatever their letters."""
    with SequenceAPI(3, client_id=client_id, client_secret=client_secret) as api:
        assert len(sync(api).records) == 3
    basic = token(client_id, client_secret)
    assert api.requests[0].headers["Authorization"] == f"Basic {basic}"


@pytest.mark.parametrize("end", ["", "/", "//"])
def test_api_url(end: str) -> None:
    """The lists are looked for below api_url, with or without a slash at its end."""
    with SequenceAPI(3) as api:
        sync(api, api_url=api.url + end)
    assert [request.path for request in api.requests] == ["/api/customers"]


def test_api_url_by_default() -> None:
    """Without api_url the tap asks the production API."""
    tap = TapSequence(config={"client_id": "an-id", "client_secret": "a-secret"})
    assert tap.config["api_url"] == "https://eu.sequencehq.com/api"


@pytest.mark.parametrize("asked", VERSIONS)
def test_api_version(asked: str) -> None:
    """With api_version every request asks for that version, and its shape comes."""
    other = VERSIONS[VERSIONS.index(asked) - 1]
    with SequenceAPI(120, version=other) as api:
        records = sync(api, api_version=asked).records
    assert [request.headers["Sequence-Version"] for request in api.requests] == [asked] * 2
    shape = {name for item in api.listed(asked) if isinstance(item, dict) for name in item}
    assert {name for record in records for name in record} == shape


def test_no_api_version() -> None:
    """Without api_version no request asks for one: the key's own version answers."""
    with SequenceAPI(120) as api:
        sync(api)
    assert not any("Sequence-Version" in request.headers for request in api.requests)


@pytest.mark.parametrize("replication_method", ["INCREMENTAL", "FULL_TABLE"])
@pytest.mark.parametrize(
    ("start_date", "expected"),
    [
        ("2024-02-01", "cde"),
        ("2024-02-01T00:00:00Z", "cde"),
        ("2024-02-01T00:00:00", "cde"),
        ("2024-02-01 00:00:00.000000+00:00", "cde"),
        ("2024-02-01T02:00:00+02:00", "cde"),
        ("2024-01-31T19:00:00-05:00", "cde"),
        ("2024-01-31T23:59:59.999999Z", "bcde"),
        ("2024-02-01T00:00:00.000001Z", "de"),
        ("2024-02-01T00:00:00.1Z", "e"),
        ("2024-02-02", ""),
        ("2023-12-31", "abcde"),
    ],
)
def test_start_date(start_date: str, expected: str, replication_method: str) -> None:
    """Customers created before start_date are not loaded, in either replication method."""
    times = {
        "a": "2024-01-31T12:00:00Z",
        "b": "2024-01-31T23:59:59.999999Z",
        "c": "2024-02-01T00:00:00Z",
        "d": "2024-02-01T00:00:00.000001Z",
        "e": "2024-02-01T12:00:00.5Z",
    }
    with SequenceAPI([{"id": name, "createdAt": time} for name, time in times.items()]) as api:
        catalog = discovered(replication_method=replication_method)
        synced = sync(api, start_date=start_date, catalog=catalog)
    assert sorted(synced.ids) == list(expected)


def test_start_date_ends_the_read() -> None:
    """Pages of customers that are all older than start_date are not asked for."""
    with SequenceAPI(2500) as api:
        newest_150 = api.customers[-150:]
        synced = sync(api, start_date=newest_150[0].created_at)
        assert len(api.requests) == 2
    assert set(synced.ids) >= {customer.id for customer in newest_150}


@pytest.mark.parametrize(
    ("lookback_window", "seconds_before", "arrives"),
    [(None, 599, True), (None, 601, False), (60, 59, True), (60, 61, False), (0, 1, False)],
)
def test_lookback_window(
    lookback_window: int | None,
    seconds_before: int,
    arrives: bool,  # noqa: FBT001  a parameter of the test
) -> None:
    """A customer that becomes visible late is loaded if the lookback window reaches it."""
    with SequenceAPI([{"id": "first", "createdAt": "2024-02-01T12:00:00Z"}]) as api:
        state = sync(api).state
        minutes, seconds = divmod(3600 - seconds_before, 60)
        api.add(id="late", created_at=f"2024-02-01T11:{minutes:02}:{seconds:02}Z")
        synced = sync(api, state=state, lookback_window=lookback_window)
    assert ("late" in synced.ids) == arrives
    assert synced.bookmark["replication_key_value"] == "2024-02-01T12:00:00.000000Z"


def test_lookback_window_costs_no_request() -> None:
    """To look back the first page is enough, as long as it reaches that far."""
    with SequenceAPI(2500) as api:
        state = sync(api).state
        api.clear()
        sync(api, state=state, lookback_window=86_400)
        assert len(api.requests) == 1


def test_archived_customers_by_default() -> None:
    """Archived customers are loaded, and archivedAt tells them apart."""
    with SequenceAPI(3) as api:
        archived = api.archive(api.customers[1].id)
        records = {record["id"]: record for record in sync(api).records}
    assert len(records) == 3
    assert records[archived.id]["archivedAt"] == archived.fields["archivedAt"]


def test_no_archived_customers() -> None:
    """With include_archived false archived customers are neither asked for nor loaded."""
    with SequenceAPI([{}, {}, {}]) as api:
        archived = api.archive(api.customers[1].id)
        ids = sync(api, include_archived=False).ids
    assert len(ids) == 2
    assert archived.id not in ids
    assert api.requests[0].query["includeArchived"] == "false"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *((name, "plain") for name in FILTERS if name != "billing_status"),
        ("legal_name", "Fjällström & Söhne GmbH"),
        ("legal_name", "  spaces around  "),
        ("legal_name", "100% + 1 = #1? a/b;c"),
        ("label", "株式会社 🚀"),
        ("email", "billing+uk@example.com"),
        ("alias", "null"),
        ("alias", "true"),
        ("billing_status", "INACTIVE"),
    ],
)
def test_filters(name: str, value: Any) -> None:
    """A filter is part of every request as it was written, and no other is."""
    field = {"alias": "aliases"}.get(name, FILTERS[name])
    held = [value] if field == "aliases" else value
    wanted = [{"id": identity, field: held} for identity in "abc"]
    with SequenceAPI([*wanted, {"billingStatus": "ACTIVE", "aliases": []}]) as api:
        assert sorted(sync(api, page_size=2, **{name: value}).ids) == ["a", "b", "c"]
    sent = [{key: request.query.get(key) for key in FILTERS.values()} for request in api.requests]
    assert sent == [{key: value if key == FILTERS[name] else None for key in FILTERS.values()}] * 2


def test_filters_together() -> None:
    """Filters that are set together are sent together."""
    with SequenceAPI(
        [
            {"legalName": "Müller AG", "billingStatus": "ACTIVE", "id": "this"},
            {"legalName": "Müller AG", "billingStatus": "INACTIVE"},
        ]
    ) as api:
        assert sync(api, legal_name="Müller AG", billing_status="ACTIVE").ids == ["this"]


@pytest.mark.parametrize(("page_size", "requests"), [(1, 7), (3, 3), (7, 1), (100, 1)])
def test_page_size(page_size: int, requests: int) -> None:
    """Each request asks for page_size customers."""
    with SequenceAPI(7) as api:
        assert len(sync(api, page_size=page_size).records) == 7
    limits = [request.query["limit"] for request in api.requests]
    assert limits == [str(page_size)] * requests


def test_page_size_with_a_point() -> None:
    """A number that is whole may have a decimal point, which no request has."""
    with SequenceAPI(7) as api:
        sync(api, page_size=3.0)
    assert [request.query["limit"] for request in api.requests] == ["3"] * 3


def test_request_timeout() -> None:
    """A request that takes longer than request_timeout is tried again."""
    with SequenceAPI(3) as api:
        api.fail(faults.hang(60))
        ended = run(config=settings(api, request_timeout=1))
    assert ended.exit_code == 0
    assert len(ended.records) == 3
    assert "no answer within 1 s (request_timeout)" in ended.warnings[0]


def test_user_agent() -> None:
    """The tap calls itself what user_agent says."""
    with SequenceAPI(120) as api:
        sync(api, user_agent="acme-warehouse/1.0 (data@acme.example)")
    sent = {request.headers["User-Agent"] for request in api.requests}
    assert sent == {"acme-warehouse/1.0 (data@acme.example)"}


def test_user_agent_by_default() -> None:
    """Without user_agent the tap calls itself by its name and version."""
    with SequenceAPI(1) as api:
        sync(api)
    assert api.requests[0].headers["User-Agent"] == f"tap-sequence/{version('tap-sequence')}"


@pytest.mark.parametrize("nothing", [None, ""])
def test_settings_without_a_value(nothing: str | None) -> None:
    """An optional setting that is null or empty counts as not set."""
    with SequenceAPI(120) as api:
        plain = sync(api)
        asked = [request.raw_query for request in api.requests]
        api.clear()
        unset: dict[str, Any] = {name: nothing for name in OPTIONAL if name != "api_url"}
        synced = sync(api, **unset)
        assert [request.raw_query for request in api.requests] == asked
    assert synced.ids == plain.ids
    assert synced.bookmark == plain.bookmark
