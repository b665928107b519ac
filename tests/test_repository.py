"""Is the repository fit to be published, as it is tracked?"""

from __future__ import annotations

import ast
import os
import re
import tomllib
from datetime import date

import pytest
from packaging.version import Version
from ruamel.yaml import YAML

from tests.support.commands import ROOT
from tests.support.documents import git, tracked


def found(*patterns: str) -> list[str]:
    """Return the places in tracked files where a pattern is found."""
    pattern = re.compile("|".join(patterns))
    return [
        f"{name}:{number}: {match[0]}"
        for name in tracked()
        for number, line in enumerate(
            (ROOT / name).read_text(encoding="utf-8", errors="replace").splitlines(), 1
        )
        if (match := pattern.search(line))
    ]


def test_no_registry_is_named() -> None:
    """No file names a host of packages: where they come from is each machine's own matter."""
    hosts = ("pypi[.]org", "pythonhosted[.]org", "npmjs[.](org|com)", "debian[.]org")
    assert found(*hosts) == []


def test_the_package_is_in_no_registry() -> None:
    """Nothing installs the tap by its name: until it is published, anybody could take that name."""
    assert (
        found(
            r"(pip|pipx|uv tool) (install|upgrade|run) (-\S+ )*tap-sequence\b",
            r"(uvx|uv add) tap-sequence\b",
            r"pip_url: ['\"]?tap-sequence\b",
        )
        == []
    )


def test_no_machine_is_named() -> None:
    """No file has a path of somebody's machine."""
    assert found(r"(?<![\w.])/(work|root|farm|Users)/", r"(?<![\w.])/home/(?!runner/)\w") == []


def test_no_local_file_is_tracked() -> None:
    """No lockfile, secret or output is tracked."""
    lock = r"(uv|poetry|Pipfile|package-lock)[.](lock|json)"
    local = re.compile(rf"(^|/)({lock}|[.]env|[.]meltano/.*|.*[.]duckdb|output/.*|dist/.*)$")
    assert [name for name in tracked() if local.search(name)] == []


def test_no_credential_is_tracked() -> None:
    """No file has a private key, or a password in a URL other than a placeholder."""
    placeholders = r"(?:password|p|secret|\{\w+\}|…)@"
    assert (
        found("-----BEGIN [A-Z ]*PRIVATE KEY", rf"://[\w-]+:(?!{placeholders})[^\s/:@{{}}]+@") == []
    )


def test_scripts_can_be_run() -> None:
    """A file that begins with #! can be run."""
    scripts = [name for name in tracked() if (ROOT / name).read_bytes()[:3] == b"#!/"]
    assert ".ci/run" in scripts
    assert [name for name in scripts if not os.access(ROOT / name, os.X_OK)] == []


def test_every_module_says_what_it_is() -> None:
    """Every module of the package begins with what it is about."""
    modules = list((ROOT / "tap_sequence").rglob("*.py"))
    assert modules
    assert [
        one for one in modules if not ast.get_docstring(ast.parse(one.read_text("utf-8")))
    ] == []


def test_supported_pythons() -> None:
    """The Pythons that the classifiers name, which CI tests with, are those that are allowed."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    prefix = "Programming Language :: Python :: 3."
    minors = [
        int(one.removeprefix(prefix)) for one in project["classifiers"] if one.startswith(prefix)
    ]
    assert minors == list(range(min(minors), max(minors) + 1))
    assert project["requires-python"] == f">=3.{min(minors)},<3.{max(minors) + 1}"
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"Python 3.{min(minors)} to 3.{max(minors)}" in readme


def test_changelog() -> None:
    """Versions stand newest first, with their dates; what is tagged is not unreleased any more."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    headings = [line for line in text.splitlines() if line.startswith("## ")]
    sections = [re.fullmatch(r"## \[(\d+\.\d+\.\d+)\] - (\S+)", line) for line in headings]
    entries = [(Version(one[1]), one[2]) for one in sections if one]
    assert len(entries) == len(headings) > 0
    assert entries == sorted(entries, reverse=True)
    dated = {version: date.fromisoformat(day) for version, day in entries if day != "Unreleased"}
    assert dated.keys() >= {version for version, _ in entries[1:]}
    assert {Version(tag) for tag in git("tag", "--list", "v*")} <= dated.keys()


@pytest.mark.parametrize("name", ["ci", "release"])
def test_workflows(name: str) -> None:
    """Actions are pinned by commit, and no permission is given to all jobs or without a reason."""
    path = ROOT / ".github" / "workflows" / f"{name}.yml"
    text = path.read_text(encoding="utf-8")
    workflow = YAML(typ="safe").load(text)
    assert workflow["permissions"] == {}
    used = re.findall(r"uses: (.*)", text)
    assert used
    pinned = r"(\$/\.github/workflows/\w+\.yml|[\w./-]+@[0-9a-f]{40} # v\d+(\.\d+)+)"
    assert [one for one in used if not re.fullmatch(pinned, one)] == []
    assert re.findall(r"^ +[a-z-]+: (?:read|write)$", text, re.MULTILINE) == []


def test_the_gate_waits_for_every_job() -> None:
    """No job can fail without the last one failing too."""
    text = (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    jobs = YAML(typ="safe").load(text)["jobs"]
    assert sorted(jobs["gate"]["needs"]) == sorted(jobs.keys() - {"gate"})
    assert jobs["gate"]["if"] == "always()"


def test_length_of_contributing() -> None:
    """The guide for contributors stays one that is read."""
    assert len((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").splitlines()) <= 80
