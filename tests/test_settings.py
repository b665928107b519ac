"""What can be set, does it do what it says, and what is said of a mistake?"""

from __future__ import annotations

import json
import logging
import os
from base64 import b64encode
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import pytest
from singer_sdk.exceptions import ConfigValidationError, MapExpressionError

from standins.sequence_api import VERSIONS, SequenceAPI, faults
from tap_sequence.errors import SequenceError
from tap_sequence.settings import SETTINGS
from tap_sequence.tap import TapSequence
from tests.sync import discovered, sync
from tests.tap import run, settings

if TYPE_CHECKING:
    from pathlib import Path

DEFAULTS = {
    "client_id": None,
    "client_secret": None,
    "api_url": "https://eu.sequencehq.com/api",
    "api_version": None,
    "start_date": None,
    "lookback_window": 600,
    "include_archived": True,
    "legal_name": None,
    "email": None,
    "alias": None,
    "label": None,
    "billing_status": None,
    "page_size": 100,
    "request_timeout": 60,
    "max_requests_per_minute": 1500,
    "user_agent": None,
}
"""Every setting of the tap's own, with its default."""

REQUIRED = ("client_id", "client_secret")
OPTIONAL = tuple(name for name in DEFAULTS if name not in REQUIRED)
SECRET = "planted-secret"  # noqa: S105  looked for in what is printed

FILTERS = {
    "legal_name": "legalName",
    "email": "email",
    "alias": "alias",
    "label": "label",
    "billing_status": "billingStatus",
}


# --- What is there -------------------------------------------------------------------------------


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


# --- What it does --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("client_id", "client_secret"),
    [("an-id", "a-secret"), ("an-id", "a:secret:with:colons"), ("zoë", "pässwörd €")],
)
def test_credentials(client_id: str, client_secret: str) -> None:
    """Client id and client secret are sent as user name and password, whatever their letters."""
    with SequenceAPI(3, client_id=client_id, client_secret=client_secret) as api:
        assert len(sync(api).records) == 3
    token = b64encode(f"{client_id}:{client_secret}".encode()).decode()
    assert api.requests[0].headers["Authorization"] == f"Basic {token}"


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


# --- What is said of a mistake -------------------------------------------------------------------


def mistakes(**config: Any) -> list[str]:
    """Return what the tap says of a configuration."""
    with pytest.raises(ConfigValidationError) as raised:
        TapSequence(config={"client_id": "an-id", "client_secret": SECRET, **config})
    return raised.value.errors


TEXTS = tuple(name for name in DEFAULTS if SETTINGS["properties"][name]["type"][0] == "string")
CREDENTIALS = (
    f" {SECRET}",
    f"{SECRET}\n",
    f"{SECRET}\u00a0",
    f"{SECRET}\u200b",
    f"\ufeff{SECRET}",
    f'"{SECRET}"',
    f"'{SECRET}'",
    f"\u201c{SECRET}\u201d",
)
"""What a credential is when something was copied along with it."""


def batches(**changes: Any) -> dict[str, Any]:
    """Return a `batch_config` with something else in the place that a path with `__` names."""
    config: dict[str, Any] = {
        "encoding": {"format": "jsonl", "compression": "gzip"},
        "storage": {"root": "batches"},
    }
    for path, value in changes.items():
        *above, last = path.split("__")
        at = config
        for name in above:
            at = at[name]
        at[last] = value
    return config


NO_OBJECTS: tuple[Any, ...] = (None, 5, SECRET, [], {})
WRONG_BATCHES: list[Any] = [
    5,
    SECRET,
    [],
    *(batches(batch_size=size) for size in (0, -1, 1.5, "100", True)),
    *(batches(encoding=given) for given in NO_OBJECTS),
    *(batches(storage=given) for given in NO_OBJECTS),
    *(batches(encoding__format=value) for value in (None, "", "csv", "JSONL", 5, "parquet")),
    *(batches(encoding__compression=value) for value in ("none", "zip", True)),
    *(batches(storage__root=root) for root in (None, "", 5, "a\0b", "/dev/null/x", __file__)),
    *(batches(storage__root=f"{kind}://{SECRET}@host/x") for kind in ("s3", "nothing")),
    batches(storage={"prefix": "x"}),
    batches(storage__prefix=5),
    batches(storage__params=SECRET),
    batches(storage__root="memory://x"),
    batches(storage__bucket=SECRET),
    batches(encoding__level=5),
    batches(size=5),
]

