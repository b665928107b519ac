"""Reading the whole account: all lists that the tap reads by default.

Where the server does not limit, the tap keeps to Sequence's limit all the same, and the others are
measured at their best.
"""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from benchmarks import reading
from benchmarks.account_tables import Account, Again
from benchmarks.api import served
from benchmarks.clients import TAP, Client, dlt_rows, lines
from benchmarks.environments import CACHE, PEERS
from benchmarks.limits import RATE
from benchmarks.lists import LISTS, PAGE_SIZE, write_lists
from benchmarks.serving import account as standin
from benchmarks.spending import Spent
from benchmarks.turns import medians, say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from benchmarks.api import Asked, Served

CUSTOMERS = 10_000
LATENCIES_MS = (50, 200)

_LISTS = {each.name: each for each in LISTS}


class Whole(NamedTuple):
    """The account.

    Attributes:
        ids: What tells its rows from each other, sorted.
        rows: How many there are, by list.
    """

    ids: list[str]
    rows: dict[str, int]

    @property
    def needed(self) -> int:
        """The fewest requests that read it."""
        return sum(_LISTS[name].fewest(rows) for name, rows in self.rows.items())


def clients(rate: int) -> tuple[Client, ...]:
    """Return the tap, then its alternatives.

    Args:
        rate: What they are told that the server answers in any minute; 0 for nothing. The tap keeps
            to its own limit of 1,500 then.
    """
    limit = [str(rate)] if rate else []
    return (
        tap(),
        Client(
            name="dlt's REST source, extract stage",
            peer="dlt",
            package="dlt",
            command=lambda bin_, folder: [
                *(bin_ / "python", PEERS / "dlt" / "account.py", folder, "extract"),
                *limit,
            ],
            ids=_dlt_ids,
        ),
        Client(
            name="Airbyte's low-code CDK",
            peer="airbyte-cdk",
            package="airbyte-cdk",
            command=lambda bin_, folder: [
                *(bin_ / "python", PEERS / "airbyte-cdk" / "account.py", folder),
                *limit,
            ],
            ids=_airbyte_ids,
        ),
    )


def tap(*options: str | Path, ids: Callable[[Path, Path], Iterator[str]] | None = None) -> Client:
    """Return the tap with all streams that it selects by default.

    Args:
        *options: Further options of its command.
        ids: What it delivered; the ids of all records if not given.
    """
    return Client(
        name=TAP,
        peer=TAP,
        package="singer-sdk",
        command=lambda bin_, _: [bin_ / TAP, "--config=ENV", *options],
        ids=ids or _singer_ids,
    )


def account(
    rounds: int, *, share: int = 1, limited: bool = False
) -> tuple[list[Account], list[Again]]:
    """Read the whole account at two latencies, and with the tap again.

    Args:
        rounds: How often.
        share: By what the customers, and with them the other lists and the limit, are divided for a
            quick look.
        limited: Whether the server limits, and everybody is told so.
    """
    prepare()
    rate = RATE // share if limited else 0
    everybody = clients(rate)
    with served("account", PAGE_SIZE) as server:
        for client in everybody:
            say(f"warm-up: {client.name}")
            read(client, server, PAGE_SIZE, 0, rate)  # unmeasured, as for the other scenarios
    customers = CUSTOMERS // share
    with served("account", customers) as server:
        return (
            [_account(server, customers, each, rate, rounds) for each in LATENCIES_MS],
            again(server, customers, rounds)[1],
        )


def prepare() -> None:
    """Write what the peers are told."""
    write_lists(CACHE / "lists.json")


def _account(server: Served, customers: int, latency_ms: int, rate: int, rounds: int) -> Account:
    account = whole(customers)
    measured = Account(
        rows=len(account.ids),
        lists=len(account.rows),
        latency_ms=latency_ms,
        rate=rate,
        rounds=rounds,
        needed=account.needed,
        spent=medians(
            clients(rate),
            rounds,
            lambda client: read(client, server, customers, latency_ms, rate),
            f"account of {customers:,} customers, {latency_ms} ms",
        ),
    )
    say(f"\n{measured.table()}\n")
    return measured


