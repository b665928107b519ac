"""The programs that load lists into PostgreSQL, replacing rows already there."""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from psycopg import sql

from benchmarks.clients import QUIET, TAP, TOLD
from benchmarks.environments import PEERS, programs
from benchmarks.lists import LISTS
from benchmarks.measuring import Cost, FailedError, measure
from benchmarks.results import Comparison
from benchmarks.turns import say, turns

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from standins.postgres import Database

SCHEMA = "sequence"
"""The schema into which all of them load, each list into the table of its name."""

_KEYS = {each.name: each.keys for each in LISTS}


@dataclass
class Loader:
    """A program that reads lists and loads them.

    Attributes:
        name: Its name in the tables.
        command: The program and its arguments.
        variables: The environment variables it needs.
        database: Where it loads to.
    """

    name: str
    command: list[str | Path]
    variables: Mapping[str, str]
    database: Database = field(repr=False)

    def empty(self, rows: Mapping[str, int], variables: Mapping[str, str]) -> Cost:
        """Load all rows into an empty database.

        Args:
            rows: How many there are, by list.
            variables: The environment variables through which it finds the API.
        """
        for schema in (SCHEMA, f"{SCHEMA}_staging"):  # the second is dlt's
            self.database.query(
                sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(schema))
            )
        return self.again(rows, variables)

    def again(self, rows: Mapping[str, int], variables: Mapping[str, str]) -> Cost:
        """Load all rows.

        Args:
            rows: How many there are, by list.
            variables: The environment variables through which it finds the API.

        Raises:
            FailedError: If afterwards not every row is there once.
        """
        with tempfile.TemporaryDirectory() as folder:
            cost, _ = measure(self.command, {**self.variables, **variables}, Path(folder))
        for name, wanted in rows.items():
            found = self._found(name)
            if set(found.values()) != {wanted}:
                raise FailedError(f"{self.name} loaded {found} of {wanted} {name}")
        return cost

    def _found(self, name: str) -> dict[str, int]:
        """Return how many rows a table has, and how many of them differ in their keys."""
        columns = self.database.query(
            "SELECT column_name AS name FROM information_schema.columns "
            "WHERE table_schema = %s AND table_name = %s",
            (SCHEMA, name),
        )
        # `versionId` to one of them, `version_id` to another
        named = {each["name"].replace("_", "").lower(): each["name"] for each in columns}
        keys = [sql.Identifier(named.get(key.lower(), key)) for key in _KEYS[name]]
        found = self.database.query(
            sql.SQL("SELECT count(*), count(DISTINCT ({})) AS different FROM {}").format(
                sql.SQL(", ").join(keys), sql.Identifier(SCHEMA, name)
            )
        )
        return found[0]


def loaders(
    database: Database, folder: Path, *, program: str, select: str | None = None
) -> list[Loader]:
    """Return the loaders: the project as a user runs it, then its alternatives.

    Args:
        database: Where they load to.
        folder: Where they keep what they know about earlier runs.
        program: The program of dlt's that loads the same.
        select: What the tap selects, if not what the project says.
    """
    return [
        Loader(
            TAP,
            # --full-refresh: each run as if it were the first
            [
                Path(sys.executable).with_name("meltano"),
                "run",
                "--full-refresh",
                TAP,
                "target-postgres",
            ],
            {
                **database.environment(),
                **({"TAP_SEQUENCE__SELECT": select} if select else {}),
                "MELTANO_DATABASE_URI": f"sqlite:///{folder / 'meltano.db'}",
                "MELTANO_STATE_BACKEND_URI": "systemdb",
                "MELTANO_SEND_ANONYMOUS_USAGE_STATS": "false",
            },
            database,
        ),
        *(
            Loader(
                name,
                [programs("dlt") / "python", PEERS / "dlt" / program, folder / stage, stage],
                {**TOLD, **QUIET, "DESTINATION__POSTGRES__CREDENTIALS": database.url},
                database,
            )
            for name, stage in (
                ("dlt's REST source", "load"),
                ("dlt's REST source, one table", "load-one-table"),
            )
        ),
    ]


def load(
    title: str,
    everybody: Sequence[Loader],
    rounds: int,
    rows: Mapping[str, int],
    variables: Mapping[str, str],
) -> list[Comparison]:
    """Load into empty tables, and then once more.

    Args:
        title: What is loaded.
        everybody: By what.
        rounds: How often.
        rows: How many rows there are, by list.
        variables: The environment variables through which the API is found.
    """
    empty: dict[str, list[Cost]] = {loader.name: [] for loader in everybody}
    again: dict[str, list[Cost]] = {loader.name: [] for loader in everybody}
    for turn, loader in turns(everybody, rounds):
        say(f"round {turn + 1}: {loader.name}")
        empty[loader.name].append(loader.empty(rows, variables))
        again[loader.name].append(loader.again(rows, variables))
    tables = "an empty table" if len(rows) == 1 else "empty tables"
    return [
        Comparison(
            f"{title}, {where}", rounds, {name: Cost.median(taken) for name, taken in costs.items()}
        )
        for where, costs in ((f"into {tables}", empty), ("all of them there already", again))
    ]
