"""What do other targets make of the customers?"""

from __future__ import annotations

import ast
import csv
import json
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from ruamel.yaml import YAML

from tests.support.accounts import DIGITS, account_with_every_field
from tests.support.commands import call, install
from tests.support.documents import blocks, definition, schema_of_the_project, table
from tests.support.rows import Row, Rows, all_present
from tests.support.targets import Target, bookmark, run_tap

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from standins.postgres import Database
    from standins.sequence_api import SequenceAPI


DOCUMENT = "docs/targets.md"

NESTED = {
    "address",
    "billingEmails",
    "externalIds",
    "integrationIds",
    "organizations",
    "customProperties",
}

MODES = ["records", "batches"]

yaml = partial(YAML(typ="safe").load)


def setting_of_the_tap(name: str) -> Any:
    """Return a setting of the tap that the document recommends."""
    (found,) = (block for block in map(yaml, blocks(DOCUMENT, "yaml")) if name in block)
    return found[name]


class Loads:
    """Loads the same customers into one target after the other."""

    def __init__(self, api: SequenceAPI, customers: Rows, folder: Path) -> None:
        self.customers = customers
        self._api = api
        self._folder = folder
        self._targets: dict[str, Target] = {}
        self._sent: dict[tuple[str, bool, bool], Path] = {}

    def target(self, name: str) -> Target:
        """Install a target as the document says."""
        if name not in self._targets:
            given = definition(name, DOCUMENT)
            self._targets[name] = self.installed(given, *given["pip_url"].split())
        return self._targets[name]

    def installed(self, given: Row, *requirements: str) -> Target:
        """Install a target, with other requirements than the document's."""
        # Below 3.14 is what the document's 3.13 is for, and not each machine has that one
        python = {"python": ">=3.11,<3.14"} if "python" in given else {}
        folder = Path(tempfile.mkdtemp(prefix=given["name"], dir=self._folder))
        return Target(given, install(folder / "venv", *requirements, **python))

    def sent(self, mode: str, *, mapped: bool = False, as_project: bool = False) -> Path:
        """Run the tap, and return the file of its messages.

        Args:
            mode: One of MODES.
            mapped: Whether with the document's stream map.
            as_project: Whether with the project's changes to the schema.
        """
        if (mode, mapped, as_project) not in self._sent:
            config: Row = {}
            if mapped:
                config["stream_maps"] = setting_of_the_tap("stream_maps")
            if mode == "batches":
                config["batch_config"] = setting_of_the_tap("batch_config")
                root = (self._folder / "batches").as_uri()
                config["batch_config"]["storage"]["root"] = root
            schema = schema_of_the_project() if as_project else None
            file = self._folder / f"{mode}-{mapped}-{as_project}.singer"
            self._sent[mode, mapped, as_project] = run_tap(self._api, file, schema=schema, **config)
        return self._sent[mode, mapped, as_project]


@pytest.fixture(scope="module")
def loads(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loads]:
    """Provide customers that have every field, and targets that are installed once."""
    with account_with_every_field() as (api, customers):
        yield Loads(api, customers, tmp_path_factory.mktemp("loads"))


def documented_types(target: str, column: Callable[[str], str]) -> dict[str, str]:
    """Return the type that the document's table gives for one field of each kind, by column."""
    position = {"target-postgres": 1, "target-duckdb": 3}[target]
    fields = {
        "Text": "legalName",
        "Time (`createdAt`, `archivedAt`)": "createdAt",
        "Object (`address`, `customProperties`)": "address",
        "Array of objects (`integrationIds`, …)": "integrationIds",
        "Array of texts (`billingEmails`)": "billingEmails",
    }
    return {
        column(fields[row[0]]): row[position].split("`")[1]
        for row in table(DOCUMENT, "What")
        if row[0] in fields
    }


def test_postgres(
    loads: Loads, target_postgres: Target, database: Database, tmp_path: Path
) -> None:
    """The loader target-postgres stores every value, by batches as by records, each customer once.

    The columns have the types of the document's table.
    """
    for mode in MODES:
        sent = loads.sent(mode, as_project=True)
        ended = target_postgres.load(sent, tmp_path, sqlalchemy_url=database.url)
        assert ended.returncode == 0, ended.stderr
        assert bookmark(ended)

        rows = database.query("SELECT * FROM sequence.customers")
        read = {row["id"]: row for row in rows}
        assert len(rows) == len(read)
        assert all_present(read) == all_present(loads.customers)

        (number,) = database.query(
            "SELECT address ->> 'floor' AS digits FROM sequence.customers WHERE address ? 'floor'"
        )
        assert number["digits"] == DIGITS
        kinds = database.query(
            "SELECT DISTINCT jsonb_typeof(address) AS kind FROM sequence.customers"
        )
        assert {row["kind"] for row in kinds} == {"object", "null"}
        # A batch is a second load here
        database.query('UPDATE sequence.customers SET "legalName" = NULL')
    types = database.query(
        "SELECT attname, format_type(atttypid, NULL) AS type FROM pg_attribute "
        "WHERE attrelid = 'sequence.customers'::regclass AND attnum > 0"
    )
    found = {row["attname"]: row["type"] for row in types}
    wanted = documented_types("target-postgres", str)
    assert len(wanted) == 5
    assert wanted.items() <= found.items()


