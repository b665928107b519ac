"""Does target-postgres delete, or mark, what is gone, and leave everything else?"""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from standins.sequence_api import SequenceAPI
from tests.support.catalogs import selecting
from tests.support.documents import plugins
from tests.support.sync import sync

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from standins.postgres import Database
    from tests.support.rows import Row
    from tests.support.targets import Target

STREAMS = ("discounts", "invoices")


def as_json(value: Any) -> object:
    """Return what JSON has in place of a decimal or a time."""
    return value.isoformat() if isinstance(value, datetime) else float(value)


@pytest.fixture
def load(target_postgres: Target, database: Database, tmp_path: Path) -> Callable[..., Row]:
    """Return what runs the tap and the loader."""

    def load(api: SequenceAPI, *, loader: Row, method: str, state: Row, **config: Any) -> Row:
        catalog = selecting(*STREAMS, replication_method=method)
        synced = sync(api, catalog=catalog, state=state, **config)
        messages = tmp_path / "messages"
        lines = (json.dumps(message, default=as_json) for message in synced.messages)
        messages.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        ended = target_postgres.load(messages, tmp_path, sqlalchemy_url=database.url, **loader)
        assert ended.returncode == 0, ended.stderr
        return synced.state

    return load


@pytest.mark.parametrize("hard_delete", [True, False])
def test_what_is_gone_is_deleted_or_marked(
    hard_delete: bool,  # noqa: FBT001  a parameter of the test
    load: Callable[..., Row],
    database: Database,
) -> None:
    """After a night in which rows were deleted, these are gone from the table, and no others.

    In between, the hourly loader writes without the columns that tell versions apart.
    """
    (gone,) = (one for one in plugins("loaders") if one["name"] == "target-postgres-gone")
    nightly = {
        "loader": {**gone["config"], "hard_delete": hard_delete},
        "method": "FULL_TABLE",
        "emit_activate_version_messages": True,
        "state": {},
    }
    with SequenceAPI(5, rows={"discounts": 130, "invoices": 20}) as api:
        hourly = load(api, loader={}, method="INCREMENTAL", state={})
        removed = {name: {row.id for row in api[name].remove(3)} for name in STREAMS}
        load(api, **nightly)
        removed = {name: {*removed[name], *(r.id for r in api[name].remove(2))} for name in STREAMS}
        for name in STREAMS:
            api[name].add(2)
        load(api, loader={}, method="INCREMENTAL", state=hourly)
        load(api, **nightly)
        for name in STREAMS:
            rows = database.query(f"SELECT * FROM sequence.{name}")  # noqa: S608  no user's input
            there = {row["id"] for row in rows if row["_sdc_deleted_at"] is None}
            assert there == {row.id for row in api[name].rows}
            # What was gone before the first version was told has been deleted or marked, too
            assert {row["id"] for row in rows} - there == (set() if hard_delete else removed[name])
