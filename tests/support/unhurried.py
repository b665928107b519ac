"""The tap's command line, in which every wait is written down and over at once.

Each line of standard input asks for a run, as JSON: the folder for what it leaves, its environment
and its arguments. The run takes place in a copy of this process, which has imported the tap once
and for all, and its exit code is the answer.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

from tap_sequence.__main__ import main
from tests.support.waits import over_at_once


def run(folder: Path, environment: dict[str, str], arguments: list[str]) -> None:
    """Become a run of the tap, which leaves what it prints, and its waits, in a folder."""
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for number, name in (1, "stdout"), (2, "stderr"):
        os.dup2(os.open(folder / name, os.O_CREAT | os.O_WRONLY), number)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    sys.argv[1:] = arguments

    def note(seconds: float) -> None:
        """Write a wait down."""
        with (folder / "waits").open("a", encoding="utf-8") as lines:
            lines.write(f"{seconds}\n")

    with over_at_once(note):
        main()


if __name__ == "__main__":
    for line in sys.stdin:
        where, environment, arguments = json.loads(line)
        copied = os.fork()
        if not copied:
            run(Path(where), environment, arguments)
            sys.exit()
        sys.stdout.write(f"{os.waitstatus_to_exitcode(os.waitpid(copied, 0)[1])}\n")
        sys.stdout.flush()
