"""Is a load complete in the end that was killed on its way into PostgreSQL?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from standins.sequence_api import SequenceAPI
from tests.support.kills import killed_loads, others

if TYPE_CHECKING:
    from pathlib import Path

    from standins.postgres import Database


def test_a_load_that_is_killed_is_complete_in_the_end(database: Database, tmp_path: Path) -> None:
    """After kills at random moments and one run to the end, each row of each list is there once."""
    with SequenceAPI(4000, rows=others(4000), latency=0.01) as api:
        assert killed_loads(api, database, tmp_path, kills=3, seed=1) == []
