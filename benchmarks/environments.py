"""A separate environment for each client, with what its requirements file lists."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from benchmarks.measuring import ROOT

PEERS = Path(__file__).parent / "peers"
CACHE = ROOT / ".benchmarks"


def programs(peer: str) -> Path:
    """Return the folder with a client's Python and its commands.

    Args:
        peer: Name of the folder in `peers` with its requirements file.
    """
    requirements = PEERS / peer / "requirements.txt"
    environment = CACHE / f"{peer}-{sys.version_info.major}.{sys.version_info.minor}"
    installed = environment / "installed.txt"
    wanted = requirements.read_text(encoding="utf-8")
    if not installed.exists() or installed.read_text(encoding="utf-8") != wanted:
        print(f"Installing {peer} …", file=sys.stderr)  # noqa: T201
        _uv("venv", "--clear", "--python", sys.executable, environment)
        python = environment / "bin" / "python"
        # Bytecode now, so that the first run does not write it
        _uv("pip", "install", "--compile-bytecode", "--python", python, "-r", requirements)
        installed.write_text(wanted, encoding="utf-8")
    return environment / "bin"


def version(peer: str, package: str) -> str:
    """Return the version of a package in a client's requirements file."""
    lines = (PEERS / peer / "requirements.txt").read_text(encoding="utf-8").splitlines()
    pins = dict(line.split("==", 1) for line in lines if "==" in line)
    return next(pin for name, pin in pins.items() if name.partition("[")[0] == package)


def _uv(*arguments: str | Path) -> None:
    subprocess.run(["uv", "--quiet", *arguments], cwd=ROOT, check=True)  # noqa: S603, S607
