"""The programs that load the list into PostgreSQL, replacing customers already there."""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from psycopg import sql

from benchmarks.clients import QUIET, TAP
from benchmarks.environments import PEERS, programs
from benchmarks.measuring import FailedError, measure

if TYPE_CHECKING:
    from collections.abc import Mapping

    from benchmarks.measuring import Cost
    from standins.postgres import Database

SCHEMA = "sequence"
"""The schema into which all of them load the table `customers`."""


@dataclass
class Loader:
    """A program that reads the list and loads it.

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

    def empty(self, customers: int, variables: Mapping[str, str]) -> Cost:
        """Load all customers into an empty database.

        Args:
            customers: How many there are.
            variables: The environment variables through which it finds the API.
        """
        for schema in (SCHEMA, f"{SCHEMA}_staging"):  # the second is dlt's
            self.database.query(
                sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(schema))
            )
        return self.again(customers, variables)

    def again(self, customers: int, variables: Mapping[str, str]) -> Cost:
        """Load all customers.

        Args:
            customers: How many there are.
            variables: The environment variables through which it finds the API.

        Raises:
            FailedError: If afterwards not every customer is there once.
        """
        with tempfile.TemporaryDirectory() as folder:
            cost, _ = measure(self.command, {**self.variables, **variables}, Path(folder))
        found = self.database.query("SELECT count(*), count(DISTINCT id) FROM sequence.customers")
        if set(found[0].values()) != {customers}:
            raise FailedError(f"{self.name} loaded {found[0]} of {customers} customers")
        return cost


def loaders(database: Database, folder: Path) -> list[Loader]:
    """Return the loaders: the project as a user runs it, then its alternatives.

    Args:
        database: Where they load to.
        folder: Where they keep what they know about earlier runs.
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
                "TAP_SEQUENCE__SELECT": '["customers.*"]',
                "MELTANO_DATABASE_URI": f"sqlite:///{folder / 'meltano.db'}",
                "MELTANO_STATE_BACKEND_URI": "systemdb",
                "MELTANO_SEND_ANONYMOUS_USAGE_STATS": "false",
            },
            database,
        ),
        *(
            Loader(
                name,
                [programs("dlt") / "python", PEERS / "dlt" / "read.py", folder / stage, stage],
                {**QUIET, "DESTINATION__POSTGRES__CREDENTIALS": database.url},
                database,
            )
            for name, stage in (
                ("dlt's REST source", "load"),
                ("dlt's REST source, one table", "load-one-table"),
            )
        ),
    ]
