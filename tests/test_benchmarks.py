"""Do the benchmarks measure what they say, and draw what they measured?"""

from __future__ import annotations

import json
import sys
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, LiteralString
from xml.etree import ElementTree as ET

import pytest
import requests

from benchmarks import account, below, clients
from benchmarks.account_tables import Account, Again
from benchmarks.api import Asked, Served, served
from benchmarks.charts import draw
from benchmarks.clients import CLIENTS, TAP
from benchmarks.environments import version
from benchmarks.limits import allowed, at_once, spaced
from benchmarks.lists import LISTS, write_lists
from benchmarks.loading import Loader
from benchmarks.measuring import Cost, FailedError, measure
from benchmarks.results import Below, Comparison, Growth, Requests, Results
from benchmarks.spending import Spent
from benchmarks.turns import medians, turns
from standins.postgres import Database

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from psycopg import sql


def test_whole_process(tmp_path: Path) -> None:
    """A run's cost is that of its whole process, its memory not that of the one that started it."""
    program = "import time; time.sleep(0.1); held = b'x' * 50_000_000; print('out')"

    cost, output = measure([sys.executable, "-c", program], {}, tmp_path)

    assert output.read_text() == "out\n"
    assert cost.wall > 0.1
    assert 50 < cost.memory < 100


def test_failed_run(tmp_path: Path) -> None:
    """A run that fails is no measurement, and its last words are told."""
    with pytest.raises(FailedError, match="exit code 3\nno such luck"):
        measure(
            [sys.executable, "-c", "import sys; print('no such luck'); sys.exit(3)"], {}, tmp_path
        )


@pytest.mark.parametrize(
    ("delivered", "says"),
    [("1 2", None), ("1 1", "1 of 2 customers, in 2"), ("1", "1 of 2"), ("1 2 2", "2 of 2")],
)
def test_missing_customer(delivered: str, says: str | None, tmp_path: Path) -> None:
    """A client that delivers a customer twice, or one not at all, is no measurement."""
    program = f"""for id in "{delivered}".split():
        print('{{"type": "RECORD", "record": {{"id": "' + id + '"}}}}')"""
    client = replace(CLIENTS[0], command=lambda *_: [sys.executable, "-c", program])
    with pytest.raises(FailedError, match=f"delivered {says}") if says else nullcontext():
        assert client.read(2, {}, tmp_path).wall > 0


