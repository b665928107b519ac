"""All lists as a source for Airbyte's low-code CDK."""

# ruff: noqa: INP001  for separate programs, in other environments

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import yaml

_TOLD = Path(os.environ["BENCHMARKS_SCHEMAS"])

LISTS: list[dict[str, Any]] = json.loads((_TOLD / "lists.json").read_text("utf-8"))
"""What the tap declares of each list."""


def manifest(*, whole: bool, limited: bool) -> dict[str, Any]:
    """Return the source, with the concurrency of the line items': one more than there are lists.

    Args:
        whole: Whether the rows are whole, or without what the project does not load.
        limited: Whether it keeps to the limit in its configuration.
    """
    source: dict[str, Any] = yaml.safe_load(
        Path(__file__).with_name("line_items.yaml").read_text("utf-8")
    )
    source["streams"] = [_stream(each, [] if whole else each["left_out"]) for each in LISTS]
    if not limited:
        del source["api_budget"]
    return source


def config() -> dict[str, Any]:
    """Return its configuration."""
    return {
        name: os.environ[f"TAP_SEQUENCE_{name.upper()}"]
        for name in ("api_url", "client_id", "client_secret")
    }


def schema(name: str) -> dict[str, Any]:
    """Return the schema that the tap declares of a list."""
    declared: dict[str, Any] = json.loads((_TOLD / f"{name}.schema.json").read_text("utf-8"))
    return declared


def _stream(one: dict[str, Any], left_out: list[str]) -> dict[str, Any]:
    shown = schema(one["name"])
    stream: dict[str, Any] = {
        "type": "DeclarativeStream",
        "name": one["name"],
        "primary_key": one["keys"],
        "retriever": {
            "type": "SimpleRetriever",
            "requester": {
                "$ref": "#/definitions/requester",
                "path": f"/{one['path']}",
                "request_parameters": one["parameters"],
            },
            "record_selector": {"$ref": "#/definitions/selector"},
        },
        "schema_loader": {"type": "InlineSchemaLoader", "schema": shown},
    }
    if one["paged"]:
        stream["retriever"]["paginator"] = {"$ref": "#/definitions/paginator"}
    if left_out:
        stream["transformations"] = [
            {"type": "RemoveFields", "field_pointers": [[field] for field in left_out]}
        ]
        for field in left_out:
            del shown["properties"][field]
    return stream
