"""Are settings in files and in the environment taken as they are meant?"""

from __future__ import annotations

import json
import logging
import os
from typing import TYPE_CHECKING, Any

import pytest
from singer_sdk.exceptions import ConfigValidationError

from standins.sequence_api import SequenceAPI
from tap_sequence.errors import SequenceError
from tap_sequence.tap import TapSequence
from tests.support.settings import DEFAULTS, SECRET
from tests.support.tap import run

if TYPE_CHECKING:
    from pathlib import Path


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
        ("stream_maps", "{"),
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
    environment.chdir(tmp_path)
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
