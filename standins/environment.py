"""The environment variables that point the tap, the loader and Meltano to the stand-ins."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from standins.postgres import Database
    from standins.sequence_api import SequenceAPI


def environment(api: SequenceAPI, database: Database, folder: Path) -> dict[str, str]:
    """Return the variables for one user of the stand-ins.

    Args:
        api: What tap-sequence reads.
        database: What target-postgres writes.
        folder: Where Meltano keeps the state of this user's runs, separate from the project's own.
    """
    return {
        "TAP_SEQUENCE_API_URL": api.url,
        "TAP_SEQUENCE_CLIENT_ID": api.client_id,
        "TAP_SEQUENCE_CLIENT_SECRET": api.client_secret,
        **database.environment(),
        "MELTANO_DATABASE_URI": f"sqlite:///{folder / 'meltano.db'}",
        "MELTANO_STATE_BACKEND_URI": "systemdb",
        "MELTANO_SEND_ANONYMOUS_USAGE_STATS": "false",
    }
