"""Does a run end plainly whatever it is started in and writes to?"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from standins.sequence_api import SequenceAPI, faults
from tests.support.accounts import settings
from tests.support.answers import item
from tests.support.commands import ROOT
from tests.support.tap import run, started

if TYPE_CHECKING:
    from standins.sequence_api.faults import Fault


@pytest.mark.parametrize(
    ("variable", "other"),
    [("LOGLEVEL", "TAP_SEQUENCE_LOGLEVEL"), ("TAP_SEQUENCE_LOGLEVEL", "LOGLEVEL")],
)
def test_unknown_log_level(variable: str, other: str) -> None:
    """A log level that doesn't exist is a warning, an empty one is none, and the run goes on."""
    ended = run("--version", environment={variable: "bogus", other: ""})
    assert ended.exit_code == 0
    assert ended.warnings == [f"{variable}: no such level, ignored"]


def test_unreadable_log_configuration(tmp_path: Path) -> None:
    """An invalid configuration of the log ends the run in words that name the variable."""
    file = tmp_path / "logging.yaml"
    file.write_text("version: 2")
    ended = run("--version", environment={"SINGER_SDK_LOG_CONFIG": str(file)})
    assert ended.exit_code == 1
    assert ended.last_line.startswith("SINGER_SDK_LOG_CONFIG: the file holds no configuration")


FULL = Path("/dev/full")


@pytest.mark.parametrize(
    ("output", "words"),
    [
        (">&-", "standard output is closed, and with it the way to the target"),
        ("| :", "the target stopped reading; its own log says why"),
        pytest.param(
            f"> {FULL}",
            "No space left on device",
            marks=pytest.mark.skipif(not FULL.exists(), reason="the system has no such device"),
        ),
    ],
)
def test_nowhere_to_write(output: str, words: str) -> None:
    """Where standard output takes nothing, the run ends with exit code 1 and one line."""
    # What fits into Python's buffer fails last of all
    tap = f"{sys.executable} -m tap_sequence {'--about' if '/' in output else '--discover'}"
    ended = subprocess.run(  # noqa: S603
        ["/bin/sh", "-c", f"{{ {tap}; echo $? >&2; }} {output}"],
        cwd=ROOT,
        env={name: of for name, of in os.environ.items() if name != "PYTHONUNBUFFERED"},
        stderr=subprocess.PIPE,
        check=False,
        text=True,
    )
    *log, code = ended.stderr.splitlines()
    assert code == "1"
    assert log[-1].endswith(f" | {words}")
    assert sum(" | ERROR " in line for line in log) == 1


@pytest.mark.parametrize(
    "fault",
    [faults.status(401), faults.answer(lambda page: page.update(items=None)), item(id=7)],
    ids=["a refusal", "a broken page", "a broken item"],
)
def test_the_way_to_a_failure_is_shown_at_debug_level(fault: Fault) -> None:
    """At debug level the log shows where in the code a failure arose, after the plain line."""
    with SequenceAPI(30) as api:
        api.fail(fault, None)
        ended = run(config=settings(api), environment={"LOGLEVEL": "DEBUG"})
        lines = ended.stderr.splitlines()
        (error,) = [n for n, line in enumerate(lines) if "| ERROR " in line]
        assert ended.exit_code == 1
        assert "Raised at" in lines[error + 1]
        assert any("/tap_sequence/" in line for line in lines[error + 2 :])


def test_a_target_that_stops_reading_is_named(tmp_path: Path) -> None:
    """A target that goes away ends the run with exit code 1 and a line that points to it."""
    with SequenceAPI(3000) as api, started(settings(api), tmp_path) as tap:
        tap.read(5)
        tap.pipe.close()
        ended = tap.ended()
    assert ended.failed_plainly
    assert "target" in ended.last_line
