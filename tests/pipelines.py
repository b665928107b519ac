"""Running the tap with other programs: installed alone, connected as the documents say."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

from ruamel.yaml import YAML

from standins.postgres import Database, postgres
from standins.sequence_api import SequenceAPI, faults
from tests.tap import settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT = Path(__file__).parent.parent
TAP = Path(sys.executable).with_name("tap-sequence")
MELTANO = Path(sys.executable).with_name("meltano")
UV = os.environ.get("UV", "uv")

TIMES = {"createdAt", "archivedAt"}
DIGITS = "0.12345678901234567890123"
"""A number that a float can't hold, in a field of an address that nobody has heard of."""

Row = dict[str, Any]
Rows = dict[str, Row]


@contextmanager
def postgres_in_kolkata() -> Iterator[Database]:
    """Start PostgreSQL, in a time zone of its own."""
    with postgres() as server:
        server.query("ALTER SYSTEM SET timezone = 'Asia/Kolkata'")
        server.query("SELECT pg_reload_conf()")
        yield server


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


@contextmanager
def account_with_every_field(customers: int = 100) -> Iterator[tuple[SequenceAPI, Rows]]:
    """Provide an API whose customers have the fields of all its versions, and these customers.

    Args:
        customers: How many; they are all on one page.
    """
    drawn = SequenceAPI(customers)
    versions = (
        cast("list[Row]", drawn.listed(version)) for version in ("2024-01-01", "2024-07-30")
    )
    items = [{**old, **new} for old, new in zip(*versions, strict=True)]
    items[0]["label"] = ""
    items[1]["address"] = {"floor": "DIGITS"}
    items[2] = {"id": items[2]["id"], "createdAt": items[2]["createdAt"]}
    items[3] |= dict.fromkeys(("address", "billingEmails", "externalIds", "customProperties"))
    items[3]["integrationIds"] = [{"service": None}, {}]
    items[3]["organizations"] = [{"id": "one", "owner": None, "members": None}, {"members": [{}]}]
    items[4]["customProperties"] = {"unset": None}
    page = {"items": items, "pagination": {"totalResultSize": customers}}
    body = json.dumps(page).replace('"DIGITS"', DIGITS)
    with SequenceAPI(0) as api:
        api.fail(faults.body(body, "application/json"), times=None)
        yield api, {item["id"]: item for item in json.loads(body)["items"]}


def run_tap(
    api: SequenceAPI, file: Path, *, schema: Mapping[str, Row] | None = None, **config: Any
) -> Path:
    """Run the tap with some settings, and return the file of its messages.

    Args:
        api: What it reads.
        file: Where its messages go.
        schema: What stands in a catalog in place of its own, by field.
        **config: Settings beside those that lead to the API.
    """
    config_file = file.with_suffix(".json")
    config_file.write_text(json.dumps(settings(api, **config)), encoding="utf-8")
    catalog = json.loads(call(TAP, "--discover", folder=file.parent).stdout)
    catalog["streams"][0]["schema"]["properties"].update(schema or {})
    catalog_file = file.with_suffix(".catalog.json")
    catalog_file.write_text(json.dumps(catalog), encoding="utf-8")
    given = ("--config", config_file, "--catalog", catalog_file)
    file.write_text(call(TAP, *given, folder=file.parent).stdout, encoding="utf-8")
    return file


def plugins(kind: str) -> list[Row]:
    """Return the plugins of a kind that meltano.yml defines."""
    found: list[Row] = YAML(typ="safe").load(ROOT / "meltano.yml")["plugins"][kind]
    return found


def schema_of_the_project() -> Mapping[str, Row]:
    """Return what meltano.yml has stand in the catalog in place of the tap's own, by field."""
    found: Mapping[str, Row] = plugins("extractors")[0]["schema"]["customers"]
    return found


@dataclass(frozen=True)
class Target:
    """A target as a document, or meltano.yml, defines it.

    Attributes:
        definition: As it stands there.
        commands: Where its commands are installed.
    """

    definition: Row
    commands: Path

    def load(self, messages: Path, folder: Path, **config: str) -> subprocess.CompletedProcess[str]:
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


def definition(target: str, document: str | None = None) -> Row:
    """Return how a document, or else meltano.yml, defines a target."""
    definitions = (
        [YAML(typ="safe").load(block) for block in blocks(document, "yaml")] if document else []
    )
    listed = [one for some in definitions if isinstance(some, list) for one in some]
    return next(one for one in (*listed, *plugins("loaders")) if one["name"] == target)


def bookmark(ended: subprocess.CompletedProcess[str]) -> str | None:
    """Return the bookmark of the last state that a target printed."""
    if not ended.stdout:
        return None
    state = json.loads(ended.stdout.splitlines()[-1])
    found: str = state["bookmarks"]["customers"]["replication_key_value"]
    return found


def present(row: Row) -> Row:
    """Leave out what is null, and read the times."""
    return {
        name: in_utc(value) if name in TIMES and isinstance(value, str) else value
        for name, value in row.items()
        if value is not None
    }


def all_present(rows: Rows) -> Rows:
    """Leave out what is null in each row, and read the times."""
    return {identity: present(row) for identity, row in rows.items()}


def in_utc(text: str) -> datetime:
    """Read a time, which must say where it is valid."""
    read = datetime.fromisoformat(text)
    assert read.tzinfo is not None
    return read.astimezone(UTC).replace(tzinfo=None)
