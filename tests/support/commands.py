"""Running other programs as their users do."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).parent.parent.parent
TAP = Path(sys.executable).with_name("tap-sequence")
CUSTOMERS_ALONE = {
    f"{extractor}__SELECT": '["customers.*"]'
    for extractor in ("TAP_SEQUENCE", "TAP_SEQUENCE_REFRESH")
}
"""Variables by which Meltano selects customers alone."""

MELTANO = Path(sys.executable).with_name("meltano")
UV = os.environ.get("UV", "uv")


def call(
    *command: object,
    folder: Path,
    variables: Mapping[str, str] | None = None,
    stdin: IO[bytes] | int = subprocess.DEVNULL,
    check: bool = True,
) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder, without settings that this process happens to have.

    Args:
        command: The program and its arguments.
        folder: Where to run it.
        variables: Environment variables to set.
        stdin: What it reads.
        check: Whether it must come to a good end.
    """
    ours = re.compile("PG|TAP_|TARGET_|MELTANO_|PYTHON|VIRTUAL_ENV|UV_PROJECT")
    ended = subprocess.run(  # noqa: S603  the arguments are the tests' own
        [str(part) for part in command],
        cwd=folder,
        env={k: v for k, v in os.environ.items() if not ours.match(k)} | dict(variables or {}),
        stdin=stdin,
        capture_output=True,
        check=False,
        text=True,
        encoding="utf-8",
        timeout=300,
    )
    assert ended.returncode == 0 or not check, ended.stderr
    return ended


def install(folder: Path, *requirements: str, python: str = sys.executable) -> Path:
    """Install a program into an environment of its own, and return where its commands are."""
    call(UV, "venv", "--quiet", "--python", python, folder, folder=ROOT)
    commands = folder / "bin"
    interpreter = commands / "python"
    call(UV, "pip", "install", "--quiet", "--python", interpreter, *requirements, folder=ROOT)
    return commands


def wheel(folder: Path) -> Path:
    """Build the tap's wheel into a folder."""
    call(UV, "build", "--quiet", "--wheel", "--out-dir", folder, ROOT, folder=ROOT)
    (built,) = folder.glob("*.whl")
    return built