MISTAKES: list[tuple[str, Any]] = [
    *((name, value) for name in REQUIRED for value in (None, "", 5, True, ["a"], {"a": "b"})),
    ("api_url", 5),
    ("api_url", "eu.sequencehq.com/api"),
    ("api_url", "ftp://eu.sequencehq.com/api"),
    ("api_url", "https:///api"),
    ("api_url", "https://eu.sequencehq.com:port/api"),
    ("api_url", "https://eu.sequencehq.com:65536/api"),
    ("api_url", "https://[::1/api"),
    ("api_url", "https://eu.sequencehq.com/api?version=1"),
    ("api_url", "https://eu.sequencehq.com/api#customers"),
    ("api_url", "https://eu..sequencehq.com/api"),
    ("api_url", "https://eu.sequencehq.com/{client_secret}"),
    ("api_url", "https://{client_id}/api"),
    ("api_url", "https://eu.sequencehq.com/api}"),
    ("api_url", "http://eu.sequencehq.com/api"),
    ("api_url", "http://127.0.0.1.example.com/api"),
    ("api_url", "http://localhost.example.com/api"),
    ("api_url", "http://0.0.0.0/api"),
    ("api_url", "http://192.168.0.1/api"),
    ("api_url", f"https://an-id:{SECRET}@eu.sequencehq.com/api"),
    ("api_url", f"http://{SECRET}@127.0.0.1/api"),
    ("api_version", "2024-07-31"),
    ("api_version", "latest"),
    ("api_version", 20240730),
    ("start_date", "yesterday"),
    ("start_date", "31.01.2024"),
    ("start_date", "2024-02-30"),
    ("start_date", "2024-01-31T24:30:00Z"),
    ("start_date", "0001-01-01T00:00:00+14:00"),
    ("start_date", 20240131),
    ("lookback_window", -1),
    ("lookback_window", 3_155_760_001),
    ("lookback_window", 1.5),
    ("lookback_window", True),
    ("include_archived", 1),
    *((name, value) for name in FILTERS for value in (5, True, ["a"])),
    ("page_size", 0),
    ("page_size", 101),
    ("page_size", 2.5),
    ("page_size", "fifty"),
    ("page_size", True),
    ("request_timeout", 0),
    ("request_timeout", 3601),
    ("request_timeout", 0.5),
    ("max_requests_per_minute", 0),
    ("max_requests_per_minute", 1501),
    ("user_agent", "naïve"),
    ("user_agent", "two\nlines"),
    ("user_agent", 5),
    ("stream_maps", "customers"),
    ("stream_maps", {"__else__": 5}),
    ("stream_maps", {"customers": {"__else__": []}}),
    *((name, value) for name in REQUIRED for value in CREDENTIALS),
    ("client_id", f"an-id:{SECRET}"),
    *((name, value) for name in TEXTS for value in ("two\nlines", "a\0b", "\x7f", "\ud83d")),
    ("stream_maps", {"customers": {"label": "'\ud83d'"}}),
    ("stream_map_config", {"\ud83d": 1}),
    *(("batch_config", value) for value in WRONG_BATCHES),
]


