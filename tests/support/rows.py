"""What a row of a warehouse must hold."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

Row = dict[str, Any]
Rows = dict[str, Row]

TIMES = {"createdAt", "archivedAt"}


def present(row: Row) -> Row:
    """Leave out what is null, and read the times."""
    return {
        name: in_utc(value) if name in TIMES and isinstance(value, str) else value
        for name, value in row.items()
        if value is not None
    }


def all_present(rows: Rows) -> Rows:
    """Leave out what is null in each row, and read the times."""
    return {identity: present(row) for identity, row in rows.items()}


def in_utc(text: str) -> datetime:
    """Read a time, which must say where it is valid."""
    read = datetime.fromisoformat(text)
    assert read.tzinfo is not None
    return read.astimezone(UTC).replace(tzinfo=None)
