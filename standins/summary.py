"""The contents of a database, as text for a terminal."""

import shutil
import unicodedata
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from psycopg import sql

from standins.postgres import Database

_SHOWN = "customers"
_ROWS = 5
_NARROWEST_CELL = 10
_WIDEST_CELL = 36  # a UUID
_GAP = "  "

# Without arrays, objects and the columns that a loader adds: they would fill the terminal.
_TABLES = """
SELECT table_schema AS schema, table_name AS name,
       array_agg(column_name::text ORDER BY ordinal_position) FILTER (
           WHERE data_type NOT IN ('ARRAY', 'json', 'jsonb') AND column_name NOT LIKE '\\_sdc\\_%'
       ) AS columns
FROM information_schema.columns
WHERE table_schema NOT IN ('information_schema', 'pg_catalog')
GROUP BY table_schema, table_name
ORDER BY table_schema, table_name
"""


def summary(database: Database, width: int | None = None) -> str:
    """Say how many rows each table has, and show the first customers.

    Args:
        database: Where to look.
        width: Columns of text; the terminal's width if not given.

    Returns:
        Lines of text; none if there is no table.
    """
    width = width or shutil.get_terminal_size().columns
    tables = [_Table(**row) for row in database.query(_TABLES)]
    totals = [_total(database, table) for table in tables]
    if not tables:
        return ""
    size = max(len("rows"), *(len(str(total)) for total in totals))
    lines = [f"{'rows':>{size}}{_GAP}table"]
    lines += [f"{total:>{size}}{_GAP}{table}" for total, table in zip(totals, tables, strict=True)]
    for total, table in zip(totals, tables, strict=True):
        if table.name == _SHOWN and total and table.columns:
            lines += ["", str(table), *_first_rows(database, table, total, width)]
    return "\n".join(lines)


class _Table(NamedTuple):
    schema: str
    name: str
    columns: list[str] | None

    def __str__(self) -> str:
        return f"{self.schema}.{self.name}"

    @property
    def identifier(self) -> sql.Identifier:
        return sql.Identifier(self.schema, self.name)


def _total(database: Database, table: _Table) -> int:
    query = sql.SQL("SELECT count(*) AS total FROM {}").format(table.identifier)
    total: int = database.query(query)[0]["total"]
    return total


def _first_rows(database: Database, table: _Table, total: int, width: int) -> Iterator[str]:
    columns = table.columns or []
    rows = database.query(
        sql.SQL("SELECT {} FROM {} ORDER BY 1 LIMIT {}").format(
            sql.SQL(", ").join(map(sql.Identifier, columns)), table.identifier, sql.Literal(_ROWS)
        )
    )
    shown: list[list[str]] = []
    for column in columns:
        room = min(width, _WIDEST_CELL)
        if room < _NARROWEST_CELL:
            break
        cells = [_clipped(_text(row[column]), room) for row in rows]
        if not any(cells):
            continue
        cells = [_clipped(column, room), *cells]
        size = max(map(_width, cells))
        shown.append([cell + " " * (size - _width(cell)) for cell in cells])
        width -= size + len(_GAP)
    for line in zip(*shown, strict=True):
        yield _GAP.join(line).rstrip()
    if total > len(rows):
        yield "…"


def _text(value: object) -> str:
    if value is None:
        return ""
    text = value.isoformat(" ", "microseconds") if isinstance(value, datetime) else str(value)
    return "".join(character if character.isprintable() else " " for character in text)


def _clipped(text: str, room: int) -> str:
    if _width(text) <= room:
        return text
    while _width(text) >= room:
        text = text[:-1]
    return f"{text}…"


def _width(text: str) -> int:
    """Count the columns that a text takes up in a terminal."""
    return sum(
        0 if unicodedata.combining(one) else 2 if unicodedata.east_asian_width(one) in "FW" else 1
        for one in text
    )