@pytest.mark.parametrize(("name", "value"), MISTAKES)
def test_mistake(name: str, value: Any) -> None:
    """A mistake is one line that begins with the setting's name and holds no secret."""
    (mistake,) = mistakes(**{name: value})
    assert mistake.startswith((f"{name}: ", f"{name}."))
    assert SECRET not in mistake
    assert "\n" not in mistake


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("client_id", "", "client_id: missing or empty"),
        ("client_secret", 5, "client_secret: expected string, got a number"),
        ("client_id", 5, "client_id: expected string, got a number"),
        ("client_id", " x", "client_id: begins or ends with white space"),
        ("client_secret", "x\u200b", "client_secret: holds invisible characters"),
        (
            "client_secret",
            '"x"',
            "client_secret: stands in quotation marks, which are not part of it",
        ),
        ("client_id", "a:b", "client_id: holds a colon, which no client id has"),
        ("label", "a\tb", "label: holds control characters, or half of a surrogate pair"),
        (
            "api_url",
            "https://host/{client_secret}",
            "api_url: must not hold { or }: no setting is filled in there",
        ),
        (
            "batch_config",
            batches(batch_size=0),
            "batch_config.batch_size: expected 1 or more, not 0",
        ),
        (
            "batch_config",
            {"encoding": {"format": "jsonl"}},
            "batch_config.storage: missing or empty",
        ),
        ("batch_config", batches(x=1), "batch_config.x: no such setting"),
        (
            "batch_config",
            batches(encoding__compression="none"),
            "batch_config.encoding.compression: jsonl is always compressed, expected gzip",
        ),
        (
            "batch_config",
            batches(storage__root="/dev/null/x"),
            "batch_config.storage.root: is no folder that can be written to",
        ),
        ("page_size", 101, "page_size: expected 1 to 100, not 101"),
        ("page_size", "many", "page_size: expected integer, got a string, not 'many'"),
        (
            "api_version",
            "latest",
            "api_version: expected one of 2024-01-01, 2024-05-09, 2024-07-30, not 'latest'",
        ),
        (
            "start_date",
            "yesterday",
            (
                "start_date: expected a date or time such as 2024-01-31 or 2024-01-31T12:00:00Z, "
                "not 'yesterday'"
            ),
        ),
    ],
)
def test_words_of_a_mistake(name: str, value: Any, says: str) -> None:
    """A mistake says what is expected and what was given instead."""
    assert mistakes(**{name: value}) == [says]


@pytest.mark.parametrize(
    "value",
    [
        f"an-id:{SECRET}@eu.sequencehq.com/api",
        f"https:/an-id:{SECRET}@eu.sequencehq.com/api",
        f"https//an-id:{SECRET}@eu.sequencehq.com/api",
        f"https://eu.sequencehq.com/api?secret={SECRET}",
    ],
)
def test_credentials_in_a_broken_url(value: str) -> None:
    """Credentials in an api_url are not printed, not even where it is no URL."""
    assert SECRET not in "".join(mistakes(api_url=value))


@pytest.mark.parametrize(
    "api_url",
    [
        "http://127.0.0.1:8080/api",
        "http://127.255.0.1/api",
        "http://localhost/api",
        "http://LOCALHOST:8080/api",
        "http://[::1]:8080/api",
        "https://sandbox.sequencehq.com/api",
        "https://192.168.0.1:8443/api/",
    ],
)
def test_api_urls(api_url: str) -> None:
    """Https anywhere is accepted, and plain http on this machine."""
    tap = TapSequence(config={"client_id": "an-id", "client_secret": SECRET, "api_url": api_url})
    assert tap.config["api_url"] == api_url


def test_long_value() -> None:
    """A value that is long is cut short in what is said of it."""
    assert len(mistakes(api_version="x" * 5000)[0]) < 200


@pytest.mark.parametrize(
    "given",
    [
        batches(),
        batches(encoding__compression=None),
        batches(batch_size=None),
        batches(batch_size=2.0),
        batches(storage__prefix=None, storage__params=None),
    ],
)
def test_batch_config(tmp_path: Path, given: dict[str, Any]) -> None:
    """What batch_config may leave out is filled in, and the folder is made."""
    folder = tmp_path / "new" / "folder"
    given["storage"]["root"] = str(folder)
    with SequenceAPI(3) as api:
        said = [one for one in sync(api, batch_config=given).messages if one["type"] == "BATCH"]
    assert {json.dumps(one["encoding"]) for one in said} == {
        '{"format": "jsonl", "compression": "gzip"}'
    }
    assert len(list(folder.iterdir())) == len(said) == (2 if given.get("batch_size") else 1)


def test_no_batch_config() -> None:
    """An empty batch_config is none."""
    with SequenceAPI(3) as api:
        assert len(sync(api, batch_config={}).records) == 3


