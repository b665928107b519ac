"""What the documents, and the files of the project, say."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from typing import TYPE_CHECKING

from ruamel.yaml import YAML

from tests.support.commands import ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.support.rows import Row

COPIED = "docs/sequence.meltano.yml"
"""The file that is copied into a Meltano project."""

TO_FILL_IN = "\u2039path-or-URL\u203a"
"""What stands in it for where the tap is installed from."""


def blocks(document: str, language: str) -> list[str]:
    """Return a document's blocks of code in a language, in their order."""
    text = (ROOT / document).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def table(document: str, heading: str) -> list[list[str]]:
    """Return the rows of the table whose first row begins with a heading, without that row.

    A vertical bar in a cell is not understood.
    """
    lines = iter((ROOT / document).read_text(encoding="utf-8").splitlines())
    rows: list[list[str]] = []
    for line in lines:
        if line.startswith(f"| {heading} |"):
            assert set(next(lines)) <= set("|-: ")
            for row in lines:
                if not row.startswith("|"):
                    return rows
                rows.append([cell.strip() for cell in row.strip("|").split("|")])
    return rows


def plugins(kind: str) -> list[Row]:
    """Return the plugins of a kind that meltano.yml defines."""
    found: list[Row] = YAML(typ="safe").load(ROOT / "meltano.yml")["plugins"][kind]
    return found


def schema_of_the_project() -> Mapping[str, Row]:
    """Return what meltano.yml has stand in the catalog in place of the tap's own, by field."""
    environment = plugins("extractors")[0]["env"]
    found: Mapping[str, Row] = json.loads(environment["TAP_SEQUENCE__SCHEMA"])["customers"]
    return found


def definition(target: str, document: str | None = None) -> Row:
    """Return how a document, or else meltano.yml, defines a target."""
    definitions = (
        [YAML(typ="safe").load(block) for block in blocks(document, "yaml")] if document else []
    )
    listed = [one for some in definitions if isinstance(some, list) for one in some]
    return next(one for one in (*listed, *plugins("loaders")) if one["name"] == target)


def git(*arguments: str) -> list[str]:
    """Return what Git prints, by line."""
    ended = subprocess.run(  # noqa: S603
        [shutil.which("git") or "git", *arguments],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    )
    return ended.stdout.splitlines()


def tracked() -> list[str]:
    """Return the files that are in the repository, or would be with the next commit."""
    names = git("ls-files", "--cached", "--others", "--exclude-standard")
    return [name for name in names if (ROOT / name).is_file()]
