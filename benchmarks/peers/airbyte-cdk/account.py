"""All lists read by Airbyte's low-code CDK, concurrently.

python account.py FOLDER [REQUESTS_PER_MINUTE]
"""

# ruff: noqa: INP001  a separate program, in another environment

from __future__ import annotations

import json
import sys
from pathlib import Path

from airbyte_cdk.cli.source_declarative_manifest import run
from lists import LISTS, config, manifest, schema


def main(folder: Path, *limit: str) -> None:
    """Read them, as the CDK's own command does."""
    catalog = [
        {
            "stream": {
                "name": each["name"],
                "json_schema": schema(each["name"]),
                "supported_sync_modes": ["full_refresh"],
            },
            "sync_mode": "full_refresh",
            "destination_sync_mode": "overwrite",
        }
        for each in LISTS
    ]
    files = {
        "config": config() | ({"requests_per_minute": int(limit[0])} if limit else {}),
        "catalog": {"streams": catalog},
        "manifest": manifest(whole=True, limited=bool(limit)),
    }
    for name, content in files.items():
        (folder / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")
    sys.argv[1:] = [
        "read",
        *("--config", str(folder / "config.json")),
        *("--catalog", str(folder / "catalog.json")),
        *("--manifest-path", str(folder / "manifest.json")),  # JSON is YAML too
    ]
    run()


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
