"""Does `meltano run` bring every customer into a warehouse as the API has it?"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest
from psycopg import sql
from ruamel.yaml import YAML

from standins.environment import environment
from standins.postgres import URL_VARIABLE, Database, postgres
from standins.sequence_api import VERSIONS, SequenceAPI
from tap_sequence.settings import SETTINGS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

ROOT = Path(__file__).parent.parent
MELTANO = Path(sys.executable).with_name("meltano")
TIMES = {"createdAt", "archivedAt"}


def run(
    command: Sequence[str | Path], variables: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run a command in the project's folder, with some environment variables, to its good end."""
    finished = subprocess.run(  # noqa: S603 - the arguments are this file's own
        command,
        capture_output=True,
        check=False,
        cwd=ROOT,
        env={**os.environ, **variables},
        stdin=subprocess.DEVNULL,
        text=True,
    )
    assert finished.returncode == 0, finished.stderr
    return finished


class Meltano:
    """The project's Meltano, with the stand-ins as its account and its warehouse."""

    def __init__(self, api: SequenceAPI, database: Database, folder: Path) -> None:
        self.api = api
        self.database = database
        self.folder = folder

    def run(self, *blocks: str, **variables: str) -> int:
        """Run a job to its good end, and return how many requests it made."""
        self.api.clear()
        surroundings = environment(self.api, self.database, self.folder)
        run([MELTANO, "run", *blocks], {**surroundings, **variables})
        return len(self.api.requests)

    def rows(self) -> dict[str, dict[str, Any]]:
        """Return the table, by id."""
        rows = self.database.query("SELECT * FROM sequence.customers")
        by_id = {row["id"]: row for row in rows}
        assert len(by_id) == len(rows)
        return by_id


def as_loaded(api: SequenceAPI, version: str | None = None) -> dict[str, dict[str, Any]]:
    """Return the rows that the API's customers must make, by id, fields that are absent left out.

    Times are timestamps without a time zone, in UTC.
    """
    items = cast("list[dict[str, Any]]", api.listed(version))
    return {
        item["id"]: {
            name: in_utc(value) if name in TIMES and value is not None else value
            for name, value in item.items()
        }
        for item in items
    }


def in_utc(text: str) -> datetime:
    """Read a time of the API."""
    return datetime.fromisoformat(text).astimezone(UTC).replace(tzinfo=None)


def present(row: dict[str, Any]) -> dict[str, Any]:
    """Leave out what is null: the API leaves out fields instead, or says null."""
    return {name: value for name, value in row.items() if value is not None}


