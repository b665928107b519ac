"""Loading the whole account into PostgreSQL, by the project as it is and by its alternatives.

None of them loads the fields that the project leaves out.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.account import CUSTOMERS, prepare, whole
from benchmarks.api import served
from benchmarks.clients import TOLD
from benchmarks.environments import PEERS, programs, version
from benchmarks.lists import PAGE_SIZE
from benchmarks.loading import Loader, load, loaders
from benchmarks.turns import say
from standins.postgres import postgres

if TYPE_CHECKING:
    from benchmarks.results import Comparison
    from standins.postgres import Database

LATENCY_MS = 50

_NAME = "PyAirbyte"
_PEER = "pyairbyte"


def loading(rounds: int, *, share: int = 1) -> list[Comparison]:
    """Load the whole account, into empty tables and then once more.

    Args:
        rounds: How often.
        share: By what the customers, and with them the other lists, are divided for a quick look.
    """
    prepare()
    customers = CUSTOMERS // share
    account = whole(customers)
    title = f"Loading {len(account.ids):,} rows of {len(account.rows)} lists to PostgreSQL"
    with postgres() as database, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        everybody = [
            *loaders(database, folder, program="account.py"),
            pyairbyte(database, folder),
        ]
        with served("account", PAGE_SIZE) as server:  # unmeasured, as for the other scenarios
            for loader in everybody:
                say(f"warm-up: {loader.name}")
                loader.empty(whole(PAGE_SIZE).rows, server.variables)
        with served("account", customers) as server:
            server.begin(LATENCY_MS, 0)
            return load(
                f"{title} at {LATENCY_MS} ms a request",
                everybody,
                rounds,
                account.rows,
                server.variables,
            )


def pyairbyte(database: Database, folder: Path) -> Loader:
    """Return what runs Airbyte's sources without a server.

    Args:
        database: Where it loads to.
        folder: Where it keeps its files.
    """
    return Loader(
        _NAME,
        [programs(_PEER) / "python", PEERS / _PEER / "account.py", database.url],
        {
            **TOLD,
            # It would ask for a list of all sources, and call home
            "AIRBYTE_OFFLINE_MODE": "1",
            "AIRBYTE_CACHE_ROOT": str(folder / "pyairbyte"),
            "AIRBYTE_LOGGING_ROOT": str(folder / "pyairbyte"),
        },
        database,
    )


def versions() -> dict[str, str]:
    """Return what is loaded by here, and nowhere else, with its version."""
    return {_NAME: f"airbyte {version(_PEER, 'airbyte')}"}
