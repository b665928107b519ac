"""All lists loaded into PostgreSQL by PyAirbyte, which runs Airbyte's sources without a server.

python account.py POSTGRES_URL
"""

# ruff: noqa: INP001  a separate program, in another environment

from __future__ import annotations

import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

import airbyte
from airbyte.caches import PostgresCache

sys.path.append(str(Path(__file__).parent.parent / "airbyte-cdk"))

from lists import config, manifest


def main(url: str) -> None:
    """Load them."""
    where = urlsplit(url)
    cache = PostgresCache(
        host=where.hostname or "",
        port=where.port or 5432,
        username=unquote(where.username or ""),
        password=unquote(where.password or ""),
        database=where.path.removeprefix("/"),
        schema_name="sequence",
    )
    source = airbyte.get_source(
        "source-sequence",
        config=config(),
        streams="*",
        source_manifest=manifest(whole=False, limited=False),
    )
    source.read(cache=cache, force_full_refresh=True)


if __name__ == "__main__":
    main(sys.argv[1])
