"""All lists read by Airbyte's low-code CDK, concurrently.

python account.py FOLDER [REQUESTS_PER_MINUTE]
"""

# ruff: noqa: INP001  a separate program, in another environment

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import yaml
from airbyte_cdk.cli.source_declarative_manifest import run


def main(folder: Path, *limit: str) -> None:
    """Read them, as the CDK's own command does."""
    known = Path(os.environ["BENCHMARKS_SCHEMAS"])
    lists = json.loads((known / "lists.json").read_text("utf-8"))
    # With the concurrency of the line items': one more than there are lists
    manifest = yaml.safe_load(Path(__file__).with_name("line_items.yaml").read_text("utf-8"))
    manifest["streams"] = [stream(**each) for each in lists]
    config: dict[str, object] = {
        name: os.environ[f"TAP_SEQUENCE_{name.upper()}"]
        for name in ("api_url", "client_id", "client_secret")
    }
    if limit:
        config["requests_per_minute"] = int(limit[0])
    else:
        del manifest["api_budget"]
    catalog = [
        {
            "stream": {
                "name": each["name"],
                "json_schema": json.loads((known / f"{each['name']}.schema.json").read_text()),
                "supported_sync_modes": ["full_refresh"],
            },
            "sync_mode": "full_refresh",
            "destination_sync_mode": "overwrite",
        }
        for each in lists
    ]
    files = {"config": config, "catalog": {"streams": catalog}, "manifest": manifest}
    for name, content in files.items():
        (folder / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")
    sys.argv[1:] = [
        "read",
        *("--config", str(folder / "config.json")),
        *("--catalog", str(folder / "catalog.json")),
        *("--manifest-path", str(folder / "manifest.json")),  # JSON is YAML too
    ]
    run()


def stream(
    *, name: str, path: str, keys: list[str], parameters: dict[str, str], paged: bool, **_: object
) -> dict[str, Any]:
    """Return a list as the CDK is told of it."""
    retriever: dict[str, Any] = {
        "type": "SimpleRetriever",
        "requester": {
            "$ref": "#/definitions/requester",
            "path": f"/{path}",
            "request_parameters": parameters,
        },
        "record_selector": {"$ref": "#/definitions/selector"},
    }
    if paged:
        retriever["paginator"] = {"$ref": "#/definitions/paginator"}
    return {
        "type": "DeclarativeStream",
        "name": name,
        "primary_key": keys,
        "retriever": retriever,
        "schema_loader": {"type": "InlineSchemaLoader", "schema": {}},
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
