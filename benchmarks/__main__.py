"""Compares the tap with what a user would pick instead: `uv run -m benchmarks`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import account, account_loading, below, charts, scenarios
from benchmarks.clients import CLIENTS, write_schemas
from benchmarks.environments import CACHE
from benchmarks.results import Results

if TYPE_CHECKING:
    from collections.abc import Sequence

FOLDER = Path(__file__).parent
ALONE = ("growth", "below", "account", "account-loading")
"""Scenarios that have to be asked for, and are kept in a file of their own if nothing else is."""

SCENARIOS = ("reading", "waiting", "loading", "requests", *ALONE)


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Read and load the same generated customers with tap-sequence and with what a "
        "user would pick instead, in turn. Tables go to standard output, charts beside this file.",
    )
    parser.add_argument(
        "--only", nargs="+", choices=SCENARIOS, metavar="SCENARIO", help=", ".join(SCENARIOS)
    )
    parser.add_argument(
        "--rounds", type=int, help="runs of each (default: 5; 3 of growth and account)"
    )
    parser.add_argument(
        "--quick",
        action="store_true",
        help="a minute or two: fewer customers; nothing is kept or drawn",
    )
    parser.add_argument(
        "--growth", action="store_true", help="the tap alone, with up to 500,000 customers"
    )
    parser.add_argument(
        "--below",
        action="store_true",
        help="line items of 2,000 invoices, with and without the server's limit: "
        "about half an hour a round, ten minutes with --quick",
    )
    parser.add_argument(
        "--account",
        action="store_true",
        help="all lists of an account of 10,000 customers, at two latencies: a quarter of an "
        "hour a round, three minutes with --quick",
    )
    parser.add_argument(
        "--account-loading",
        dest="account-loading",
        action="store_true",
        help="all lists of the same account into PostgreSQL",
    )
    parser.add_argument(
        "--limited",
        action="store_true",
        help="with --account: the server answers no more than Sequence's 1,500 requests a minute, "
        "and everybody is told so",
    )
    parser.add_argument(
        "--draw",
        action="store_true",
        help="measure nothing, and draw, or print, what the same command measured last",
    )
    return parser.parse_args()


def measured(wanted: Sequence[str], *, quick: bool, rounds: int | None, limited: bool) -> Results:
    """Measure these scenarios.

    Args:
        wanted: Which of SCENARIOS.
        quick: Whether a tenth of the customers will do.
        rounds: How often each is measured, if not as often as it is by default.
        limited: Whether the server of the whole account limits.
    """
    size, often = (10, rounds or 1) if quick else (1, rounds or 5)
    CACHE.mkdir(exist_ok=True)
    (CACHE / ".gitignore").write_text("*\n")
    write_schemas()
    scenarios.warm_up()
    results = Results({client.name: client.version for client in CLIENTS})
    if "reading" in wanted:
        results.comparisons["reading"] = scenarios.reading(50_000 // size, 0, often)
    if "waiting" in wanted:
        for latency in (50, 200):
            name = f"waiting {latency} ms"
            results.comparisons[name] = scenarios.reading(20_000 // size, latency, often)
    if "loading" in wanted:
        results.comparisons |= scenarios.loading(50_000 // size, often)
    if "requests" in wanted:
        results.requests = scenarios.requests(20_000 // size, 250)
    if "growth" in wanted:
        sizes = [1_000, 10_000, 100_000 // size, 500_000 // size]
        results.growth = scenarios.growth(sorted({*sizes}), rounds or min(often, 3))
    if "below" in wanted:
        results.below = below.below(often, share=size)
    if "account" in wanted:
        results.account, results.again = account.account(
            rounds or min(often, 3), share=size, limited=limited
        )
    if "account-loading" in wanted:
        results.account_loading = account_loading.loading(rounds or min(often, 3), share=size)
        results.versions |= account_loading.versions()
    return results


def main() -> None:
    """Measure what is asked for, print it, and draw it."""
    given = arguments()
    alone = [name for name in ALONE if vars(given)[name]]
    wanted = given.only or alone or [name for name in SCENARIOS if name not in ALONE]
    kept = CACHE / f"{wanted[0] if len(wanted) == 1 and wanted[0] in ALONE else 'results'}.json"
    if given.draw:
        if not kept.exists():
            raise SystemExit(f"nothing to draw: {kept} is written by a measurement")
        results = Results.kept(kept)
        print(results.markdown())  # noqa: T201
        charts.draw(results, FOLDER)
        return
    results = measured(wanted, quick=given.quick, rounds=given.rounds, limited=given.limited)
    print(results.tables())  # noqa: T201  what this command is for
    if not given.quick:
        results.keep(kept)
        charts.draw(results, FOLDER)


if __name__ == "__main__":
    main()
