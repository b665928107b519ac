"""Does `meltano run` bring every customer into a warehouse as the API has it?"""

from __future__ import annotations

import json
import sys
from io import StringIO
from typing import TYPE_CHECKING, Any, cast

import pytest
from dotenv import dotenv_values

from standins.environment import environment
from standins.postgres import URL_VARIABLE, Database
from standins.sequence_api import VERSIONS, SequenceAPI
from tests.support.commands import MELTANO, ROOT, call
from tests.support.documents import blocks
from tests.support.rows import Row, Rows, all_present

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("installed")


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


def as_loaded(api: SequenceAPI, version: str | None = None) -> Rows:
    """Return the rows that the API's customers must make, by id, what is null left out.

    Times are timestamps without a time zone, in UTC.
    """
    return all_present({item["id"]: item for item in cast("list[Row]", api.listed(version))})


@pytest.fixture
def meltano(database: Database, tmp_path: Path) -> Iterator[Meltano]:
    """Provide an account of 250 customers, and a warehouse in another time zone than UTC."""
    with SequenceAPI(customers=250, rows=30) as api:
        (zone,) = database.query("SHOW timezone")
        assert zone["TimeZone"] != "UTC"
        yield Meltano(api, database, tmp_path)


@pytest.mark.parametrize("version", VERSIONS)
def test_every_field_of_every_customer_arrives(meltano: Meltano, version: str) -> None:
    """A first run loads each customer once, all fields as sent, times in UTC to the microsecond."""
    requests = meltano.run("tap-sequence", "target-postgres", TAP_SEQUENCE_API_VERSION=version)

    assert len(meltano.rows()) == 250
    assert all_present(meltano.rows()) == as_loaded(meltano.api, version)
    assert requests["customers"] <= 4


def test_customers_alone(meltano: Meltano) -> None:
    """With the readme's two lines in a file .env, both jobs load customers and nothing else."""
    (lines,) = blocks("README.md", "dotenv")
    alone = {name: of or "" for name, of in dotenv_values(stream=StringIO(lines)).items()}
    assert meltano.run("account", "account-refresh", **alone).keys() == {"customers"}
    assert len(meltano.rows()) == 250


def test_times_do_not_depend_on_the_server(meltano: Meltano) -> None:
    """Times are in UTC whatever the server's time zone, by INSERT too."""
    meltano.run("tap-sequence", "target-postgres", TARGET_POSTGRES_USE_COPY="false")

    assert all_present(meltano.rows()) == as_loaded(meltano.api)


def test_a_second_run_brings_what_is_new(meltano: Meltano) -> None:
    """A second run adds the customers created since, in as few requests as their pages."""
    meltano.run("account")
    before = meltano.rows()
    added = {customer.id for customer in meltano.api.add(130)}

    requests = meltano.run("account")

    after = meltano.rows()
    assert after.keys() - before.keys() == added
    assert all_present(after) == as_loaded(meltano.api)
    assert requests["customers"] == 2


def test_a_refresh_brings_what_has_changed(meltano: Meltano) -> None:
    """The refresh job updates older rows in place, and leaves the hourly job's state alone."""
    meltano.run("account")
    oldest = min(as_loaded(meltano.api).values(), key=lambda row: row["createdAt"])
    meltano.api.change(oldest["id"], legal_name="Changed & Sons")
    meltano.api.archive(oldest["id"])
    meltano.database.query("UPDATE sequence.invoices SET reference = 'without a trace'")

    assert meltano.run("account-refresh").keys() == {"customers", "invoices"}

    assert meltano.rows()[oldest["id"]]["legalName"] == "Changed & Sons"
    assert all_present(meltano.rows()) == as_loaded(meltano.api)
    of_invoices = "SELECT count(*) AS left FROM sequence.invoices WHERE reference ~ 'trace'"
    assert meltano.database.query(of_invoices) == [{"left": 0}]
    assert meltano.run("account")["customers"] == 1


def test_json_lines(meltano: Meltano) -> None:
    """The loader target-jsonl writes each customer as one line, times in UTC as text."""
    meltano.run(
        "tap-sequence", "target-jsonl", TARGET_JSONL_DESTINATION_PATH=str(meltano.folder / "out")
    )

    lines = (meltano.folder / "out" / "customers.jsonl").read_text().splitlines()
    records = [json.loads(line) for line in lines]
    assert len(records) == 250
    read = {record["id"]: record for record in records}
    assert all_present(read) == as_loaded(meltano.api)


def test_the_tables_are_shown(server: Database) -> None:
    """The readme's command shows what was loaded, in as many columns as the terminal takes."""
    runner = [sys.executable, "-m", "standins", "--customers", "3"]
    finished = call(
        *(*runner, MELTANO, "run", "tap-sequence", "target-postgres"),
        folder=ROOT,
        variables={URL_VARIABLE: server.url, "COLUMNS": "80"},
    )

    _, heading, *lines = finished.stdout.splitlines()
    assert heading.split() == ["rows", "table"]
    names = [f"sequence.{name}" for name in SequenceAPI(0).names]
    tables = lines[: len(names)]
    assert [line.split()[1] for line in tables] == sorted(names)
    assert "   3  sequence.customers" in tables
    _, title, columns, *rows = lines[len(names) :]
    assert title == "sequence.customers"
    assert columns.split() == ["id", "createdAt", "legalName"]
    assert len(rows) == 3
    assert max(map(len, rows)) <= 80
