"""Does the tap work without Meltano as the recipes say?"""

from __future__ import annotations

import fcntl
import json
import os
import re
import sys
from typing import TYPE_CHECKING

import pytest

from standins.sequence_api import Request, SequenceAPI, faults
from tests.support.accounts import ids, settings
from tests.support.commands import ROOT, UV, call
from tests.support.documents import blocks

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator
    from pathlib import Path


RECIPES = "docs/recipes.md"


class Home:
    """A user's home folder, with the commands that the recipes install.

    Attributes:
        api: The account.
        folder: Where the recipes keep their files.
    """

    def __init__(self, api: SequenceAPI, home: Path, wheel: Path) -> None:
        self.api = api
        self.folder = home / "sequence"
        own = ("XDG_BIN_HOME", "XDG_DATA_HOME", "UV_TOOL_DIR", "UV_TOOL_BIN_DIR", "PIPX_HOME")
        cache = call(UV, "cache", "dir", folder=ROOT).stdout.strip()
        self.variables = {
            "TAP_SEQUENCE": str(wheel),
            **{name: "" for name in own if name in os.environ},
            "HOME": str(home),
            "PATH": f"{home / '.local' / 'bin'}:{os.environ['PATH']}",
            "UV_CACHE_DIR": cache,
            # Not the user's own choice, but the Python that these tests are for
            "UV_PYTHON": sys.executable,
            "PIPX_DEFAULT_PYTHON": sys.executable,
        }
        self.folder.mkdir(mode=0o700)
        for name, content in zip(
            ("config.json", "target.json"), blocks(RECIPES, "json"), strict=True
        ):
            given = json.loads(content)
            if name == "config.json":
                assert set(given) <= set(settings(api))
                given = settings(api)
            (self.folder / name).write_text(json.dumps(given), encoding="utf-8")

    def sh(self, script: str, *, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a recipe."""
        self.api.clear()
        return call(
            *("sh", "-euc", script), folder=self.folder, variables=self.variables, check=check
        )

    def cron(self) -> int:
        """Run the script that cron runs, with the little that cron gives it, for its exit code."""
        self.api.clear()
        script = self.folder / "load"
        if not script.exists():
            script.write_text(recipe("#!/bin/sh"), encoding="utf-8")
            script.chmod(0o700)
        variables = {**self.variables, "PATH": "/usr/bin:/bin"}
        return call(script, folder=self.folder.parent, variables=variables, check=False).returncode

    @property
    def loaded(self) -> list[str]:
        """The ids in the target's file, as often as they stand there."""
        file = self.folder / "sequence" / "customers.jsonl"
        lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
        return [json.loads(line)["id"] for line in lines]

    @property
    def state(self) -> str | None:
        """The state that is kept."""
        file = self.folder / "state.json"
        return file.read_text(encoding="utf-8") if file.exists() else None


def recipe(begins: str) -> str:
    """Return the block of shell commands that begins with some words."""
    (found,) = (block for block in blocks(RECIPES, "sh") if block.startswith(begins))
    return found


@pytest.fixture(scope="module")
def tools(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Follow the recipe for uv, and return a home folder that has the commands."""
    home = tmp_path_factory.mktemp("home")
    with SequenceAPI(0) as api:
        Home(api, home, wheel).sh(recipe("uv tool install"))
    return home


@pytest.fixture
def home(wheel: Path, tools: Path, tmp_path: Path) -> Iterator[Home]:
    """Provide a home folder of its own, with these commands, 250 customers and few other rows."""
    (tmp_path / ".local").symlink_to(tools / ".local")
    with SequenceAPI(250, rows=30) as api:
        yield Home(api, tmp_path, wheel)


def test_uv(tools: Path) -> None:
    """With uv the two commands are installed for the user."""
    assert {"tap-sequence", "target-jsonl"} <= {
        path.name for path in (tools / ".local" / "bin").iterdir()
    }


def test_pipx(wheel: Path, tmp_path: Path) -> None:
    """With pipx the two commands are installed for the user."""
    bin_folder = tmp_path / ".local" / "bin"
    with SequenceAPI(0) as api:
        home = Home(api, tmp_path, wheel)
        home.sh(recipe("pipx install").replace("pipx", f"{UV} tool run --quiet pipx"))
    assert {"tap-sequence", "target-jsonl"} == {path.name for path in bin_folder.iterdir()}
    said = call(bin_folder / "tap-sequence", "--version", folder=tmp_path).stdout
    assert said.startswith("tap-sequence ")


def test_pipe(home: Home) -> None:
    """A pipe loads all customers once, and a second one with the state asks for them once."""
    home.sh(recipe("tap-sequence"))
    assert sorted(home.loaded) == sorted(ids(home.api))

    home.sh(recipe("tail"))
    assert home.api.counts["customers"] == 1
    assert set(home.loaded) == ids(home.api)


def test_one_row(home: Home) -> None:
    """The recipe's test of the settings prints a row of each list, and fails with a refused key."""
    (command,) = re.findall(
        "`(tap-sequence .* --test)`", (ROOT / RECIPES).read_text(encoding="utf-8")
    )
    every = (*home.api.names, *home.api.logs, *home.api.names_below)
    assert home.sh(command).stdout.count('"RECORD"') == len(every)
    home.api.fail(faults.status(401), times=None)
    assert home.sh(command, check=False).returncode == 1


def test_cron(home: Home) -> None:
    """A run by cron loads all customers, and each later one what is new, for one request."""
    assert home.cron() == 0
    assert sorted(home.loaded) == sorted(ids(home.api))

    assert home.cron() == 0
    assert home.api.counts["customers"] == 1

    home.api.add(3)
    assert home.cron() == 0
    assert home.api.counts["customers"] == 1
    assert set(home.loaded) == ids(home.api)
    assert {path.name for path in home.folder.iterdir()} == {
        *("config.json", "target.json", "sequence", "load", "lock", "state.json")
    }


def test_cron_fails(home: Home) -> None:
    """A run that fails before it has loaded anything ends like the tap, and the state stays."""
    assert home.cron() == 0
    state = home.state

    home.api.fail(faults.status(401))
    assert home.cron() == 1
    assert home.state == state
    assert home.cron() == 0


def of_customers(request: Request) -> bool:
    """Tell whether a request is for customers."""
    return request.path == "/api/customers"


def test_cron_fails_half_way(home: Home) -> None:
    """A run that fails half-way ends like the tap, and the next one goes on from there."""
    home.api.fail(faults.status(403), times=None, when=of_customers, skip=2)
    assert home.cron() == 1
    half = len(home.loaded)
    assert 0 < half < 250
    assert home.state

    home.api.recover()
    assert home.cron() == 0
    assert set(home.loaded) == ids(home.api)
    assert len(home.loaded) < half + 250


def test_cron_overlaps(home: Home) -> None:
    """A run that begins before the last one has ended leaves at once, without a request."""
    with (home.folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert home.cron() == 75
    assert home.api.requests == []
    assert home.cron() == 0


def test_cron_target_fails(home: Home) -> None:
    """A state that the target had no time to write in full doesn't count; one before it does."""
    target = home.folder.parent / "bin" / "target-jsonl"
    target.parent.mkdir()
    target.write_text('#!/bin/sh\ncat > /dev/null\nprintf \'{"a": 1}\\n{"a": {}\'\nexit 3\n')
    target.chmod(0o700)
    script = recipe("#!/bin/sh").replace("$HOME/.local/bin:", "$HOME/bin:$HOME/.local/bin:")
    (home.folder / "load").write_text(script, encoding="utf-8")
    (home.folder / "load").chmod(0o700)

    assert home.cron() == 3
    assert home.state == '{"a": 1}\n'


def test_cron_was_killed(home: Home) -> None:
    """What a run that was killed had stored counts for the next one."""
    assert home.cron() == 0
    (home.folder / "state.json").rename(home.folder / "states.jsonl")

    assert home.cron() == 0
    assert home.api.counts["customers"] == 1


def test_crontab() -> None:
    """The line for crontab runs the script of the recipe, hourly."""
    (line,) = blocks(RECIPES, "crontab")
    assert re.fullmatch(r"5 \* \* \* \* \$HOME/sequence/load >> \$HOME/sequence/log 2>&1\n", line)
