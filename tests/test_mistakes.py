"""What is said of a mistake in the settings?"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest
from singer_sdk.exceptions import ConfigValidationError, MapExpressionError

from standins.sequence_api import SequenceAPI
from tap_sequence.errors import SequenceError
from tap_sequence.settings import SETTINGS
from tap_sequence.tap import TapSequence
from tests.support.accounts import settings
from tests.support.settings import DEFAULTS, FILTERS, REQUIRED, SECRET, batch_config
from tests.support.sync import sync
from tests.support.tap import run

if TYPE_CHECKING:
    from pathlib import Path


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

NO_OBJECTS: tuple[Any, ...] = (None, 5, SECRET, [], {})

WRONG_BATCHES: list[Any] = [
    5,
    SECRET,
    [],
    *(batch_config(batch_size=size) for size in (0, -1, 1.5, "100", True)),
    *(batch_config(encoding=given) for given in NO_OBJECTS),
    *(batch_config(storage=given) for given in NO_OBJECTS),
    *(batch_config(encoding__format=value) for value in (None, "", "csv", "JSONL", 5, "parquet")),
    *(batch_config(encoding__compression=value) for value in ("none", "zip", True)),
    *(batch_config(storage__root=root) for root in (None, "", 5, "a\0b", "/dev/null/x", __file__)),
    *(batch_config(storage__root=f"{kind}://{SECRET}@host/x") for kind in ("s3", "nothing")),
    batch_config(storage={"prefix": "x"}),
    batch_config(storage__prefix=5),
    batch_config(storage__params=SECRET),
    batch_config(storage__root="memory://x"),
    batch_config(storage__bucket=SECRET),
    batch_config(encoding__level=5),
    batch_config(size=5),
]

MISTAKES: list[tuple[str, Any]] = [
    *((name, value) for name in REQUIRED for value in (None, "", 5, True, ["a"], {"a": "b"})),
    ("api_url", 5),
    ("api_url", "eu.sequencehq.com/api"),
    ("api_url", "ftp://eu.sequencehq.com/api"),
    ("api_url", "https:///api"),
    ("api_url", "https://no host/api"),
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
    ("user_agent", " padded"),
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
            batch_config(batch_size=0),
            "batch_config.batch_size: expected 1 or more, not 0",
        ),
        (
            "batch_config",
            {"encoding": {"format": "jsonl"}},
            "batch_config.storage: missing or empty",
        ),
        ("batch_config", batch_config(x=1), "batch_config.x: no such setting"),
        (
            "batch_config",
            batch_config(encoding__compression="none"),
            "batch_config.encoding.compression: jsonl is always compressed, expected gzip",
        ),
        (
            "batch_config",
            batch_config(storage__root="/dev/null/x"),
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
        batch_config(),
        batch_config(encoding__compression=None),
        batch_config(batch_size=None),
        batch_config(batch_size=2.0),
        batch_config(storage__prefix=None, storage__params=None),
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
    (mistake,) = mistakes(batch_config=batch_config(storage__root=str(tmp_path / "batches")))
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
