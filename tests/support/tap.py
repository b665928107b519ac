"""Running the tap as its users do: its command line, in a process of its own."""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from select import select
from typing import TYPE_CHECKING, Any

from tests.support.commands import ROOT
from tests.support.messages import Messages

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


CUSTOMERS = {
    "streams": [
        {
            "tap_stream_id": "customers",
            "metadata": [{"breadcrumb": [], "metadata": {"selected": True}}],
        }
    ]
}
"""A catalog that selects customers alone, with all their fields."""


@dataclass
class Run(Messages):
    """What a run left behind.

    Attributes:
        exit_code: The process's.
        stdout: The Singer messages on standard output, as text.
        stderr: What was logged.
        waits: Seconds that each wait between tries would have taken.
    """

    exit_code: int
    stdout: str
    stderr: str
    waits: list[float] = field(default_factory=list)

    @cached_property
    def messages(self) -> list[dict[str, Any]]:
        """All of them, decoded."""
        return [json.loads(line) for line in self.stdout.splitlines()]

    @property
    def last_line(self) -> str:
        """The last line of the log, without time and level."""
        return self.stderr.rstrip().rpartition("\n")[2].split(" | ", 3)[-1]

    @property
    def warnings(self) -> list[str]:
        """The warnings in the log."""
        lines = (line.split(" | ", 3) for line in self.stderr.splitlines())
        return [parts[3] for parts in lines if len(parts) == 4 and parts[1].strip() == "WARNING"]

    @property
    def failed_plainly(self) -> bool:
        """Whether it failed with one line in the log, and nothing that looks like Python."""
        errors = [line for line in self.stderr.splitlines() if "| ERROR " in line]
        return (
            self.exit_code == 1
            and errors == [self.stderr.rstrip().rpartition("\n")[2]]
            and all(line.count(" | ") >= 3 for line in self.stderr.splitlines())
            and not any(
                word in self.stderr for word in ("Traceback", "unexpected", ".py", "<class")
            )
        )


class Started:
    """A run under way, whose messages go into a pipe: it waits until they are read.

    Attributes:
        process: The process.
        log: The file of its log.
    """

    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        assert process.stdout
        self.process = process
        self.log = log
        self.pipe = process.stdout
        self._read = b""

    def read(self, number: int, kind: str = "") -> None:
        """Read messages until so many of a kind, or of any, have come."""
        while number:
            line = self.pipe.readline()
            assert line, "it has ended"
            self._read += line
            number -= not kind or f'"type":"{kind}"'.encode() in line

    def ended(self) -> Run:
        """Read what is to come, wait for its end, and return what it left behind."""
        if not self.pipe.closed:
            self._read += self.pipe.read()
        code = self.process.wait(timeout=30)
        return Run(code, self._read.decode(), self.log.read_text(encoding="utf-8"))


def run(
    *arguments: str,
    config: Mapping[str, Any] | None = None,
    state: Mapping[str, Any] | None = None,
    catalog: Mapping[str, Any] | None = CUSTOMERS,
    environment: Mapping[str, str] | None = None,
) -> Run:
    """Run the tap to its end in a process of its own, without waiting between tries.

    Args:
        arguments: What follows the tap's name.
        config: Content of the file for `--config`.
        state: Content of the file for `--state`.
        catalog: Content of the file for `--catalog`; by default one that selects customers alone.
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
        code = _ended([name, {**os.environ, **(environment or {})}, arguments])
        stdout, stderr = ((folder / of).read_text("utf-8") for of in ("stdout", "stderr"))
        waits = folder / "waits"
        taken = [float(line) for line in waits.read_text().splitlines()] if waits.exists() else []
        return Run(code, stdout, stderr, taken)


def _ended(order: list[Any]) -> int:
    """Have a run take place, and return its exit code."""
    runs = _runs()
    assert runs.stdin
    assert runs.stdout
    runs.stdin.write(f"{json.dumps(order)}\n")
    runs.stdin.flush()
    assert select([runs.stdout], [], [], 120)[0], "it has not ended"
    return int(runs.stdout.readline())


@cache
def _runs() -> subprocess.Popen[str]:
    """Start the process that all runs are copies of, and that ends with this one."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.support.unhurried"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    atexit.register(process.communicate)
    return process


def discover() -> dict[str, Any]:
    """Return the tap's catalog."""
    catalog: dict[str, Any] = json.loads(run("--discover").stdout)
    return catalog


@contextmanager
def started(
    config: Mapping[str, Any], folder: Path, selected: Mapping[str, Any] = CUSTOMERS
) -> Iterator[Started]:
    """Start the tap, and make sure that it has ended afterwards.

    Args:
        config: Content of the file for `--config`.
        folder: Where that file and the log are kept.
        selected: The catalog; by default, of customers alone.
    """
    file, catalog, log = folder / "config.json", folder / "catalog.json", folder / "log"
    file.write_text(json.dumps(config), encoding="utf-8")
    catalog.write_text(json.dumps(selected), encoding="utf-8")
    files = ("--config", str(file), "--catalog", str(catalog))
    with log.open("wb") as stderr:
        process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "tap_sequence", *files],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=stderr,
        )
    with process:
        try:
            yield Started(process, log)
        finally:
            process.kill()
