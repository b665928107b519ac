"""The same list read by Airbyte's low-code CDK, which takes its settings from files.

python read.py FOLDER
"""

# ruff: noqa: INP001  a separate program, in another environment

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from airbyte_cdk.cli.source_declarative_manifest import run


def main(folder: Path) -> None:
    """Read the list, as the CDK's own command does."""
    schema = json.loads(
        Path(os.environ["BENCHMARKS_SCHEMAS"], "customers.schema.json").read_text(encoding="utf-8")
    )
    stream = {
        "stream": {
            "name": "customers",
            "json_schema": schema,
            "supported_sync_modes": ["full_refresh"],
        },
        "sync_mode": "full_refresh",
        "destination_sync_mode": "overwrite",
    }
    config = {
        name: os.environ[f"TAP_SEQUENCE_{name.upper()}"]
        for name in ("api_url", "client_id", "client_secret")
    }
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    (folder / "catalog.json").write_text(json.dumps({"streams": [stream]}), encoding="utf-8")
    sys.argv[1:] = [
        "read",
        *("--config", str(folder / "config.json")),
        *("--catalog", str(folder / "catalog.json")),
        *("--manifest-path", str(Path(__file__).with_name("manifest.yaml"))),
    ]
    run()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