def test_folder_without_permission(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A folder for batches that can't be written to is a mistake."""
    # Not by the folder's mode, which the superuser needn't mind
    monkeypatch.setattr(os, "access", lambda *_: False)
    (mistake,) = mistakes(batch_config=batches(storage__root=str(tmp_path / "batches")))
    assert mistake == "batch_config.storage.root: is no folder that can be written to"


@pytest.mark.parametrize("value", ["o'brien\"", "'", "a b", "zoë", "a{b}c", '"a'])
def test_odd_secrets(value: str) -> None:
    """A secret may hold whatever can be typed."""
    assert TapSequence(config={"client_id": "an-id", "client_secret": value}).config


@pytest.mark.parametrize(
    "maps",
    [
        {"customers": {"__source__": None, "__alias__": None}},
        {"x": {"__source__": None, "id": "id"}},
        {"customers": {"__alias__": "f("}},
    ],
)
def test_stream_maps_of_another_form(maps: dict[str, Any]) -> None:
    """A form of stream_maps that the SDK doesn't reckon with is a mistake in words."""
    with pytest.raises((SequenceError, MapExpressionError), match=r"stream_maps: |expression"):
        TapSequence(config={"client_id": "x", "client_secret": "y", "stream_maps": maps})


@pytest.mark.parametrize(
    ("name", "value"),
    [("page_size", 50.0), ("user_agent", " padded"), ("api_url", "https://no host/api")],
)
def test_value_that_no_request_can_carry(name: str, value: Any) -> None:
    """A value that would only fail in the request is a mistake, or made to fit."""
    said = []
    with SequenceAPI(60) as api:
        try:
            sync(api, **{name: value})
        except ConfigValidationError as error:
            said = error.errors
        assert said or len(api.requests) == 2
    assert [mistake.partition(":")[0] for mistake in said] in ([], [name])


WRONG = {
    "client_secret": 31_337_031_337,
    "api_version": "latest",
    "start_date": "yesterday",
    "lookback_window": -1,
    "include_archived": "maybe",
    "label": 5,
    "page_size": 1000,
    "request_timeout": 0,
    "user_agent": "naïve",
}


def test_mistakes_at_the_command_line() -> None:
    """All mistakes stand in the last line, in order; nothing is asked for, and the exit code is 1.

    Neither a secret is printed nor a traceback.
    """
    with SequenceAPI(3) as api:
        ended = run(config=settings(api, client_id="", **WRONG))
        assert not api.requests
    assert ended.exit_code == 1
    assert not ended.stdout
    errors = [line for line in ended.stderr.splitlines() if " | ERROR " in line]
    assert len(errors) == 1
    listed = errors[0].rpartition(" | ")[2]
    begin, _, listed = listed.partition(": ")
    assert begin == "10 mistakes in the settings"
    names = [mistake.partition(":")[0] for mistake in listed.split("; ")]
    assert names == ["client_id", *WRONG]
    assert str(WRONG["client_secret"]) not in ended.stderr
    assert "Traceback" not in ended.stderr
    assert errors == ended.stderr.splitlines()[-1:]


@pytest.mark.parametrize("arguments", [(), ("--test",), ("--test=schema",)])
def test_no_settings_at_all(arguments: tuple[str, ...]) -> None:
    """Without any setting a run, or a test, says which ones are missing."""
    ended = run(*arguments)
    assert ended.exit_code == 1
    assert not ended.stdout
    assert ended.last_line == (
        "2 mistakes in the settings: client_id: missing or empty; client_secret: missing or empty"
    )


def test_secret_is_not_logged() -> None:
    """The client secret stands in no line of a run's log, however much is logged."""
    with SequenceAPI(3, client_secret=SECRET) as api:
        api.fail(faults.status(500, f"<p>{SECRET}</p>"))
        ended = run(config=settings(api), environment={"LOGLEVEL": "DEBUG"})
    assert ended.exit_code == 0
    token = b64encode(f"{api.client_id}:{SECRET}".encode()).decode()
    for planted in (SECRET, token):
        assert planted not in ended.stderr
        assert planted not in ended.stdout


# --- Files and the environment -------------------------------------------------------------------


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment in which only the credentials are set."""
    for name in list(os.environ):
        if name.startswith("TAP_SEQUENCE_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("TAP_SEQUENCE_CLIENT_ID", "an-id")
    monkeypatch.setenv("TAP_SEQUENCE_CLIENT_SECRET", SECRET)
    return monkeypatch


def from_environment(**config: Any) -> Any:
    """Return the configuration as a tap reads it from the environment."""
    return TapSequence(config=config, parse_env_config=True).config


AS_TEXT: list[tuple[str, str, Any]] = [
    ("client_secret", "0123", "0123"),
    ("api_url", "http://localhost:8080/api", "http://localhost:8080/api"),
    ("api_version", "2024-01-01", "2024-01-01"),
    ("start_date", "2024-01-31", "2024-01-31"),
    ("legal_name", "true", "true"),
    ("email", "5", "5"),
    ("alias", "null", "null"),
    ("label", " [x] ", " [x] "),
    ("billing_status", "ACTIVE", "ACTIVE"),
    ("user_agent", "acme/1.0", "acme/1.0"),
    ("lookback_window", "0", 0),
    ("lookback_window", "+60", 60),
    ("page_size", "050", 50),
    ("page_size", "", 100),
    ("request_timeout", "3600", 3600),
    *(("include_archived", text, True) for text in ("true", "True", "1", "yes", "on", "")),
    *(("include_archived", text, False) for text in ("false", "FALSE", "0", "no", "off")),
    ("flattening_enabled", "true", True),
    ("flattening_max_depth", "2", 2),
    ("stream_maps", '{"customers": {"label": null}}', {"customers": {"label": None}}),
]
"""Settings, as text and as what it means."""


@pytest.mark.parametrize(("name", "text", "value"), AS_TEXT)
def test_environment(environment: pytest.MonkeyPatch, name: str, text: str, value: Any) -> None:
    """A variable TAP_SEQUENCE_… is a setting, of the type that the setting has."""
    environment.setenv("TAP_SEQUENCE_FLATTENING_MAX_DEPTH", "1")
    environment.setenv(f"TAP_SEQUENCE_{name.upper()}", text)
    read = from_environment()[name]
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(("name", "text", "value"), AS_TEXT)
def test_text_in_a_file(name: str, text: str, value: Any) -> None:
    """In a file a setting may be text as well, as Meltano writes what it has from a variable."""
    config = {"client_id": "an-id", "client_secret": SECRET, "flattening_max_depth": "1"}
    read = TapSequence(config={**config, name: text}).config[name]
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        *(("include_archived", text) for text in ("ture", "2", "y", "None", " true")),
        *(
            ("page_size", text)
            for text in ("5O", "50.0", "1e2", "0x32", " 50", "\u0665\u0660", "5_0", "101")
        ),
        ("lookback_window", "-1"),
        ("request_timeout", "a minute"),
        ("start_date", "yesterday"),
        pytest.param(
            "stream_maps",
            "{",
        ),
        ("stream_maps", "5"),
        ("page_size", "9" * 5000),
        ("stream_maps", "[" * 99_999),
        ("label", "caf\udce9"),  # what Python makes of a byte that is not UTF-8
        ("client_id", "an-id\n"),
    ],
)
def test_mistake_in_the_environment(environment: pytest.MonkeyPatch, name: str, text: str) -> None:
    """A variable that does not hold a value of its setting is a mistake, not another value."""
    environment.setenv(f"TAP_SEQUENCE_{name.upper()}", text)
    with pytest.raises(ConfigValidationError) as raised:
        from_environment()
    (mistake,) = raised.value.errors
    assert mistake.startswith(f"{name}: ")


def test_environment_and_file(environment: pytest.MonkeyPatch) -> None:
    """A variable takes precedence over the file; what it does not set, the file does."""
    environment.setenv("TAP_SEQUENCE_PAGE_SIZE", "50")
    read = from_environment(page_size=10, lookback_window=5)
    assert (read["page_size"], read["lookback_window"]) == (50, 5)


def test_environment_is_asked_for(environment: pytest.MonkeyPatch) -> None:
    """Without --config ENV no variable counts."""
    environment.setenv("TAP_SEQUENCE_PAGE_SIZE", "50")
    tap = TapSequence(config={"client_id": "an-id", "client_secret": SECRET})
    assert tap.config["page_size"] == 100


def test_environment_that_was_not_asked_for(environment: pytest.MonkeyPatch) -> None:
    """Where a missing setting stands in a variable, the line says what to add."""
    variable = "TAP_SEQUENCE_CLIENT_ID"
    environment.delenv("TAP_SEQUENCE_CLIENT_SECRET")
    with pytest.raises(ConfigValidationError) as raised:
        TapSequence(config={"page_size": 5})
    assert raised.value.errors == [
        f"client_id: missing or empty ({variable} is set, but counts with --config=ENV only)",
        "client_secret: missing or empty",
    ]
    with pytest.raises(ConfigValidationError) as raised:
        from_environment()
    assert raised.value.errors == ["client_secret: missing or empty"]


def test_dotenv_of_another_encoding(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A file .env that is not UTF-8 ends the run in words that name it."""
    file = tmp_path / ".env"
    file.write_text("TAP_SEQUENCE_PAGE_SIZE=5", encoding="utf-16")
    environment.setattr("singer_sdk.configuration._dict_config.find_dotenv", lambda: str(file))
    with pytest.raises(SequenceError, match=r"^the file \.env is not text in UTF-8"):
        from_environment()


def test_environment_at_the_command_line() -> None:
    """With `--config ENV`, beside a file or alone, a run takes its settings from variables."""
    with SequenceAPI(3) as api:
        ended = run(
            "--config",
            "ENV",
            config={"client_secret": api.client_secret, "page_size": 7},
            environment={
                "TAP_SEQUENCE_API_URL": api.url,
                "TAP_SEQUENCE_CLIENT_ID": api.client_id,
                "TAP_SEQUENCE_PAGE_SIZE": "2",
                "TAP_SEQUENCE_INCLUDE_ARCHIVED": "false",
            },
        )
    assert ended.exit_code == 0
    assert {request.query["limit"] for request in api.requests} == {"2"}
    assert {request.query["includeArchived"] for request in api.requests} == {"false"}


def test_mistakes_in_the_environment_at_the_command_line() -> None:
    """All mistakes in variables stand in the last line together."""
    ended = run(
        "--config",
        "ENV",
        environment={
            "TAP_SEQUENCE_CLIENT_ID": "",
            "TAP_SEQUENCE_CLIENT_SECRET": SECRET,
            "TAP_SEQUENCE_INCLUDE_ARCHIVED": "ture",
            "TAP_SEQUENCE_PAGE_SIZE": "many",
        },
    )
    assert ended.exit_code == 1
    assert ended.last_line == (
        "3 mistakes in the settings: client_id: missing or empty; "
        "include_archived: expected boolean, got a string, not 'ture'; "
        "page_size: expected integer, got a string, not 'many'"
    )
    assert SECRET not in ended.stderr


# --- --about -------------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [(), ("--format", "json"), ("--format", "markdown")])
def test_about(arguments: tuple[str, ...]) -> None:
    """`--about` names every setting in each format, and no value of a secret."""
    ended = run(
        "--about",
        *arguments,
        "--config",
        "ENV",
        config={"client_id": "an-id", "client_secret": SECRET},
        environment={"TAP_SEQUENCE_CLIENT_SECRET": SECRET},
    )
    assert ended.exit_code == 0
    for name in DEFAULTS:
        assert name in ended.stdout
    assert SECRET not in ended.stdout
    assert SECRET not in ended.stderr
    if "json" in arguments:
        about = json.loads(ended.stdout)
        assert about["name"] == "tap-sequence"
        assert list(about["settings"]["properties"])[: len(DEFAULTS)] == list(DEFAULTS)


def test_about_needs_no_settings() -> None:
    """`--about` works without any configuration, and logs nothing alarming."""
    ended = run("--about")
    assert ended.exit_code == 0
    assert logging.getLevelName(logging.WARNING) not in ended.stderr
    assert logging.getLevelName(logging.ERROR) not in ended.stderr
