"""What becomes of the tap's settings and states on their way through Meltano?"""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from standins.environment import environment
from standins.postgres import Database
from standins.sequence_api import SequenceAPI, faults
from tests.support.commands import CUSTOMERS_ALONE, MELTANO, ROOT, call
from tests.support.kills import loaded, taps

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
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
"""Texts that are no values of these settings, and of which Meltano could make some."""

RIGHT = {
    "start_date": "2020-01-31",
    "include_archived": "no",
    "page_size": "2",
    "stream_maps": '{"customers": {"label": "\'mapped\'"}}',
}


def invoke(
    api: SequenceAPI, folder: Path, settings: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run the tap by Meltano, with settings in the environment."""
    given = {f"TAP_SEQUENCE_{name.upper()}": text for name, text in settings.items()}
    variables = environment(api, Database(""), folder) | CUSTOMERS_ALONE | given
    return call(MELTANO, "invoke", "tap-sequence", folder=ROOT, variables=variables, check=False)


def test_wrong_settings(tmp_path: Path) -> None:
    """Meltano hands on what was written, and the tap refuses it, word for word, in one line."""
    with SequenceAPI(3) as api:
        ended = invoke(api, tmp_path, WRONG)
        assert not api.requests
    assert ended.returncode == 1
    (line,) = [line for line in ended.stderr.splitlines() if "mistakes in the settings" in line]
    mistakes = line.partition("in the settings: ")[2].split("; ")
    assert [one.partition(":")[0] for one in mistakes] == list(WRONG)
    shown = {name: repr(text) for name, text in WRONG.items() if name != "stream_maps"}
    assert [one.rpartition(", not ")[2] for one in mistakes if ", not " in one] == [*shown.values()]


def test_right_settings(tmp_path: Path) -> None:
    """Numbers, booleans and objects arrive as such from the environment."""
    with SequenceAPI(3) as api:
        ended = invoke(api, tmp_path, RIGHT)
        assert ended.returncode == 0
        assert {request.query["limit"] for request in api.requests} == {"2"}
        assert {request.query["includeArchived"] for request in api.requests} == {"false"}
    assert ended.stdout.count('"label":"mapped"') > 0


CUSTOMERS, REQUESTS = 3000, 31

HALF_WAY = 24
"""Requests after which a run ends early."""


class Project:
    """The project's Meltano with a large account, and runs of it that end early."""

    def __init__(self, api: SequenceAPI, database: Database, folder: Path) -> None:
        self.api = api
        self.database = database
        self._file = folder / "meltano.db"
        self._variables = {**os.environ, **environment(api, database, folder), **CUSTOMERS_ALONE}
        self._run: subprocess.Popen[bytes] | None = None

    def run(self, *options: str) -> int:
        """Run the job, and return how many requests it made."""
        self.api.clear()
        with subprocess.Popen(  # noqa: S603
            [MELTANO, "run", *options, "customers"],
            cwd=ROOT,
            env=self._variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        ) as self._run:
            pass
        return len(self.api.requests)

    @property
    def states(self) -> int:
        """How many states Meltano keeps."""
        with closing(sqlite3.connect(self._file)) as system:
            (found,) = system.execute("SELECT count(*) FROM state").fetchone()
        return int(found)

    def end_early(self, way: str, *options: str) -> None:
        """Run the job, and have it end in one of the ways half-way through the list."""
        if way == "tap fails":
            self.api.fail(faults.status(401), times=None, skip=HALF_WAY)
        else:
            self.api.fail(faults.before(lambda: self._stop(way)), skip=HALF_WAY)
            self.api.fail(faults.hang(30), times=None, skip=HALF_WAY)
        self.run(*options)
        assert self._run
        assert self._run.returncode != 0
        self.api.recover()

    def _stop(self, way: str) -> None:
        assert self._run
        if way == "tap stopped":
            for tap in taps(self._run.pid):
                os.kill(tap, signal.SIGTERM)
        elif way == "Meltano stopped":
            self._run.terminate()
        else:
            os.killpg(self._run.pid, signal.SIGINT)


@pytest.fixture
def project(database: Database, tmp_path: Path) -> Iterator[Project]:
    """Provide the project, with an empty database."""
    with SequenceAPI(CUSTOMERS) as api:
        yield Project(api, database, tmp_path)


@pytest.mark.parametrize("way", ["tap fails", "tap stopped"])
def test_the_tap_ends_early(project: Project, way: str) -> None:
    """Where the tap alone ends early, the next run goes on where it was, and nothing is missing."""
    project.end_early(way)
    assert project.states == 1
    assert 1 < project.run() < REQUESTS
    assert len(loaded(project.database, "customers")) == CUSTOMERS


@pytest.mark.parametrize("way", ["Meltano stopped", "Ctrl-C"])
def test_meltano_is_stopped(project: Project, way: str) -> None:
    """Where Meltano is stopped, it keeps no state of the rows that the loader still stores."""
    project.end_early(way)
    assert project.states == 0


def test_a_full_refresh_ends_early(project: Project) -> None:
    """A run without the option goes on with a full refresh whose state was kept, and else doesn't.

    Where it doesn't, it reads what is new, as before.
    """
    project.run()
    project.end_early("Meltano stopped", "--full-refresh")
    assert project.run() == 1
    project.end_early("tap fails", "--full-refresh")
    assert 1 < project.run() < REQUESTS