def test_jsonl(loads: Loads, tmp_path: Path) -> None:
    """The loader target-jsonl writes every value, numbers exactly; a second load appends."""
    for times in (1, 2):
        ended = loads.target("target-jsonl").load(loads.sent("records"), tmp_path)
        assert ended.returncode == 0, ended.stderr
        assert bookmark(ended)

        text = (tmp_path / "output" / "customers.jsonl").read_text(encoding="utf-8")
        lines = [json.loads(line) for line in text.splitlines()]
        assert len(lines) == times * len(loads.customers)
        read = {line["id"]: line for line in lines}
        assert all_present(read) == all_present(loads.customers)
        assert text.count(DIGITS) == times


SELECT = """
import duckdb, json, sys
def query(sql):
    cursor = duckdb.connect(sys.argv[1]).execute(sql)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row)) for row in cursor.fetchall()]
tables = query("SELECT * FROM sequence.customers"), query("DESCRIBE sequence.customers")
print(json.dumps(tables, default=str))
"""


def in_duckdb(target: Target, folder: Path) -> tuple[list[Row], dict[str, str]]:
    """Return the rows of DuckDB's table, and the types of its columns."""
    file = folder / target.definition["config"]["path"]
    selected = call(target.commands / "python", "-c", SELECT, file, folder=folder)
    rows, columns = json.loads(selected.stdout)
    return rows, {column["column_name"]: column["column_type"] for column in columns}


def test_duckdb(loads: Loads, tmp_path: Path) -> None:
    """The loader target-duckdb stores every value but empty texts, each customer once.

    The columns have the types of the document's table, and names in lower case.
    """
    target = loads.target("target-duckdb")
    for _ in range(2):
        ended = target.load(loads.sent("records"), tmp_path)
        assert ended.returncode == 0, ended.stderr
        assert bookmark(ended)

    rows, types = in_duckdb(target, tmp_path)
    nested = {name.lower() for name in NESTED}
    read = {
        row["id"]: {
            name: json.loads(value) if name in nested and value is not None else value
            for name, value in row.items()
        }
        for row in rows
    }
    assert len(rows) == len(read)
    wanted = {
        identity: {
            name.lower(): str(value) if name.endswith("At") else value
            for name, value in row.items()
            if value != ""
        }
        for identity, row in all_present(loads.customers).items()
    }
    assert all_present(read) == wanted
    assert str(float(DIGITS)) in str(rows)
    wanted_types = documented_types("target-duckdb", str.lower)
    assert len(wanted_types) == 5
    assert wanted_types.items() <= types.items()


def test_later_duckdb(loads: Loads, tmp_path: Path) -> None:
    """With DuckDB 1.3 or later target-duckdb loses a customer, which the document warns of.

    Where this fails, target-duckdb has been mended: the document's bounds can go.
    """
    given = definition("target-duckdb", DOCUMENT)
    package, bounds = given["pip_url"].split()
    assert bounds.endswith(",<1.3")
    target = loads.installed(given, package, "duckdb>=1.3")
    ended = target.load(loads.sent("records"), tmp_path)
    assert ended.returncode == 0, ended.stderr
    rows, _ = in_duckdb(target, tmp_path)
    assert len(rows) == len(loads.customers) - 1


def in_csv(folder: Path) -> Rows:
    """Return the rows of the one file in a folder, empty fields left out."""
    (file,) = folder.glob("customers-*.csv")
    with file.open(encoding="utf-8", newline="") as lines:
        rows = [{k: v for k, v in row.items() if v != ""} for row in csv.DictReader(lines)]
    read = {row["id"]: row for row in rows}
    assert len(read) == len(rows)
    return read


@pytest.mark.parametrize("mode", MODES)
def test_csv(loads: Loads, tmp_path: Path, mode: str) -> None:
    """The loader target-csv writes every value; with the document's stream map objects are JSON."""
    ended = loads.target("target-csv").load(loads.sent(mode, mapped=True), tmp_path)
    assert ended.returncode == 0, ended.stderr
    assert bookmark(ended)

    rows = in_csv(tmp_path / "output")
    assert {row["createdAt"][10] for row in rows.values()} == {" " if mode == "records" else "T"}
    assert sum(DIGITS in row.get("address", "") for row in rows.values()) == 1
    read = {
        identity: {
            name: json.loads(value) if name in NESTED else value for name, value in row.items()
        }
        for identity, row in rows.items()
    }
    for row in read.values():
        if "floor" in row.get("address", {}):
            row["address"]["floor"] = float(row["address"]["floor"])
    wanted = {
        identity: {name: value for name, value in row.items() if value != ""}
        for identity, row in all_present(loads.customers).items()
    }
    assert all_present(read) == wanted


def test_csv_without_the_documents_settings(loads: Loads, tmp_path: Path) -> None:
    """Otherwise a run replaces the file of the last one, and objects are in Python's notation."""
    scheme = {"file_naming_scheme": "customers-all.csv"}
    for _ in range(2):
        ended = loads.target("target-csv").load(loads.sent("records"), tmp_path, **scheme)
        assert ended.returncode == 0, ended.stderr

    rows = in_csv(tmp_path / "output")
    assert len(rows) == len(loads.customers)
    for identity, row in rows.items():
        for name in NESTED & row.keys() - {"address"}:
            assert ast.literal_eval(row[name]) == loads.customers[identity][name]


@pytest.mark.parametrize("name", ["target-jsonl", "target-duckdb"])
def test_batches_are_refused(loads: Loads, tmp_path: Path, name: str) -> None:
    """A target that knows no batches ends with an error and prints no state: nothing is lost."""
    ended = loads.target(name).load(loads.sent("batches"), tmp_path)
    assert ended.returncode != 0
    assert bookmark(ended) is None
