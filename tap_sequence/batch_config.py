"""The setting `batch_config`: the SDK takes it for granted, whatever it holds."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from singer_sdk import typing as th
from upath import UPath

BATCH_CONFIG: dict[str, Any] = th.Property(
    "batch_config",
    th.ObjectType(
        th.Property(
            "encoding",
            th.ObjectType(
                th.Property(
                    "format", th.StringType, required=True, allowed_values=["jsonl", "parquet"]
                ),
                th.Property("compression", th.StringType, allowed_values=["gzip", "none", None]),
                additional_properties=False,
            ),
            required=True,
        ),
        th.Property(
            "storage",
            th.ObjectType(
                th.Property("root", th.StringType(min_length=1), required=True),
                th.Property("prefix", th.StringType),
                th.Property("params", th.ObjectType(additional_properties=True)),
                additional_properties=False,
            ),
            required=True,
        ),
        th.Property("batch_size", th.IntegerType(minimum=1)),
        additional_properties=False,
    ),
    title="Batch configuration",
    description="Encoding and storage of BATCH messages, which take the place of single records "
    "where it is set. Not set by default.",
).to_dict()["batch_config"]
"""JSON schema of the setting, stricter than the SDK's."""


def mistake(batch_config: dict[str, Any]) -> str | None:
    """Find what is wrong with the setting beyond its schema.

    Args:
        batch_config: The setting, which satisfies the schema. What it may leave out is filled in.

    Returns:
        The mistake, which begins with the path below the setting, or None.
    """
    if batch_config.get("batch_size"):
        batch_config["batch_size"] = int(batch_config["batch_size"])  # 100.0 satisfies the schema
    return _encoding(batch_config["encoding"]) or _storage(batch_config["storage"])


def _encoding(encoding: dict[str, Any]) -> str | None:
    if encoding["format"] == "parquet":
        if not find_spec("pyarrow"):
            return "encoding.format: parquet needs the package pyarrow, which is not installed"
        return None
    # The SDK compresses these files whatever the setting says, and a target believes the latter
    if encoding.get("compression") == "none":
        return "encoding.compression: jsonl is always compressed, expected gzip"
    encoding["compression"] = "gzip"
    return None


def _storage(storage: dict[str, Any]) -> str | None:
    storage["params"] = storage.get("params") or {}
    try:
        root = UPath(storage["root"], **storage["params"]).resolve()
        filesystem = type(root.fs).__name__
    except ImportError as error:
        return f"storage.root: needs a package that is not installed: {error}"
    except Exception as error:  # noqa: BLE001  whatever the package of that kind of storage raises
        return f"storage.root: can't be used, {type(error).__name__}"
    if filesystem == "MemoryFileSystem":
        return "storage.root: is memory of the tap's own, which no target can read"
    if filesystem == "LocalFileSystem" and not _can_be_made(Path(root.path)):
        return "storage.root: is no folder that can be written to"
    return None


def _can_be_made(folder: Path) -> bool:
    while not os.path.lexists(folder):
        folder = folder.parent
    return folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)
