"""Running the tap with targets, connected as the documents say."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from tests.support.accounts import settings
from tests.support.commands import ROOT, TAP, call

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from standins.sequence_api import SequenceAPI
    from tests.support.rows import Row


def run_tap(
    api: SequenceAPI,
    file: Path,
    *,
    streams: Collection[str] = ("customers",),
    schema: Mapping[str, Row] | None = None,
    **config: Any,
) -> Path:
    """Run the tap with some settings, and return the file of its messages.

    Args:
        api: What it reads.
        file: Where its messages go.
        streams: What of it.
        schema: What stands in a catalog in place of the schema of customers, by field.
        **config: Settings beside those that lead to the API.
    """
    config_file = file.with_suffix(".json")
    config_file.write_text(json.dumps(settings(api, **config)), encoding="utf-8")
    catalog = json.loads(_discovered())
    by_name = {stream["tap_stream_id"]: stream for stream in catalog["streams"]}
    by_name["customers"]["schema"]["properties"].update(schema or {})
    catalog["streams"] = [by_name[name] for name in streams]
    catalog_file = file.with_suffix(".catalog.json")
    catalog_file.write_text(json.dumps(catalog), encoding="utf-8")
    given = ("--config", config_file, "--catalog", catalog_file)
    file.write_text(call(TAP, *given, folder=file.parent).stdout, encoding="utf-8")
    return file


@cache
def _discovered() -> str:
    return call(TAP, "--discover", folder=ROOT).stdout


@dataclass(frozen=True)
class Target:
    """A target as a document, or meltano.yml, defines it.

    Attributes:
        definition: As it stands there.
        commands: Where its commands are installed.
    """

    definition: Row
    commands: Path

    def load(
        self, messages: Path, folder: Path, **config: object
    ) -> subprocess.CompletedProcess[str]:
        """Load the tap's messages, in a folder, with other settings than its definition has."""
        file = folder / "target.json"
        file.write_text(json.dumps({**self.definition["config"], **config}), encoding="utf-8")
        with messages.open("rb") as lines:
            return call(
                self.commands / self.definition["executable"],
                *("--config", file),
                folder=folder,
                variables=self.definition.get("env"),
                stdin=lines,
                check=False,
            )


def bookmark(ended: subprocess.CompletedProcess[str]) -> str | None:
    """Return the bookmark of the last state that a target printed."""
    if not ended.stdout:
        return None
    state = json.loads(ended.stdout.splitlines()[-1])
    found: str = state["bookmarks"]["customers"]["replication_key_value"]
    return found
