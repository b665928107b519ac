"""Kills `meltano run` at random moments, then lets it finish, and compares the tables with the API.

    uv run -m tests.support.kills --kills 20
    uv run -m tests.support.kills --seed 4711    # what an earlier run drew, as it said

A kill hits Meltano, tap and loader at once, as a power cut would, or the tap alone, as happens when
memory runs out; then the loader confirms what it has, and the next run carries on from there.
Meanwhile customers are added.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from standins.environment import environment
from standins.postgres import Database, postgres
from standins.sequence_api import SequenceAPI
from tests.support.commands import MELTANO, ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping

LISTS = ("customers", "invoices", "customer_aliases", "prices")
"""What is loaded: a list of each kind."""

COMMAND = (
    str(MELTANO),
    "run",
    "--force",  # for five minutes Meltano takes a run that was killed for one that is under way
    "tap-sequence",
    "target-postgres",
)


def others(customers: int) -> dict[str, int]:
    """Return how many rows the other lists have beside so many customers."""
    return dict.fromkeys(LISTS[1:], customers // 2)


def killed_loads(
    api: SequenceAPI, database: Database, folder: Path, *, kills: int, seed: int
) -> list[str]:
    """Kill a load so many times, let it finish, and find what is wrong with the tables.

    Args:
        api: What is loaded; customers are added to it.
        database: What it is loaded into.
        folder: Where Meltano keeps its state.
        kills: How many runs are killed.
        seed: What decides when, and what of a run, is killed.

    Returns:
        What is wrong, in a line each.
    """
    variables = {
        **os.environ,
        **environment(api, database, folder),
        "TAP_SEQUENCE__SELECT": json.dumps([f"{name}.*" for name in LISTS]),
        "TARGET_POSTGRES_BATCH_SIZE_ROWS": "500",  # so that there are rows before a kill
    }
    draw = random.Random(seed)  # noqa: S311
    done = 0
    while done < kills:
        api.clear()
        killed, exit_code = _killed_load(api, variables, folder / "log", draw)
        done += killed
        there = ", ".join(
            f"{len(loaded(database, name))} of {len(api[name].rows)} {name}" for name in LISTS
        )
        ended = "" if killed else "; this load came to its end before"
        sys.stdout.write(f"{done:3} kills: {len(api.requests)} requests, {there}{ended}\n")
        sys.stdout.flush()
        if not killed:
            if exit_code:
                return [f"a run failed that was not killed: {(folder / 'log').read_text()}"]
            api.add(2000)
    last = subprocess.run(  # noqa: S603
        COMMAND, cwd=ROOT, env=variables, check=False, capture_output=True, text=True
    )
    found = [] if last.returncode == 0 else [f"the last run failed: {last.stdout}{last.stderr}"]
    return [*found, *_missing(api, database)]


def _killed_load(
    api: SequenceAPI, variables: Mapping[str, str], log: Path, draw: random.Random
) -> tuple[bool, int]:
    """Kill a load, or the tap alone, at some moment; tell whether it was, and how it ended."""
    killed = False
    with log.open("wb") as output:
        load = subprocess.Popen(  # noqa: S603
            COMMAND, cwd=ROOT, env=variables, stdout=output, stderr=output, start_new_session=True
        )
        while not api.requests and load.poll() is None:
            time.sleep(0.01)
        api.add(draw.randrange(100))
        time.sleep(draw.uniform(0, 5))
        whole = draw.choice([True, False])
        if load.poll() is None:
            for process in [load.pid] if whole else taps(load.pid):
                with suppress(ProcessLookupError):  # it has ended since
                    (os.killpg if whole else os.kill)(process, signal.SIGKILL)
                    killed = True
        return killed, load.wait()


def _missing(api: SequenceAPI, database: Database) -> list[str]:
    """Find what is wrong with the tables."""
    found = []
    for name in LISTS:
        ids = loaded(database, name)
        if missing := {row.id for row in api[name].rows} - set(ids):
            found.append(f"{len(missing)} {name} are missing")
        if len(ids) != len(set(ids)):
            found.append(f"{name} are there more than once")
    return found


def taps(group: int) -> list[int]:
    """Find the taps that run in a process group."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            words = (process / "cmdline").read_bytes().split(b"\0")
            if os.getpgid(int(process.name)) == group and b"/bin/tap-sequence" in b" ".join(words):
                found.append(int(process.name))
    return found


def loaded(database: Database, name: str) -> list[str]:
    """Return the ids in a table, if it is there."""
    exists = f"SELECT to_regclass('sequence.{name}') IS NOT NULL AS yes"
    if not database.query(exists)[0]["yes"]:
        return []
    return [row["id"] for row in database.query(f"SELECT id FROM sequence.{name}")]  # noqa: S608


def main() -> int:
    """Run the kills, and return 0 if nothing is wrong with the tables, else 1."""
    parser = argparse.ArgumentParser(prog="python -m tests.support.kills", description=__doc__)
    parser.add_argument("--kills", type=int, default=20, help="default: %(default)s")
    parser.add_argument("--customers", type=int, default=20_000, help="default: %(default)s")
    parser.add_argument("--seed", type=int, help="default: another one each time")
    options = parser.parse_args()
    seed = random.randrange(10_000) if options.seed is None else options.seed  # noqa: S311
    sys.stdout.write(f"--seed {seed}\n")
    with (
        SequenceAPI(options.customers, rows=others(options.customers), latency=0.01) as api,
        postgres() as database,
        tempfile.TemporaryDirectory() as folder,
    ):
        found = killed_loads(api, database, Path(folder), kills=options.kills, seed=seed)
        said = "; ".join(found) or "the tables hold every row of the API once"
        sys.stdout.write(f"{said}\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
