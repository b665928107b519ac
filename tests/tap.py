"""Running the tap as its users do: its command line, in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from standins.sequence_api import SequenceAPI

ROOT = Path(__file__).parent.parent


@dataclass
class Run:
    """What a run left behind.

    Attributes:
        exit_code: The process's.
        messages: The Singer messages on standard output, decoded.
        stdout: The same as text.
        stderr: What was logged.
        waits: Seconds that each wait between tries would have taken.
    """

    exit_code: int
    stdout: str
    stderr: str
    waits: list[float] = field(default_factory=list)

    @property
    def messages(self) -> list[dict[str, Any]]:
        """The Singer messages."""
        return [json.loads(line) for line in self.stdout.splitlines()]

    @property
    def records(self) -> list[dict[str, Any]]:
        """The records of the RECORD messages."""
        return [one["record"] for one in self.messages if one["type"] == "RECORD"]

    @property
    def states(self) -> list[dict[str, Any]]:
        """The values of the STATE messages."""
        return [one["value"] for one in self.messages if one["type"] == "STATE"]

    @property
    def state(self) -> dict[str, Any]:
        """The last state."""
        return self.states[-1]

    @property
    def bookmark(self) -> dict[str, Any]:
        """What the last state says of customers."""
        bookmark: dict[str, Any] = self.state["bookmarks"]["customers"]
        return bookmark

    @property
    def last_line(self) -> str:
        """The last line of the log, without time and level."""
        return self.stderr.rstrip().rpartition("\n")[2].split(" | ", 3)[-1]

    @property
    def warnings(self) -> list[str]:
        """The warnings in the log."""
        lines = (line.split(" | ", 3) for line in self.stderr.splitlines())
        return [parts[3] for parts in lines if len(parts) == 4 and parts[1].strip() == "WARNING"]


def settings(api: SequenceAPI, **more: Any) -> dict[str, Any]:
    """Return the settings that reach a stand-in, and more."""
    return {
        "api_url": api.url,
        "client_id": api.client_id,
        "client_secret": api.client_secret,
        **more,
    }


def run(
    *arguments: str,
    config: Mapping[str, Any] | None = None,
    state: Mapping[str, Any] | None = None,
    catalog: Mapping[str, Any] | None = None,
    environment: Mapping[str, str] | None = None,
) -> Run:
    """Run the tap to its end, without waiting between tries.

    Args:
        arguments: What follows the tap's name.
        config: Content of the file for `--config`.
        state: Content of the file for `--state`.
        catalog: Content of the file for `--catalog`.
        environment: Variables beside those of this process.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        given = {"--config": config, "--state": state, "--catalog": catalog}
        for option, content in given.items():
            if content is not None:
                file = folder / f"{option[2:]}.json"
                file.write_text(json.dumps(content), encoding="utf-8")
                arguments += (option, str(file))
        waits = folder / "waits"
        ended = subprocess.run(  # noqa: S603
            [sys.executable, "-m", "tests.unhurried", str(waits), *arguments],
            cwd=ROOT,
            env={**os.environ, **(environment or {})},
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
            timeout=120,
        )
        taken = [float(line) for line in waits.read_text().splitlines()] if waits.exists() else []
        return Run(ended.returncode, ended.stdout, ended.stderr, taken)


def discover() -> dict[str, Any]:
    """Return the tap's catalog."""
    catalog: dict[str, Any] = json.loads(run("--discover").stdout)
    return catalog
