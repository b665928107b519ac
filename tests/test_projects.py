"""Does the tap fit into a Meltano project that exists already?"""

from __future__ import annotations

import re
import shutil
import sqlite3
from contextlib import ExitStack, closing, contextmanager
from textwrap import dedent
from typing import TYPE_CHECKING, Any, cast

import pytest
from psycopg import sql
from ruamel.yaml import YAML

from standins.postgres import postgres
from standins.sequence_api import SequenceAPI
from tap_sequence.streams import STREAMS
from tests.support.accounts import ids, variables
from tests.support.commands import CUSTOMERS_ALONE, MELTANO, ROOT, call
from tests.support.documents import COPIED, TO_FILL_IN, blocks, definition
from tests.support.sync import sync

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from standins.postgres import Database
    from tests.support.rows import Row


MELTANO_PAGE = "docs/meltano.md"

CUSTOMERS = '["customers.*"]'
"""What selects customers alone."""

OTHER_TAP = """#!/bin/sh
case "$*" in *--discover*) echo '{"streams": []}'; exit ;; esac
echo '{"type": "SCHEMA", "stream": "orders", "key_properties": ["id"],
    "schema": {"properties": {"id": {"type": "integer"}}}}' | tr -d '\\n'
echo
for id in 1 2 3; do echo '{"type": "RECORD", "stream": "orders", "record": {"id": '$id'}}'; done
"""
"""A tap that has been in the project before."""


class Project:
    """A Meltano project.

    Args:
        new: A new one, of which it is a copy.

    Attributes:
        folder: Where it is.
        variables: Its environment.
    """

    def __init__(self, new: Path, folder: Path, variables: dict[str, str]) -> None:
        self.folder = shutil.copytree(new, folder / "project")
        self.variables = variables

    def meltano(self, *arguments: object, **variables: str) -> str:
        """Run a command of Meltano's, and return what it prints."""
        given = self.variables | variables
        return call(MELTANO, *arguments, folder=self.folder, variables=given).stdout

    def change(self, **content: Any) -> None:
        """Write something into the project's file."""
        yaml = YAML()
        file = self.folder / "meltano.yml"
        yaml.dump(yaml.load(file) | content, file)

    def states(self, file: Path) -> set[str]:
        """Return the ids of the states in a database of Meltano's."""
        with closing(sqlite3.connect(file)) as system:
            return {state for (state,) in system.execute("SELECT state_id FROM state")}


@pytest.fixture(scope="module")
def warehouse(server: Database) -> Iterator[Database]:
    """Provide an empty database, for all tests of this module."""
    with postgres(server.url) as database:
        yield database


