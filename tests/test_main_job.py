"""Does `meltano run` bring every customer into a warehouse as the API has it?"""

from __future__ import annotations

import json
from io import StringIO
from typing import TYPE_CHECKING, Any, cast

import pytest
from dotenv import dotenv_values

from standins.environment import environment
from standins.postgres import Database, postgres
from standins.sequence_api import SequenceAPI
from standins.summary import summary
from tests.support.commands import CUSTOMERS_ALONE, MELTANO, ROOT, call
from tests.support.documents import blocks
from tests.support.rows import Row, Rows, all_present

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterator
    from pathlib import Path


class Meltano:
    """The project's Meltano, with the stand-ins as its account and its warehouse."""

    def __init__(self, api: SequenceAPI, database: Database, folder: Path) -> None:
        self.api = api
        self.database = database
        self.folder = folder

    def run(self, *blocks: str, **variables: str) -> Counter[str]:
        """Run a job to its good end, and return how many requests it made, by list."""
        self.api.clear()
        surroundings = environment(self.api, self.database, self.folder)
        call(MELTANO, "run", *blocks, folder=ROOT, variables={**surroundings, **variables})
        return self.api.counts

    def rows(self) -> dict[str, dict[str, Any]]:
        """Return the table, by id."""
        rows = self.database.query("SELECT * FROM sequence.customers")
        by_id = {row["id"]: row for row in rows}
        assert len(by_id) == len(rows)
        return by_id


def as_loaded(api: SequenceAPI) -> Rows:
    """Return the rows that the API's customers must make, by id, what is null left out.

    Times are timestamps without a time zone, in UTC.
    """
    return all_present({item["id"]: item for item in cast("list[Row]", api.listed())})


@pytest.fixture(scope="module")
def meltano(
    installed: None,  # noqa: ARG001  what Meltano runs
    server: Database,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Meltano]:
    """Provide an account of 250 customers, and an empty warehouse in another time zone than UTC."""
    with SequenceAPI(customers=250, rows=30) as api, postgres(server.url) as database:
        (zone,) = database.query("SHOW timezone")
        assert zone["TimeZone"] != "UTC"
        yield Meltano(api, database, tmp_path_factory.mktemp("meltano"))


@pytest.fixture(scope="module")
def first(meltano: Meltano) -> Counter[str]:
    """Run the main job for the first time, and return how many requests it made.

    Every test that asks for it leaves the warehouse as the API has the customers.
    """
    return meltano.run("account")


def test_every_field_of_every_customer_arrives(meltano: Meltano, first: Counter[str]) -> None:
    """A first run loads each customer once, all fields as sent, times in UTC to the microsecond."""
    assert len(meltano.rows()) >= 250
    assert all_present(meltano.rows()) == as_loaded(meltano.api)
    assert first["customers"] <= 4


@pytest.mark.usefixtures("first")
def test_the_tables_are_shown(meltano: Meltano, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was loaded is shown, in as many columns as the terminal takes."""
    monkeypatch.setenv("COLUMNS", "80")
    heading, *lines = summary(meltano.database).splitlines()
    assert heading.split() == ["rows", "table"]
    names = meltano.api.names
    tables = lines[: len(names)]
    assert [line.split()[1] for line in tables] == sorted(f"sequence.{name}" for name in names)
    assert f"{len(meltano.rows()):4}  sequence.customers" in tables
    _, title, columns, *rows = lines[len(names) :]
    assert title == "sequence.customers"
    assert columns.split() == ["id", "createdAt", "legalName"]
    assert len(rows) == 6
    assert rows[-1] == "…"
    assert max(map(len, rows)) <= 80


@pytest.mark.usefixtures("first")
def test_a_second_run_brings_what_is_new(meltano: Meltano) -> None:
    """A second run adds the customers created since, in as few requests as their pages."""
    before = meltano.rows()
    added = {customer.id for customer in meltano.api.add(130)}

    requests = meltano.run("account")

    after = meltano.rows()
    assert after.keys() - before.keys() == added
    assert all_present(after) == as_loaded(meltano.api)
    assert requests["customers"] == 2


@pytest.mark.usefixtures("first")
def test_a_refresh_brings_what_has_changed(meltano: Meltano) -> None:
    """The refresh job updates older rows in place, and leaves the hourly job's state alone."""
    oldest = min(as_loaded(meltano.api).values(), key=lambda row: row["createdAt"])
    meltano.api.change(oldest["id"], legal_name="Changed & Sons")
    meltano.api.archive(oldest["id"])
    meltano.database.query("UPDATE sequence.invoices SET reference = 'without a trace'")

    assert meltano.run("account-refresh").keys() == {"customers", "invoices"}

    assert meltano.rows()[oldest["id"]]["legalName"] == "Changed & Sons"
    assert all_present(meltano.rows()) == as_loaded(meltano.api)
    of_invoices = "SELECT count(*) AS left FROM sequence.invoices WHERE reference ~ 'trace'"
    assert meltano.database.query(of_invoices) == [{"left": 0}]
    new = {**CUSTOMERS_ALONE, "TAP_SEQUENCE_LOOKBACK_WINDOW": "0"}
    assert meltano.run("account", **new)["customers"] == 1


def test_times_do_not_depend_on_the_server(
    meltano: Meltano, database: Database, tmp_path: Path
) -> None:
    """Times are in UTC whatever the server's time zone, by INSERT too."""
    by_insert = Meltano(meltano.api, database, tmp_path)
    by_insert.run(
        "tap-sequence", "target-postgres", TARGET_POSTGRES_USE_COPY="false", **CUSTOMERS_ALONE
    )

    assert all_present(by_insert.rows()) == as_loaded(meltano.api)


def test_customers_alone(meltano: Meltano, database: Database, tmp_path: Path) -> None:
    """With the readme's two lines in a file .env, both jobs load customers and nothing else."""
    (lines,) = blocks("README.md", "dotenv")
    alone = {name: of or "" for name, of in dotenv_values(stream=StringIO(lines)).items()}
    customers = Meltano(meltano.api, database, tmp_path)
    assert customers.run("account", "account-refresh", **alone).keys() == {"customers"}
    assert customers.rows().keys() == as_loaded(meltano.api).keys()


def test_json_lines(meltano: Meltano, database: Database, tmp_path: Path) -> None:
    """The loader target-jsonl writes each customer as one line, times in UTC as text."""
    Meltano(meltano.api, database, tmp_path).run(
        *("tap-sequence", "target-jsonl"),
        TARGET_JSONL_DESTINATION_PATH=str(tmp_path / "out"),
        **CUSTOMERS_ALONE,
    )

    lines = (tmp_path / "out" / "customers.jsonl").read_text().splitlines()
    read = {record["id"]: record for record in map(json.loads, lines)}
    assert len(lines) == len(read)
    assert all_present(read) == as_loaded(meltano.api)
