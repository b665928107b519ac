"""One run of a client, measured as a whole process, including its start and imports."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, NamedTuple, Self

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

ROOT = Path(__file__).parent.parent
_CLOCK = Path(__file__).with_name("clock.py")


class Cost(NamedTuple):
    """What a run cost.

    Attributes:
        wall: Seconds from start to end.
        processor: Seconds of processor time, user and system, including the processes it started.
        memory: Peak of the largest of these processes, in MB.
    """

    wall: float
    processor: float
    memory: float

    @classmethod
    def median(cls, costs: Iterable[Cost]) -> Self:
        """Return the median of each."""
        return cls(*(median(values) for values in zip(*costs, strict=True)))


class FailedError(Exception):
    """A run ended with an error, or without all customers."""


def measure(
    command: Sequence[str | Path], variables: Mapping[str, str], folder: Path
) -> tuple[Cost, Path]:
    """Run a command.

    Args:
        command: The program and its arguments.
        variables: Environment variables in addition to this process's.
        folder: Where its output goes.

    Returns:
        What it cost, and the file with its standard output.

    Raises:
        FailedError: If its exit code is not 0.
    """
    cost, output, log = (folder / name for name in ("cost", "output", "log"))
    code = subprocess.run(  # noqa: S603  the arguments are this package's own
        [sys.executable, "-I", "-S", _CLOCK, cost, output, log, *command],
        cwd=ROOT,
        env={**_inherited(), **variables},
        check=False,
    ).returncode
    if code:
        said = log.read_text(errors="replace") or output.read_text(errors="replace")
        raise FailedError(f"{command[0]}: exit code {code}\n{said[-3000:]}")
    wall, processor, kilobytes = map(float, cost.read_text().split())
    return Cost(wall, processor, kilobytes * 1024 / 1e6), output


def _inherited() -> dict[str, str]:
    """Return this process's environment without what makes Python slower than usual."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
