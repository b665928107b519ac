"""Does a whole account arrive in PostgreSQL, with the types that docs/streams.md gives?"""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from psycopg import sql

from standins.environment import environment
from standins.postgres import postgres
from standins.sequence_api import SequenceAPI
from tests.support.commands import MELTANO, ROOT, call
from tests.support.documents import table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from standins.postgres import Database
    from tests.support.rows import Row

pytestmark = pytest.mark.usefixtures("installed")

PAGE = (ROOT / "docs" / "streams.md").read_text(encoding="utf-8")

KEYS = {
    re.sub(r"\[(\w+)\].*", r"\1", row[0]): re.findall(r"`(\w+)`", row[2])
    for row in table("docs/streams.md", "stream")
}
"""The key of each stream that is selected by default."""

TYPES = {
    name: dict(re.findall(r"^\| `(\w+)` \| (\S+) \|", section, re.MULTILINE))
    for name, section in re.findall(
        r"^### (\w+)\n(.*?)(?=^### |\Z)", PAGE, re.MULTILINE | re.DOTALL
    )
    if name in KEYS
}
"""The type of each column of each of these streams, with those that meltano.yml leaves out."""

LEFT_OUT = "merchantDetails"


@pytest.fixture(scope="module")
def account(
    server: Database, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[SequenceAPI, Database]]:
    """Provide an account, and the warehouse that it was loaded into by the project's Meltano."""
    with SequenceAPI(40) as api, postgres(server.url) as database:
        variables = environment(api, database, tmp_path_factory.mktemp("whole"))
        call(MELTANO, "run", "tap-sequence", "target-postgres", folder=ROOT, variables=variables)
        yield api, database


def test_columns(account: tuple[SequenceAPI, Database]) -> None:
    """The tables are those of the streams that are selected by default, as they are documented."""
    _, database = account
    found: dict[str, dict[str, str]] = {}
    for column in database.query(
        "SELECT relname, attname, format_type(atttypid, NULL) AS type FROM pg_attribute "
        "JOIN pg_class ON pg_class.oid = attrelid AND relkind = 'r' AND attnum > 0 "
        "WHERE relnamespace = 'sequence'::regnamespace"
    ):
        types = found.setdefault(column["relname"], {})
        types[column["attname"]] = column["type"].removesuffix(" without time zone")
    wanted = {
        name: {column: kind for column, kind in types.items() if column != LEFT_OUT}
        for name, types in TYPES.items()
    }
    assert len(wanted) == 19
    assert found == wanted
    assert {kind for types in wanted.values() for kind in types.values()} == {
        *("text", "text[]", "jsonb", "numeric", "bigint", "boolean", "date", "timestamp")
    }


def test_keys(account: tuple[SequenceAPI, Database]) -> None:
    """The documented key of each stream is its table's primary key."""
    _, database = account
    keys = database.query(
        "SELECT conrelid::regclass::text AS name, array_agg(attname::text ORDER BY attnum) AS key "
        "FROM pg_constraint JOIN pg_attribute ON attrelid = conrelid AND attnum = ANY (conkey) "
        "WHERE contype = 'p' AND connamespace = 'sequence'::regnamespace GROUP BY conrelid"
    )
    assert {row["name"].removeprefix("sequence."): row["key"] for row in keys} == KEYS


READ: dict[str, Callable[[Any], object]] = {
    "numeric": Decimal,
    "date": date.fromisoformat,
    "timestamp": lambda text: datetime.fromisoformat(text).replace(tzinfo=UTC),
}
"""How texts of these types are read, whether the API or the database wrote them."""


def read(row: Row, types: dict[str, str]) -> Row:
    """Return a row as it is compared: without what is null, or left out."""
    return {
        name: READ[types[name]](value) if types[name] in READ else value
        for name, value in row.items()
        if value is not None and name != LEFT_OUT
    }


def by_copy(row: Row, types: dict[str, str]) -> Row:
    """Return a row as COPY passes it on: with floats, of which docs/targets.md warns."""
    return {
        name: repr(float(value)) if types[name] == "numeric" and value is not None else value
        for name, value in row.items()
    }


@pytest.mark.parametrize("name", TYPES)
def test_values(account: tuple[SequenceAPI, Database], name: str) -> None:
    """Each row arrives once, with all its decimals, dates and times, and JSON as it was sent."""
    api, database = account
    types = TYPES[name]
    rows = database.query(
        sql.SQL("SELECT to_jsonb(loaded)::text AS row FROM {} AS loaded").format(
            sql.Identifier("sequence", name)
        )
    )
    listed: list[Any] = api[name].listed()
    found = [read(json.loads(row["row"], parse_float=Decimal), types) for row in rows]
    wanted = [read(by_copy(item, types), types) for item in listed]
    assert len(found) == len(wanted) > 0
    assert by_key(found, name) == by_key(wanted, name)


def by_key(rows: list[Row], name: str) -> dict[tuple[str, ...], Row]:
    """Return rows by the key of their stream."""
    return {tuple(row[part] for part in KEYS[name]): row for row in rows}
