"""Does a command find the stand-ins around it, and is all gone after it?"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import IO

import psycopg
import pytest

from standins.postgres import URL_VARIABLE, Database, postgres
from tests.support.commands import ROOT
from tests.support.waits import until

RUNNER = [sys.executable, "-m", "standins", "--customers", "3"]

DATABASE_URL = "$TARGET_POSTGRES_SQLALCHEMY_URL"


def run(*command: str, server: Database) -> subprocess.CompletedProcess[str]:
    """Run a command between the stand-ins, with PostgreSQL running already."""
    return subprocess.run(  # noqa: S603 - the arguments are this file's own
        [*RUNNER, *command],
        capture_output=True,
        check=False,
        cwd=ROOT,
        env={**os.environ, URL_VARIABLE: server.url},
        stdin=subprocess.DEVNULL,
        text=True,
    )


@pytest.mark.parametrize(
    ("script", "code"), [("exit 0", 0), ("exit 7", 7), ("kill -TERM $$", 128 + signal.SIGTERM)]
)
def test_the_exit_code_is_the_commands(server: Database, script: str, code: int) -> None:
    """The exit code is the command's, or tells its signal; nothing is added to its output."""
    finished = run("sh", "-c", f"echo out; {script}", server=server)

    assert finished.returncode == code
    assert finished.stdout == "out\n"


def test_a_command_that_does_not_exist(server: Database) -> None:
    """A command that can't be started ends as in a shell."""
    finished = run("no-such-command", server=server)

    assert finished.returncode == 127
    assert finished.stderr == "no-such-command: No such file or directory\n"


def test_a_running_server_stays_as_it_was(server: Database) -> None:
    """On a server that runs already, a database is made for the command and then dropped."""
    with postgres(server.url) as database:
        before = database.query("SELECT datname FROM pg_database ORDER BY datname")
        finished = run("sh", "-c", f"echo {DATABASE_URL}", server=server)
        after = database.query("SELECT datname FROM pg_database ORDER BY datname")

        assert finished.stdout.strip() not in database.environment().values()
        assert after == before


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_are_passed_on(number: signal.Signals) -> None:
    """A signal reaches the command, which decides; PostgreSQL is gone after its end."""
    script = f"trap 'exit 9' INT TERM; echo {DATABASE_URL}; while :; do sleep 0.1; done"
    with start("sh", "-c", script) as runner:
        url = first_line(runner.stdout)
        runner.send_signal(number)

        assert runner.wait() == 9
    assert not answers(url)


def test_a_killed_runner_leaves_no_server() -> None:
    """PostgreSQL stops also where the runner is killed."""
    with start("sh", "-c", f"echo {DATABASE_URL}; cat") as runner:
        url = first_line(runner.stdout)
        assert answers(url)
        runner.kill()
        runner.wait()
        until(lambda: not answers(url))


def start(*command: str) -> subprocess.Popen[str]:
    """Start a command between the stand-ins, and give it a moment."""
    environment = {name: value for name, value in os.environ.items() if name != URL_VARIABLE}
    return subprocess.Popen(  # noqa: S603 - the arguments are this file's own
        [*RUNNER, *command],
        cwd=ROOT,
        env=environment,
        start_new_session=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def first_line(output: IO[str] | None) -> str:
    """Read the URL of the database that a command has printed."""
    assert output
    return output.readline().strip()


def answers(url: str) -> bool:
    """Tell whether a database can be reached."""
    try:
        psycopg.connect(url).close()
    except psycopg.OperationalError:
        return False
    return True
