"""What is measured: every client in turn, in a different order each round."""

from __future__ import annotations

import json
import tempfile
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.api import api
from benchmarks.clients import CLIENTS, TAP, catalog
from benchmarks.environments import programs
from benchmarks.lists import PAGE_SIZE
from benchmarks.loading import load, loaders
from benchmarks.measuring import Cost, measure
from benchmarks.results import Comparison, Growth, Requests
from benchmarks.turns import say, turns
from standins.postgres import postgres
from standins.sequence_api import SequenceAPI

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def warm_up() -> None:
    """Run every client once, unmeasured: this writes bytecode, and shows that it works."""
    with api(customers=PAGE_SIZE * 2 + 1) as variables:
        _in_turn(1, [_reader(client.name, PAGE_SIZE * 2 + 1, variables) for client in CLIENTS])


def reading(customers: int, latency_ms: int, rounds: int) -> Comparison:
    """Read the whole list.

    Args:
        customers: How many.
        latency_ms: Milliseconds that each request takes.
        rounds: How often.
    """
    latency = f"{latency_ms} ms for each request" if latency_ms else "no latency"
    with api(customers, latency_ms) as variables:
        costs = _in_turn(rounds, [_reader(client.name, customers, variables) for client in CLIENTS])
    return Comparison(f"Reading {customers:,} customers, {latency}", rounds, costs)


def loading(customers: int, rounds: int) -> dict[str, Comparison]:
    """Load the whole list into PostgreSQL, into an empty table and then once more.

    Args:
        customers: How many.
        rounds: How often.
    """
    with postgres() as database, tempfile.TemporaryDirectory() as folder:
        both = loaders(
            database, Path(folder), program="read.py", select=json.dumps(["customers.*"])
        )
        with api(PAGE_SIZE) as variables:  # as in warm_up
            for loader in both:
                loader.empty({"customers": PAGE_SIZE}, variables)
        title = f"Loading {customers:,} customers to PostgreSQL"
        with api(customers) as variables:
            empty, again = load(title, both, rounds, {"customers": customers}, variables)
    return {"loading": empty, "loading again": again}


def growth(sizes: list[int], rounds: int) -> Growth:
    """Read lists of growing length with the tap alone.

    Args:
        sizes: How many customers each of them has.
        rounds: How often each is read.
    """
    costs: dict[int, Cost] = {}
    for customers in sizes:
        with api(customers) as variables:
            costs[customers] = _in_turn(rounds, [_reader(TAP, customers, variables)])[TAP]
    return Growth(rounds, costs)


def requests(customers: int, new: int) -> Requests:
    """Count the tap's requests: for all customers, for no new ones, and for some new ones.

    Args:
        customers: How many there are at first.
        new: How many are added later.
    """
    counts = {}
    with SequenceAPI(customers) as server, tempfile.TemporaryDirectory() as name:
        state = Path(name) / "state.json"
        state.write_text("{}")
        for what, fewest in (
            (f"a complete read of {customers:,}", ceil(customers / PAGE_SIZE)),
            ("nothing new", 1),
            (f"{new} new", ceil((new + 1) / PAGE_SIZE)),
        ):
            if what == f"{new} new":
                server.add(new)
            server.clear()
            with tempfile.TemporaryDirectory() as folder:
                _, output = measure(
                    [
                        programs(TAP) / TAP,
                        "--config=ENV",
                        "--catalog",
                        catalog("customers"),
                        "--state",
                        state,
                    ],
                    {
                        "TAP_SEQUENCE_API_URL": server.url,
                        "TAP_SEQUENCE_CLIENT_ID": server.client_id,
                        "TAP_SEQUENCE_CLIENT_SECRET": server.client_secret,
                        # Only what was created since, not what may have become visible late
                        "TAP_SEQUENCE_LOOKBACK_WINDOW": "0",
                    },
                    Path(folder),
                )
                last = output.read_bytes().splitlines()[-1]
            state.write_text(json.dumps(json.loads(last)["value"]))
            counts[what] = len(server.requests), fewest
    return Requests(counts)


def _reader(
    name: str, customers: int, variables: Mapping[str, str]
) -> tuple[str, Callable[[], Cost]]:
    client = next(client for client in CLIENTS if client.name == name)

    def read() -> Cost:
        with tempfile.TemporaryDirectory() as folder:
            return client.read(customers, variables, Path(folder))

    return name, read


def _in_turn(rounds: int, runs: list[tuple[str, Callable[[], Cost]]]) -> dict[str, Cost]:
    """Return the median costs of runs, starting each round with a different one."""
    costs: dict[str, list[Cost]] = {name: [] for name, _ in runs}
    for turn, (name, run) in turns(runs, rounds):
        say(f"round {turn + 1}: {name}")
        costs[name].append(run())
    return {name: Cost.median(taken) for name, taken in costs.items()}