def read(client: Client, server: Served, customers: int, latency_ms: int, rate: int) -> Spent:
    """Read the account once.

    Args:
        client: By what.
        server: Where the account is served.
        customers: How many it has.
        latency_ms: Milliseconds that each request takes.
        rate: Requests that the server answers in any minute; 0 for all.

    Raises:
        FailedError: If it ended with an error, or did not deliver every row once.
    """
    ids = whole(customers).ids
    return reading.read(client, server, ids, latency_ms=latency_ms, rate=rate, what="rows")


def again(
    server: Served, customers: int, rounds: int, latencies_ms: Sequence[int] = LATENCIES_MS
) -> tuple[Spent, list[Again]]:
    """Read the account with the tap, and then again as it runs each hour: nothing has changed.

    Args:
        server: Where the account is served.
        customers: How many it has.
        rounds: How often it is read again, at each latency.
        latencies_ms: The latencies, in milliseconds.

    Returns:
        What the first run took, without latency, and what the later ones took.
    """
    with tempfile.TemporaryDirectory() as name:
        state = Path(name) / "state.json"
        say("the tap's first run, for its state")
        first = read(tap(ids=partial(_ids_and_state, state)), server, customers, 0, 0)
        hourly = tap("--state", state)
        return first, [_again(hourly, server, customers, each, rounds) for each in latencies_ms]


def _again(hourly: Client, server: Served, customers: int, latency_ms: int, rounds: int) -> Again:
    spent = []
    counts: Counter[str] = Counter()
    for turn in range(rounds):
        say(f"round {turn + 1}, nothing changed, {latency_ms} ms: {hourly.name}")
        server.begin(latency_ms, 0)
        with tempfile.TemporaryDirectory() as folder:
            cost, _ = hourly.run(server.variables, Path(folder))
        asked: list[Asked] = server.asked()
        spent.append(reading.spent(cost, asked, latency_ms))
        counts = Counter(request.of for request in asked)
    measured = Again(
        latency_ms=latency_ms,
        rounds=rounds,
        spent=Spent.median(spent),
        counts={
            name: (counts[name], _LISTS[name].fewest_again(rows))
            for name, rows in whole(customers).rows.items()
        },
    )
    say(f"\n{measured.table()}\n")
    return measured


@cache
def whole(customers: int) -> Whole:
    """Return what there is in the account of so many customers."""
    server = standin(customers)
    rows = {name: server[name].rows for name in _LISTS}
    ids = sorted(
        each.identity(row.fields if len(each.keys) > 1 else {each.keys[0]: row.id})
        for name, each in _LISTS.items()
        for row in rows[name]
    )
    return Whole(ids, {name: len(found) for name, found in rows.items()})


def _singer_ids(output: Path, _: Path) -> Iterator[str]:
    return (
        _LISTS[line["stream"]].identity(line["record"])
        for line in lines(output)
        if line["type"] == "RECORD"
    )


def _ids_and_state(state: Path, output: Path, folder: Path) -> Iterator[str]:
    """Yield the ids, and keep the state that came last."""
    last = output.read_bytes().splitlines()[-1]
    state.write_text(json.dumps(json.loads(last)["value"]))
    return _singer_ids(output, folder)


def _airbyte_ids(output: Path, _: Path) -> Iterator[str]:
    return (
        _LISTS[line["record"]["stream"]].identity(line["record"]["data"])
        for line in lines(output)
        if line["type"] == "RECORD"
    )


def _dlt_ids(_: Path, folder: Path) -> Iterator[str]:
    return (each.identity(row) for name, each in _LISTS.items() for row in dlt_rows(folder, name))
