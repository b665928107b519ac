"""Runs a command with stand-ins for Sequence's API and PostgreSQL.

    python -m standins meltano run tap-sequence target-postgres

The command finds both through the environment variables that the tap and the loader read; if it
starts Meltano, that has its own state. At the end the tables are listed, and the first customers
shown. The exit code is the command's.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType

from standins.environment import environment
from standins.postgres import postgres
from standins.sequence_api import SequenceAPI
from standins.summary import summary

_NOT_EXECUTABLE, _NOT_FOUND = 126, 127  # as in a shell


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command, and return its exit code, or 128 plus the number of the signal that ended it.

    Args:
        arguments: Options and the command; those on the command line if not given.
    """
    options = _options(arguments)
    command = _Command(options.command)
    with (
        SequenceAPI(
            customers=options.customers, seed=options.seed, latency=options.latency_ms / 1000
        ) as api,
        postgres() as database,
        tempfile.TemporaryDirectory(prefix="standins-meltano-") as folder,
    ):
        code = command.run(environment(api, database, Path(folder)))
        # Nothing if nothing was loaded: then the output is only the command's.
        if tables := summary(database):
            sys.stdout.write(f"\n{tables}\n")
    return code


class _Command:
    """A command that receives this process's signals; before it starts, they end this process."""

    def __init__(self, words: Sequence[str]) -> None:
        self._words = words
        self._process: subprocess.Popen[bytes] | None = None
        self._waiting: list[int] | None = None
        signal.signal(signal.SIGINT, self._on_signal)
        signal.signal(signal.SIGTERM, self._on_signal)

    def run(self, variables: Mapping[str, str]) -> int:
        self._waiting = []  # the command may run before it can be sent a signal
        try:
            self._process = subprocess.Popen(  # noqa: S603 - the user's own words
                self._words, env={**os.environ, **variables}
            )
        except OSError as error:
            sys.stderr.write(f"{self._words[0]}: {error.strerror}\n")
            return _NOT_FOUND if isinstance(error, FileNotFoundError) else _NOT_EXECUTABLE
        for number in self._waiting:
            self._process.send_signal(number)
        code = self._process.wait()
        self._waiting = None
        return code if code >= 0 else 128 - code

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        if self._waiting is None:
            sys.exit(128 + number)
        if number == signal.SIGINT and _in_foreground():
            return
        if self._process is None:
            self._waiting.append(number)
        else:
            self._process.send_signal(number)


def _in_foreground() -> bool:
    """Tell whether Ctrl-C in the terminal reaches the command by itself."""
    try:
        with Path("/dev/tty").open("rb") as terminal:
            return os.tcgetpgrp(terminal.fileno()) == os.getpgrp()
    except OSError:
        return False


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m standins",
        usage="%(prog)s [--customers N] [--seed N] [--latency-ms N] COMMAND ...",
        description="Run a command with stand-ins for Sequence's API and PostgreSQL.",
    )
    parser.add_argument(
        "--customers", type=int, default=250, help="how many the API has (default: %(default)s)"
    )
    parser.add_argument("--seed", type=int, default=7, help="another number gives other customers")
    parser.add_argument(
        "--latency-ms", type=int, default=0, help="milliseconds that each request takes"
    )
    parser.add_argument(
        "command", nargs=argparse.REMAINDER, metavar="COMMAND …", help="what to run"
    )
    options = parser.parse_args(arguments)
    if options.command[:1] == ["--"]:
        del options.command[0]
    if not options.command:
        parser.error("a COMMAND is missing")
    return options


if __name__ == "__main__":
    sys.exit(main())
