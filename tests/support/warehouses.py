"""Databases into which the tap and target-postgres load, with the views for analysts over them."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from psycopg import sql

from tap_sequence.tap import TapSequence
from tests.support.commands import ROOT
from tests.support.documents import schema_of_the_project, table
from tests.support.targets import run_tap

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    from standins.postgres import Database
    from standins.sequence_api import SequenceAPI
    from tests.support.rows import Row
    from tests.support.targets import Target

DOCUMENT = "docs/analysts.md"


class Warehouse:
    """A database into which lists are loaded, with views laid over it.

    Attributes:
        database: The database.
        schema: What stands in the catalog in place of the schema of customers, by field.
    """

    def __init__(self, api: SequenceAPI, database: Database, target: Target, folder: Path) -> None:
        self.database = database
        self.schema = schema_of_the_project()
        self._api = api
        self._target = target
        self._folder = folder

    def load(
        self,
        *,
        streams: Collection[str] = ("customers",),
        loader: Row | None = None,
        **config: Any,
    ) -> None:
        """Run the tap and the loader.

        Args:
            streams: What is loaded.
            loader: Settings of the loader, beside those that meltano.yml has.
            **config: Settings of the tap.
        """
        file = self._folder / "messages"
        messages = run_tap(self._api, file, streams=streams, schema=self.schema, **config)
        given = {"sqlalchemy_url": self.database.url, **(loader or {})}
        ended = self._target.load(messages, self._folder, **given)
        assert ended.returncode == 0, ended.stderr

    def take(self, rows: Mapping[str, Sequence[Row]]) -> None:
        """Run the loader on rows of streams, as if the tap had sent them."""
        streams = TapSequence(validate_config=False, setup_mapper=False).streams
        messages: list[Row] = []
        for name, of_stream in rows.items():
            schema = {"schema": streams[name].schema, "key_properties": streams[name].primary_keys}
            messages.append({"type": "SCHEMA", "stream": name, **schema})
            messages += ({"type": "RECORD", "stream": name, "record": row} for row in of_stream)
        file = self._folder / "rows"
        file.write_text("".join(f"{json.dumps(one)}\n" for one in messages), encoding="utf-8")
        ended = self._target.load(file, self._folder, sqlalchemy_url=self.database.url)
        assert ended.returncode == 0, ended.stderr

    def lay(self, name: str) -> None:
        """Make the views of a file."""
        (file,) = (ROOT / "docs" / "views").rglob(f"{name}.sql")
        self.database.query(file.read_text(encoding="utf-8"))

    def view(self, name: str) -> list[Row]:
        """Return the rows of a view, in any order, times in UTC."""
        view = sql.Identifier("sequence_views", name)
        rows = self.database.query(sql.SQL("SELECT * FROM {}").format(view))
        return [{name: _in_utc(value) for name, value in row.items()} for row in rows]

    def columns(self) -> dict[str, dict[str, str]]:
        """Return the types of the views' columns, by name, by view."""
        found: dict[str, dict[str, str]] = {}
        for column in self.database.query(
            "SELECT table_name, column_name, data_type FROM information_schema.columns "
            "WHERE table_schema = 'sequence_views' ORDER BY table_name, ordinal_position"
        ):
            types = found.setdefault(column["table_name"], {})
            types[column["column_name"]] = column["data_type"]
        return found


def _in_utc(value: object) -> object:
    if not isinstance(value, datetime):
        return value
    assert value.tzinfo
    return value.astimezone(UTC)


def time(text: str | None) -> datetime | None:
    """Read a time of the API."""
    return datetime.fromisoformat(text).astimezone(UTC) if text else None


def documented(heading: str) -> dict[str, list[str]]:
    """Return the columns of the views in a table of the document, in their order."""
    rows = table(DOCUMENT, heading)
    return {row[0].strip("`"): re.findall("`(.*?)`", row[2]) for row in rows}