@pytest.fixture(scope="module")
def new(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Provide the folder of a new project."""
    folder = tmp_path_factory.mktemp("new")
    call(MELTANO, "init", folder / "project", folder=folder)
    return folder / "project"


@pytest.fixture(scope="module")
def existing(new: Path, warehouse: Database, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Provide a project in which another tap has been loaded by target-postgres."""
    folder = tmp_path_factory.mktemp("existing")
    system = {"MELTANO_DATABASE_URI": f"sqlite:///{folder / 'meltano.db'}"}
    project = Project(new, folder, warehouse.environment() | system)
    script = folder / "tap-other"
    script.write_text(OTHER_TAP, encoding="utf-8")
    script.chmod(0o700)
    tap = {"name": "tap-other", "namespace": "tap_other", "executable": str(script)}
    loader = definition("target-postgres") | {"config": {"default_target_schema": "raw"}}
    del loader["env"]
    project.change(
        plugins={
            "extractors": [tap | {"capabilities": ["catalog", "discover"]}],
            "loaders": [loader],
        }
    )
    project.meltano("run", "tap-other", "target-postgres")
    return project


@pytest.fixture(scope="module")
def with_the_tap(existing: Project, wheel: Path) -> Project:
    """Do in this project what the page says, but for the API key."""
    block = (ROOT / COPIED).read_text(encoding="utf-8")
    (existing.folder / "sequence.meltano.yml").write_text(
        block.replace(TO_FILL_IN, str(wheel)), encoding="utf-8"
    )
    existing.change(**YAML(typ="safe").load(steps("yaml")[0]))
    return existing


def steps(language: str) -> list[str]:
    """Return the blocks of code in the page's numbered steps."""
    text = (ROOT / MELTANO_PAGE).read_text(encoding="utf-8")
    found = re.findall(rf"^   ```{language}\n(.*?)^   ```$", text, re.DOTALL | re.MULTILINE)
    return [dedent(block) for block in found]


def tables(database: Database) -> dict[str, set[str]]:
    """Return the columns of each table."""
    found: dict[str, set[str]] = {}
    for row in database.query(
        "SELECT table_schema || '.' || table_name AS name, column_name FROM "
        "information_schema.columns WHERE table_schema NOT IN ('pg_catalog', 'information_schema')"
    ):
        found.setdefault(row["name"], set()).add(row["column_name"])
    return found


def test_beside_another_tap(with_the_tap: Project, warehouse: Database) -> None:
    """In a project that has another tap the page's steps load all, and the other tap as before."""
    before = tables(warehouse)
    assert before.keys() == {"raw.orders"}
    (commands,) = steps("sh")
    with SequenceAPI(120, rows=30) as api:
        for command in commands.splitlines():
            with_the_tap.meltano(*command.split()[1:], **variables(api))
        wanted = ids(api)
    loaded = [row["id"] for row in warehouse.query("SELECT id FROM sequence.customers")]
    assert sorted(loaded) == sorted(wanted)

    warehouse.query("DELETE FROM raw.orders")
    with_the_tap.meltano("run", "tap-other", "target-postgres")
    after = tables(warehouse)
    assert after.keys() == {"raw.orders", *(f"sequence.{name}" for name in api.names)}
    assert after["raw.orders"] == before["raw.orders"]
    assert len(warehouse.query("SELECT id FROM raw.orders")) == 3


@contextmanager
def accounts(
    *names: str, select: str = CUSTOMERS
) -> Iterator[tuple[dict[str, SequenceAPI], dict[str, str]]]:
    """Provide accounts by name, and the variables with which their extractors load some lists."""
    with ExitStack() as stack:
        apis = {
            name: stack.enter_context(SequenceAPI(20 + number, seed=number))
            for number, name in enumerate(names)
        }
        keys: dict[str, str] = {}
        for name, api in apis.items():
            extractor = f"tap_sequence_{name}"
            keys |= variables(api, extractor) | {f"{extractor.upper()}__SELECT": select}
        yield apis, keys


def recipe_for_accounts(project: Project, number: int) -> None:
    """Follow one of the page's recipes for several accounts."""
    (project.folder / "accounts.meltano.yml").write_text(
        blocks(MELTANO_PAGE, "yaml")[number], encoding="utf-8"
    )
    project.change(include_paths=["sequence.meltano.yml", "accounts.meltano.yml"])


def test_a_schema_for_each_account(
    with_the_tap: Project, warehouse: Database, tmp_path: Path
) -> None:
    """Each account is loaded into its schema, and goes on from a state of its own."""
    recipe_for_accounts(with_the_tap, 0)
    file = tmp_path / "meltano.db"
    with accounts("uk", "us", "sandbox") as (apis, keys):
        keys["MELTANO_DATABASE_URI"] = f"sqlite:///{file}"
        with_the_tap.meltano("run", "sequence-accounts", **keys)
        for name, api in apis.items():
            table = sql.Identifier(f"sequence_{name}", "customers")
            rows = warehouse.query(sql.SQL("SELECT id FROM {}").format(table))
            assert sorted(row["id"] for row in rows) == sorted(ids(api))
            api.clear()
        with_the_tap.meltano("run", "tap-sequence-us", "target-postgres-sequence", **keys)
        assert [api.counts["customers"] for api in apis.values()] == [0, 1, 0]
    assert with_the_tap.states(file) == {
        f"dev:tap-sequence-{name}-to-target-postgres-sequence" for name in apis
    }


def test_an_environment_of_its_own(
    with_the_tap: Project, warehouse: Database, tmp_path: Path
) -> None:
    """Both jobs of an environment load into its schema, from states of its own."""
    added = YAML(typ="safe").load(blocks(MELTANO_PAGE, "yaml")[3])["environments"]
    with_the_tap.change(environments=[{"name": "dev"}, *added])
    warehouse.query("DROP SCHEMA IF EXISTS sequence CASCADE")
    file = tmp_path / "meltano.db"
    jobs = ("sequence", "sequence-refresh")
    with SequenceAPI(20) as api:
        # api_url leads to the stand-in, not to the real sandbox
        given = {**variables(api), **CUSTOMERS_ALONE, "MELTANO_DATABASE_URI": f"sqlite:///{file}"}
        with_the_tap.meltano("--environment=staging", "run", *jobs, **given)
        loaded = warehouse.query("SELECT id FROM sequence_staging.customers")
        assert sorted(row["id"] for row in loaded) == sorted(ids(api))
    assert "sequence.customers" not in tables(warehouse)
    assert with_the_tap.states(file) == {
        f"staging:{tap}-to-target-postgres-sequence"
        for tap in ("tap-sequence", "tap-sequence-refresh")
    }


def test_all_accounts_in_one_table(
    with_the_tap: Project, warehouse: Database, tmp_path: Path
) -> None:
    """A table has each account's rows under its name, also where two have the same id."""
    recipe_for_accounts(with_the_tap, 1)
    warehouse.query("DROP SCHEMA IF EXISTS sequence CASCADE")
    with accounts("uk", "us", select='["customers.*", "tax_rates.*"]') as (apis, keys):
        same = {"id": "the-same-id", "createdAt": "2025-01-01T00:00:00Z"}
        for api in apis.values():
            api.add_raw(same)
        keys["MELTANO_DATABASE_URI"] = f"sqlite:///{tmp_path / 'meltano.db'}"
        with_the_tap.meltano("run", "sequence-accounts", **keys)
        rows = warehouse.query("SELECT account, id FROM sequence.customers")
        assert sorted((row["account"], row["id"]) for row in rows) == sorted(
            (name, of["id"]) for name, api in apis.items() for of in cast("list[Row]", api.listed())
        )
        assert len({row["id"] for row in rows}) < len(rows)
        versions = warehouse.query('SELECT account, id, "versionId" FROM sequence.tax_rates')
        assert len(versions) == sum(len(api["tax_rates"].listed()) for api in apis.values())


def test_keys_in_one_table() -> None:
    """Where a table has several accounts' rows, each list's own key follows the account."""
    recipe = YAML(typ="safe").load(blocks(MELTANO_PAGE, "yaml")[1])["plugins"]["extractors"]
    selected: list[Any] = [stream for stream in STREAMS if stream.selected_by_default]
    with SequenceAPI(1, rows=1) as api:
        for extractor in recipe:
            schemas = sync(api, streams=None, **extractor["config"]).schemas
            assert {name: schema["key_properties"] for name, schema in schemas.items()} == {
                stream.name: ["account", *stream.primary_keys] for stream in selected
            }


def test_from_a_checkout(new: Path, tmp_path: Path) -> None:
    """A new project can install the tap from a checkout, as a comment in plugin.yaml says."""
    text = (ROOT / "plugin.yaml").read_text(encoding="utf-8")
    (command,) = re.findall("^#   (sed .*)$", text, re.MULTILINE)
    project = Project(new, tmp_path, {})
    call("sh", "-c", command, folder=project.folder, variables={"CHECKOUT": str(ROOT)})

    project.meltano("add", "tap-sequence", "--from-ref", "plugin.yaml")
    said = project.meltano("invoke", "tap-sequence", "--version")
    assert said.startswith("tap-sequence ")
    assert str(ROOT) in (project.folder / "meltano.yml").read_text(encoding="utf-8")