def all_present(rows: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Leave out what is null in each row."""
    return {identity: present(row) for identity, row in rows.items()}


@pytest.fixture(autouse=True, scope="module")
def _tap_is_up_to_date(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Install what the tap needs now: an older installation may lack it. Loaders install alone."""
    system = f"sqlite:///{tmp_path_factory.mktemp('meltano') / 'meltano.db'}"
    run([MELTANO, "install", "tap-sequence"], {"MELTANO_DATABASE_URI": system})


@pytest.fixture(scope="module")
def server() -> Iterator[Database]:
    """Start PostgreSQL."""
    with postgres() as database:
        yield database


@pytest.fixture
def meltano(server: Database, tmp_path: Path) -> Iterator[Meltano]:
    """Provide an account of 250 customers, and a warehouse that lies in Kolkata."""
    with postgres(server.url) as database, SequenceAPI(customers=250) as api:
        name = database.query("SELECT current_database() AS name")[0]["name"]
        zone = sql.SQL("ALTER DATABASE {} SET timezone = 'Asia/Kolkata'")
        database.query(zone.format(sql.Identifier(name)))
        yield Meltano(api, database, tmp_path)


@pytest.mark.parametrize("version", VERSIONS)
def test_every_field_of_every_customer_arrives(meltano: Meltano, version: str) -> None:
    """A first run loads each customer once, all fields as sent, times in UTC to the microsecond."""
    requests = meltano.run("tap-sequence", "target-postgres", TAP_SEQUENCE_API_VERSION=version)

    assert len(meltano.rows()) == 250
    assert all_present(meltano.rows()) == all_present(as_loaded(meltano.api, version))
    assert requests <= 4


def test_times_do_not_depend_on_the_server(meltano: Meltano) -> None:
    """Times are in UTC whatever the server's time zone, by INSERT too."""
    meltano.run("tap-sequence", "target-postgres", TARGET_POSTGRES_USE_COPY="false")

    assert all_present(meltano.rows()) == all_present(as_loaded(meltano.api))


def test_a_second_run_brings_what_is_new(meltano: Meltano) -> None:
    """A second run adds the customers created since, in as few requests as their pages."""
    meltano.run("customers")
    before = meltano.rows()
    added = {customer.id for customer in meltano.api.add(130)}

    requests = meltano.run("customers")

    after = meltano.rows()
    assert after.keys() - before.keys() == added
    assert all_present(after) == all_present(as_loaded(meltano.api))
    assert requests == 2


def test_a_refresh_brings_what_has_changed(meltano: Meltano) -> None:
    """The refresh job updates older customers in place, and leaves the hourly job's state alone."""
    meltano.run("customers")
    oldest = min(as_loaded(meltano.api).values(), key=lambda row: row["createdAt"])
    meltano.api.change(oldest["id"], legal_name="Changed & Sons")
    meltano.api.archive(oldest["id"])

    meltano.run("customers-refresh")

    assert meltano.rows()[oldest["id"]]["legalName"] == "Changed & Sons"
    assert all_present(meltano.rows()) == all_present(as_loaded(meltano.api))
    assert meltano.run("customers") == 1


def test_json_lines(meltano: Meltano) -> None:
    """The loader target-jsonl writes each customer as one line, times in UTC as text."""
    meltano.run(
        "tap-sequence", "target-jsonl", TARGET_JSONL_DESTINATION_PATH=str(meltano.folder / "out")
    )

    lines = (meltano.folder / "out" / "customers.jsonl").read_text().splitlines()
    records = [json.loads(line) for line in lines]
    assert len(records) == 250
    read = {
        record["id"]: {
            name: in_utc(value) if name in TIMES and value is not None else value
            for name, value in record.items()
        }
        for record in records
    }
    assert all_present(read) == all_present(as_loaded(meltano.api))


def test_the_tables_are_shown(server: Database) -> None:
    """The readme's command shows what was loaded, in as many columns as the terminal takes."""
    runner = [sys.executable, "-m", "standins", "--customers", "3"]
    finished = run(
        [*runner, MELTANO, "run", "tap-sequence", "target-postgres"],
        {URL_VARIABLE: server.url, "COLUMNS": "80"},
    )

    _, title, names, *rows = finished.stdout.splitlines()
    assert title == "sequence.customers: 3 rows"
    assert names.split() == ["id", "createdAt", "legalName"]
    assert len(rows) == 3
    assert max(map(len, rows)) <= 80


def test_every_setting_can_be_set() -> None:
    """The file meltano.yml declares all of the tap's settings and abilities, in the same words."""
    project = YAML(typ="safe").load(ROOT / "meltano.yml")
    extractor = project["plugins"]["extractors"][0]
    declared = {setting["name"]: setting for setting in extractor["settings"]}
    about = run([sys.executable, "-m", "tap_sequence", "--about", "--format=json"], {})
    tap = json.loads(about.stdout)
    known = tap["settings"]["properties"]

    # faker_config needs a package that the tap is not installed with
    assert list(declared) == [name for name in known if name != "faker_config"]
    assert {name for name in declared if declared[name].get("sensitive")} == {
        name for name in known if known[name].get("secret")
    }
    for name, setting in SETTINGS["properties"].items():
        assert declared[name]["description"] == setting["description"]
    assert extractor["capabilities"] == sorted(tap["capabilities"])
