"""What becomes of the tap's settings and states on their way through Meltano?"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from standins.environment import environment
from standins.postgres import Database
from standins.sequence_api import SequenceAPI
from tests.pipelines import MELTANO, ROOT, call

if TYPE_CHECKING:
    from pathlib import Path

WRONG = {
    "api_version": "latest",
    "start_date": "31.01.2024",
    "lookback_window": "1e3",
    "include_archived": "maybe",
    "page_size": "abc",
    "request_timeout": "1.5",
    "max_requests_per_minute": "all",
    "stream_maps": "customers",
    "flattening_enabled": "perhaps",
}
"""Settings that are no values of theirs, as a user could write them in the environment."""


@pytest.fixture
def api_alone(tmp_path: Path) -> tuple[SequenceAPI, dict[str, str]]:
    """Provide an account, and the variables that lead the tap to it."""
    api = SequenceAPI(3)
    return api, environment(api, Database(""), tmp_path)


def variables(settings: dict[str, str]) -> dict[str, str]:
    """Return the environment variables of settings."""
    return {f"TAP_SEQUENCE_{name.upper()}": text for name, text in settings.items()}


def test_wrong_settings(tmp_path: Path) -> None:
    """Meltano hands on what was written, and the tap refuses it in one line, word for word."""
    with SequenceAPI(0) as api:
        ended = call(
            *(MELTANO, "invoke", "tap-sequence"),
            folder=ROOT,
            variables={**environment(api, Database(""), tmp_path), **variables(WRONG)},
            check=False,
        )
    assert ended.returncode == 1
    (line,) = [line for line in ended.stderr.splitlines() if "mistakes in the settings" in line]
    said = line.partition("in the settings: ")[2].split("; ")
    assert [one.partition(":")[0] for one in said] == list(WRONG)
    for one, text in zip(said, WRONG.values(), strict=True):
        assert one.endswith(f", not {text!r}") or one.endswith("'")
    assert "Traceback" not in ended.stderr
