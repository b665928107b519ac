"""The line items below all invoices, read by Airbyte's low-code CDK.

python line_items.py FOLDER [REQUESTS_PER_MINUTE]
"""

# ruff: noqa: INP001  a separate program, in another environment

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import yaml
from airbyte_cdk.cli.source_declarative_manifest import run


def main(folder: Path, *limit: str) -> None:
    """Read them, as the CDK's own command does."""
    manifest = yaml.safe_load(Path(__file__).with_name("line_items.yaml").read_text("utf-8"))
    config: dict[str, object] = {
        name: os.environ[f"TAP_SEQUENCE_{name.upper()}"]
        for name in ("api_url", "client_id", "client_secret")
    }
    if limit:
        config["requests_per_minute"] = int(limit[0])
    else:
        del manifest["api_budget"]
    stream = {
        "stream": {
            "name": "invoice_line_items",
            "json_schema": json.loads(
                Path(os.environ["BENCHMARKS_SCHEMAS"], "invoice_line_items.schema.json").read_text(
                    "utf-8"
                )
            ),
            "supported_sync_modes": ["full_refresh"],
        },
        "sync_mode": "full_refresh",
        "destination_sync_mode": "overwrite",
    }
    files = {"config": config, "catalog": {"streams": [stream]}, "manifest": manifest}
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