def test_line_items(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tap delivers the line items of all invoices, in as few requests as that takes."""
    monkeypatch.setattr(clients, "CACHE", tmp_path)
    # The tap of this environment, in place of one that would have to be installed first
    monkeypatch.setattr(clients, "programs", lambda _: Path(sys.executable).parent)
    clients.write_schemas()
    tap, *_ = below.clients(rate=0)

    spent = below.read(tap, invoices=30, latency_ms=20, rate=0)

    assert spent.requests == below.needed(30)
    assert spent.refused == 0
    assert 1 < spent.at_once <= 30
    assert spent.wall > 0


def test_missing_line_item(monkeypatch: pytest.MonkeyPatch) -> None:
    """A client that leaves out a line item is no measurement."""
    monkeypatch.setattr(clients, "programs", Path)
    silent = replace(below.clients(rate=0)[0], command=lambda *_: [sys.executable, "-c", ""])
    with pytest.raises(FailedError, match=r"delivered 0 of \d+ line items, in 0 records"):
        below.read(silent, invoices=3, latency_ms=0, rate=0)


@pytest.mark.parametrize(
    ("requests", "least"), [(1, 0), (1500, 0), (1501, 60), (3000, 60), (3001, 120)]
)
def test_what_the_limit_allows(requests: int, least: int) -> None:
    """A sliding minute lets a burst through, and the next one when the first is a minute old."""
    assert allowed(requests, rate=1500) == least
    assert allowed(requests, rate=0) == 0
    assert spaced(requests, rate=1500) == requests / 25


def test_requests_at_once() -> None:
    """What arrives within the latency of a request is under way at once."""
    asked = [Asked(time, 200) for time in (0, 0.1, 0.9, 1, 1.05, 5)]
    assert at_once(asked, 1) == 4
    assert at_once([], 1) == 0


SMALL = 110
"""Customers of a small account: so many that there are lists of several pages."""


@pytest.fixture(scope="module")
def serving() -> Iterator[Served]:
    """A small account."""
    with served("account", SMALL) as server:
        yield server


@pytest.fixture
def small(serving: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Served:
    """A small account, and the tap of this environment in place of one to be installed first."""
    monkeypatch.setattr(clients, "programs", lambda _: Path(sys.executable).parent)
    monkeypatch.setattr(clients, "CACHE", tmp_path)
    return serving


def test_whole_account(small: Served) -> None:
    """The tap delivers every row of all lists, and again asks for few of the customers."""
    spent, (again,) = account.again(small, SMALL, rounds=1, latencies_ms=[0])

    whole = account.whole(SMALL)
    assert whole.rows.keys() == {each.name for each in LISTS}
    assert whole.rows["invoices"] == 10 * SMALL
    assert spent.requests >= whole.needed
    assert spent.refused == again.spent.refused == 0
    assert again.counts["customers"] == (1, 1)
    assert again.spent.requests == sum(made for made, _ in again.counts.values())
    assert all(made >= least for made, least in again.counts.values())


def test_served_account(small: Served) -> None:
    """The server of the account counts each run's requests alone, and refuses what is too much."""
    url, identity, secret = (
        small.variables[f"TAP_SEQUENCE_{name}"]
        for name in ("API_URL", "CLIENT_ID", "CLIENT_SECRET")
    )
    counts = []
    for _ in range(2):
        small.begin(latency_ms=0, rate=3)
        for place in range(4):
            answer = requests.get(f"{url}/users", auth=(identity, secret), timeout=9)
            assert answer.status_code == (429 if place == 3 else 200)
        counts.append([(request.of, request.status) for request in small.asked()])
    assert counts == [[("users", 200)] * 3 + [("users", 429)]] * 2


def test_missing_row(small: Served) -> None:
    """A client that leaves out a row of the account is no measurement."""
    silent = replace(account.tap(), command=lambda *_: [sys.executable, "-c", ""])
    with pytest.raises(FailedError, match=r"delivered 0 of [\d,]+ rows, in 0 records"):
        account.read(silent, small, SMALL, latency_ms=0, rate=0)

    def read(_: object) -> Spent:
        raise FailedError("no such luck")

    assert medians([silent], 1, read, "here") == {TAP: None}


class Loaded(Database):
    """A database with the table of a list: two rows, and so many that differ."""

    different = 2

    def query(
        self, statement: LiteralString | sql.Composed, parameters: Sequence[object] = ()
    ) -> list[dict[str, Any]]:
        """Return the table's columns where they are asked for, and else what is counted."""
        if parameters:
            return [{"name": "id"}, {"name": "version_id"}]
        assert 'DISTINCT ("id", "version_id")' in statement.as_string()  # type: ignore[union-attr]
        return [{"count": 2, "different": self.different}]


def test_missing_loaded_row() -> None:
    """A loader is no measurement unless the tables hold every row once, by its keys."""
    database = Loaded("")
    loader = Loader("a & b", [sys.executable, "-c", ""], {}, database)

    assert loader.again({"tax_rates": 2}, {}).wall > 0
    with pytest.raises(FailedError, match="of 3 tax_rates"):
        loader.again({"tax_rates": 3}, {})
    with pytest.raises(FailedError, match="of 2 tax_rates"):
        replace(loader, database=OneTwice("")).again({"tax_rates": 2}, {})


class OneTwice(Loaded):
    """The same, but both rows are one."""

    different = 1


def test_lists_for_peers(tmp_path: Path) -> None:
    """Peers are told the lists as the tap declares them."""
    write_lists(tmp_path / "lists.json")
    lists = {each["name"]: each for each in json.loads((tmp_path / "lists.json").read_text())}

    assert len(lists) == 19
    assert lists["customers"] == {
        "name": "customers",
        "path": "customers",
        "keys": ["id"],
        "parameters": {"includeArchived": "true", "sortOrder": "DESC"},
        "paged": True,
        "newest_first": True,
        "left_out": [],
    }
    assert lists["invoices"]["left_out"] == ["merchantDetails"]
    assert lists["tax_rates"]["keys"] == ["id", "versionId"]
    assert not lists["seat_balances"]["paged"]


def test_turns() -> None:
    """Each round begins with another one."""
    assert list(turns("abc", 2)) == [(0, "a"), (0, "b"), (0, "c"), (1, "b"), (1, "c"), (1, "a")]


def test_fixed_versions() -> None:
    """Each client's requirement file names one version of what it is made of."""
    assert all(version(client.peer, client.package) for client in CLIENTS)


RESULTS = Results(
    {TAP: "singer-sdk 1"},
    {"reading": Comparison("Reading", 5, {TAP: Cost(2, 1.5, 50), "a & b": Cost(5, 4.5, 80)})},
    Growth(3, {1_000: Cost(1, 1, 50), 10_000: Cost(3, 2, 52)}),
    Requests({"nothing new": (1, 1)}),
    [
        Below(
            invoices=2000,
            latency_ms=50,
            rate=1500,
            rounds=3,
            needed=2020,
            allowed=60,
            spent={TAP: Spent(63, 5, 60, 2021, 0, 20), "a & b": Spent(126, 9, 99, 2500, 480, 1)},
        ),
        Below(
            invoices=1400,
            latency_ms=50,
            rate=0,
            rounds=3,
            needed=1414,
            allowed=0,
            spent={TAP: Spent(6, 5, 60, 1414, 0, 20), "a & b": None},
        ),
    ],
    [
        Account(
            rows=175_000,
            lists=19,
            latency_ms=50,
            rate=0,
            rounds=3,
            needed=1900,
            spent={TAP: Spent(80, 9, 60, 1901, 0, 20), "a & b": Spent(60, 99, 999, 1900, 0, 5)},
        ),
    ],
    [
        Again(
            latency_ms=50,
            rounds=3,
            spent=Spent(61, 8, 60, 1801, 0, 20),
            counts={"customers": (1, 1), "invoices": (1001, 1000)},
        )
    ],
    [Comparison("Loading the account", 1, {TAP: Cost(90, 60, 150)})],
)


def test_charts_and_tables(tmp_path: Path) -> None:
    """Charts are well-formed on white, and tables hold the medians and the ratios to the tap's."""
    draw(RESULTS, tmp_path)

    texts = []
    for name in ("results.svg", "growth.svg"):
        chart = ET.parse(tmp_path / name)  # noqa: S314  our own
        background = chart.find(".//{*}path")
        assert background is not None
        assert background.attrib["style"] == "fill: #ffffff"
        texts += [text.text for text in chart.findall(".//{*}text")]
    assert {"a & b", "1.0 = 2.0 s", "2.5", "number of customers, logarithmic scale"} <= {*texts}
    tables = RESULTS.tables()
    assert "a & b         5.00 s   2.50     4.50 s   3.00   80 MB" in tables
    assert "| tap-sequence | 63.0 s | 6.0 s |\n| a & b | 2.0 | incomplete |" in tables
    assert "| tap-sequence | 63.0 s | 1.05 | 5.0 s | 60 MB | 2,021 | 0 | 20 |" in tables
    assert "| a & b | 60.0 s | 0.75 | 99.0 s | 999 MB | 1,900 | 0 | 31.7 | 5 |" in tables
    assert "1,900 requests needed, which 1,500 a minute allow in 60 s after a burst, 76 s" in tables
    assert "| invoices | 1,001 | 1,000 |\n| all | 1,002 | 1,001 |" in tables
    assert "Loading the account; medians of 1" in tables


def test_kept_results(tmp_path: Path) -> None:
    """What was kept is read again as it was, and the same results give the same charts."""
    RESULTS.keep(tmp_path / "kept.json")
    again = Results.kept(tmp_path / "kept.json")

    assert again == RESULTS
    charts = []
    for results in (RESULTS, again):
        draw(results, tmp_path)
        charts.append([file.read_bytes() for file in sorted(tmp_path.glob("*.svg"))])
    assert len(charts[0]) == 2
    assert charts[0] == charts[1]
