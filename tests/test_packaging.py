"""Does what is shipped hold what it should, and does it work without what development needs?"""

from __future__ import annotations

import re
import tomllib
from fnmatch import fnmatch
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

from standins.sequence_api import SequenceAPI
from tap_sequence.streams import STREAMS
from tests.support.accounts import ids, variables
from tests.support.commands import ROOT, call, install
from tests.support.tap import Run

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command of the wheel, installed with nothing but what it requires."""
    return install(tmp_path_factory.mktemp("installed"), str(wheel)) / "tap-sequence"


def test_contents(wheel: Path) -> None:
    """The wheel holds the package, all of it, and nothing else."""
    with ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    package = ROOT / "tap_sequence"
    assert names == {
        path.relative_to(ROOT).as_posix()
        for path in package.rglob("*")
        if path.is_file() and path.parent.name != "__pycache__"
    }
    assert {"tap_sequence/py.typed", "tap_sequence/__main__.py"} <= names


def test_metadata(wheel: Path) -> None:
    """The wheel carries its licence, its command, and the licence's name."""
    with ZipFile(wheel) as archive:
        names = {name.partition(".dist-info/")[2] for name in archive.namelist()}
        assert "licenses/LICENSE" in names
        (prefix,) = {name.partition("/")[0] for name in archive.namelist() if ".dist-info" in name}
        commands = archive.read(f"{prefix}/entry_points.txt").decode()
        metadata = archive.read(f"{prefix}/METADATA").decode()
    assert commands.split("\n\n")[0].split() == [
        "[console_scripts]",
        "tap-sequence",
        "=",
        "tap_sequence.__main__:main",
    ]
    assert "\nLicense-Expression: Apache-2.0\n" in metadata


def test_requirements(wheel: Path) -> None:
    """The wheel requires what the project depends on, within bounds, and nothing of development."""
    with ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if fnmatch(name, "*.dist-info/METADATA"))
        lines = archive.read(name).decode().splitlines()
    requires = [line.partition(": ")[2] for line in lines if line.startswith("Requires-Dist: ")]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = [re.split(r"[\[<>=~ ;]", text)[0] for text in project["dependencies"]]
    assert sorted(re.split(r"[\[<>=~ ;]", text)[0] for text in requires) == sorted(names)
    assert all(re.search("[<>=]", text) for text in requires)
    (bounds,) = (line for line in lines if line.startswith("Requires-Python: "))
    assert set(bounds.partition(": ")[2].split(",")) == {">=3.11", "<3.15"}


def test_installed_version(wheel: Path, installed: Path, tmp_path: Path) -> None:
    """The installed command says the version that the wheel is named after."""
    said = call(installed, "--version", folder=tmp_path).stdout
    assert said.startswith(f"tap-sequence v{wheel.name.split('-')[1]},")


def test_installed_run(installed: Path, tmp_path: Path) -> None:
    """The installed command brings every list that is selected by default, and every customer."""
    with SequenceAPI(250, rows=3) as api:
        ended = call(installed, "--config=ENV", folder=tmp_path, variables=variables(api))
        messages = Run(0, ended.stdout, "").messages
        records = [one for one in messages if one["type"] == "RECORD"]
        assert {one["stream"] for one in records} == {
            vars(stream)["name"] for stream in STREAMS if stream.selected_by_default
        }
        customers = [one["record"]["id"] for one in records if one["stream"] == "customers"]
        assert sorted(customers) == sorted(ids(api))


def test_development_is_not_installed(installed: Path, tmp_path: Path) -> None:
    """The installed command has worked without the stand-ins and the tools of development."""
    python = installed.with_name("python")
    names = ("standins", "tests", "pytest", "starlette", "uvicorn", "meltano", "hypothesis")
    code = f"import importlib.util as u; print([n for n in {names!r} if u.find_spec(n)])"
    assert call(python, "-c", code, folder=tmp_path).stdout.strip() == "[]"
