"""Is what the documentation says so?"""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import unicodedata
from http.client import responses
from typing import TYPE_CHECKING

import pytest

from tap_sequence.api import retries
from tap_sequence.settings import SETTINGS
from tap_sequence.singer.child import ChildStream
from tap_sequence.tap import TapSequence
from tests.support.commands import ROOT
from tests.support.documents import blocks, git, table, tracked
from tests.support.tap import run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tap_sequence.singer.stream import SequenceStream

README = (ROOT / "README.md").read_text(encoding="utf-8")

MESSAGES = (ROOT / "docs" / "messages.md").read_text(encoding="utf-8")

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *ROOT.glob(".github/**/*.md")])

COMMANDS = re.findall(r"^```sh\n(python3 -m venv .+?)\n```$", README, re.MULTILINE | re.DOTALL)
"""The two commands that set themselves up: the main job, and the tests."""


def texts(tree: ast.AST) -> Iterator[list[str]]:
    """Find the texts in a module's code, each as its literal parts."""
    documentation = {
        *(node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)),
        *(
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.keyword) and node.arg in {"title", "description"}
        ),
        *(key for node in ast.walk(tree) if isinstance(node, ast.Dict) for key in node.keys),
        # lists of words
        *(
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Attribute) and node.attr == "split"
        ),
    }
    parts = {
        part for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield [str(part.value) for part in node.values if isinstance(part, ast.Constant)]
        elif isinstance(node, ast.Constant) and node not in documentation | parts:
            yield re.split(r"%(?:\.\d)?[a-z]", node.value) if isinstance(node.value, str) else []


def words(text: str) -> str:
    """Strip a text of what surrounds its words."""
    return re.sub(r"\s+", " ", text).strip(" \n:;,.()'\"*")


NEVER_SHOWN = {
    "Invalid RFC3339 encoded date",  # is how msgspec words it
    "never called by this tap",  # is for who declares a stream
    "Skipping parse of env var settings",  # is held back
    "nested too deep",  # becomes "200, but no JSON"
    "The configuration is not valid",  # its mistakes are shown
    r"^Tunnel connection failed: (\d{3})\b",  # how Python words what the tap words otherwise
}

TEXTS = [
    text
    for module in (ROOT / "tap_sequence").rglob("*.py")
    if module.parent.name != "streams"  # declarations say nothing
    for text in texts(ast.parse(module.read_text(encoding="utf-8")))
]

CODE = " ".join("".join(text) for text in TEXTS)

SAID = sorted(
    {
        words(part)
        for text in TEXTS
        for part in text
        if re.search(r"[a-z]{2,}\W* \W*[a-z]{2,}|[a-z]+ [a-z]{2,}", part)
    }
    - NEVER_SHOWN
)
"""The words of each message: whatever in the code is more than one word."""

ENTRIES = sorted(
    entry
    for item in re.findall(r"^ *- (`.+?)$", MESSAGES.partition("## What Meltano")[0], re.MULTILINE)
    for entry in re.findall("`(.+?)`", item)
    if " " in entry
)
"""The messages that are explained; what stands in angle quotes varies."""


def test_messages_are_found() -> None:
    """The search for messages finds those of each kind."""
    assert {
        "missing or empty",
        "gave up after",
        "the answer broke off",
        "expected every item to be an object, got",
        "the bookmark does not count, reading in full",
    } <= set(SAID)


@pytest.mark.parametrize("said", SAID)
def test_every_message_is_explained(said: str) -> None:
    """Each message that the tap can print stands in docs/messages.md, word for word."""
    assert said in re.sub(r"\s+", " ", MESSAGES)


@pytest.mark.parametrize("entry", ENTRIES)
def test_every_explanation_is_of_a_message(entry: str) -> None:
    """What docs/messages.md explains is what the code says."""
    if answer := re.match(r"GET /customers: (\d+) ([A-Z][\w ]+\w)", entry):
        assert responses[int(answer[1])] == answer[2]
        entry = entry[answer.end() :]
    entry = re.sub("^(GET /customers|[a-z_.]+): ", "", entry)
    for part in re.split("\u2039.*?\u203a|[0-9]+|[;:,] |expected |within ", entry):
        assert words(part) in CODE


def test_numbers_in_messages() -> None:
    """Numbers of tries and seconds are the code's."""
    assert f"gave up after {retries.TRIES} tries" in MESSAGES
    assert f"waiting {retries.LONGEST_WAIT} s, the longest" in MESSAGES


def test_settings() -> None:
    """The table of settings, and the sentence below it, are what --about says, word for word."""
    about = json.loads(run("--about", "--format=json").stdout)["settings"]
    section = README.partition("## Settings\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)`( \(required\))? \| (.*) \|$", section, re.MULTILINE)
    described = {name: description for name, _, description in rows}
    others = re.findall(r"`([a-z_]+)`", section[section.rindex("|") :])
    known = about["properties"]
    assert described == {name: known[name]["description"] for name in described}
    assert [name for name, required, _ in rows if required] == about["required"]
    # faker_config needs a package that the tap is not installed with
    assert {*described, *others} - {"select"} == known.keys() - {"faker_config"}


def test_lists() -> None:
    """The readme begins with all streams, and says of each how it is read."""
    streams = TapSequence(validate_config=False, setup_mapper=False).discover_streams()
    named = re.findall(r"`(\w+)`", README.partition("\n| | |\n")[2].partition("\n\n")[0])
    assert named == [stream.name for stream in streams]
    new, changed, added, _ = table("README.md", "list")
    for row, keys in (
        (new, {"createdAt"}),
        (changed, {"updatedAt"}),
        (added, {"customerCreatedAt", "invoiceUpdatedAt"}),
    ):
        assert re.findall(r"`(\w+)`", row[0]) == [
            stream.name for stream in streams if stream.replication_key in keys
        ]
    resumed = README.partition("**Only lists in a known order")[2].partition("The others")[0]
    assert re.findall(r"`(\w+)`", resumed) == [
        stream.name for stream in streams if is_ordered(stream) and stream.replication_key
    ]


def is_ordered(stream: SequenceStream) -> bool:
    """Tell whether a stream's list, or the one that it is below, is ordered."""
    return (stream.above if isinstance(stream, ChildStream) else stream).ordered


def test_what_is_not_selected() -> None:
    """The readme has in italics what the tap doesn't select by default, and nothing else."""
    streams = TapSequence(validate_config=False, setup_mapper=False).discover_streams()
    first = README.partition("\n| | |\n")[2].partition("\n\n")[0]
    assert re.findall(r"\*`(\w+)`\*", first) == [
        stream.name for stream in streams if not stream.selected_by_default
    ]


@pytest.mark.parametrize(
    ("setting", "attribute", "none"),
    [("start_date", "dated", False), ("include_archived", "archived", None)],
)
def test_settings_of_some_streams(setting: str, attribute: str, *, none: object) -> None:
    """A setting that counts for some streams alone names them, in their order."""
    streams = TapSequence(validate_config=False, setup_mapper=False).discover_streams()
    of_these = [one.name for one in streams if getattr(one, attribute) != none]
    names = "|".join(one.name.replace("_", " ") for one in streams)
    sentence = SETTINGS["properties"][setting]["description"].partition(";")[0].lower()
    assert re.findall(names, sentence) == [name.replace("_", " ") for name in of_these]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links(page: Path) -> None:
    """A link to a file or a heading leads somewhere."""
    text = page.read_text(encoding="utf-8")
    for link in re.findall(r"\]\((?!https?://)([^)\s]+)\)", text):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        headings = (
            re.findall(r"^#+ (.+)$", target.read_text("utf-8"), re.MULTILINE) if anchor else []
        )
        assert not anchor or anchor in map(slug, headings), link


def slug(heading: str) -> str:
    """Return the anchor that GitHub gives to a heading."""
    kept = (
        one for one in heading.lower() if one in " -_" or unicodedata.category(one)[0] in {"L", "N"}
    )
    return "".join(kept).replace(" ", "-")


def test_commands_of_ci() -> None:
    """The CI script runs the readme's test command, word for word, and as its last."""
    assert COMMANDS[1].endswith(" && uv run pytest")
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert script.splitlines()[-1] == COMMANDS[1]


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Provide what a fresh clone has, uncommitted changes included."""
    folder = tmp_path_factory.mktemp("clone")
    for name in tracked():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    git("init", "--quiet", str(folder))
    return folder


@pytest.fixture(scope="module")
def nothing_but_python(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Provide the environment of a machine that has Python, without its pip, and no more."""
    folder = tmp_path_factory.mktemp("python")
    (folder / "python3").symlink_to(getattr(sys, "_base_executable", sys.executable))
    hidden = ("VIRTUAL_ENV", "UV", "MELTANO_", "TAP_", "TARGET_", "PYTHON", "STANDINS_", "COLUMNS")
    inherited = {name: os.environ[name] for name in os.environ if not name.startswith(hidden)}
    # Where packages come from on this machine is not the readme's matter
    inherited |= {
        name: os.environ[name] for name in os.environ if re.match("UV_.*INDEX|UV_C", name)
    }
    return {**inherited, "PATH": f"{folder}{os.pathsep}{os.defpath}"}


def execute(command: str, folder: Path, environment: dict[str, str]) -> str:
    """Run a command as a shell does, to its good end, and return all that it printed."""
    ended = subprocess.run(  # noqa: S603
        ["/bin/sh", "-euc", command],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        text=True,
        encoding="utf-8",
        timeout=500,
    )
    assert ended.returncode == 0, ended.stdout
    return ended.stdout


def without_times(output: str) -> list[str]:
    """Return the lines of an output, without the time that Meltano begins them with."""
    return [re.sub(r"^\d{4}-\d\d-\d\dT\S+Z ", "", line).rstrip() for line in output.splitlines()]


def test_the_first_command(clone: Path, nothing_but_python: dict[str, str]) -> None:
    """The readme's first command, word for word, in a fresh clone: it prints what is shown."""
    printed = iter(without_times(execute(COMMANDS[0], clone, nothing_but_python)))
    shown = [line for line in blocks("README.md", "text")[0].splitlines() if line not in {"", "…"}]
    assert [line for line in shown if line not in printed] == []


def test_the_other_commands(clone: Path, nothing_but_python: dict[str, str]) -> None:
    """The readme's commands for a real account work."""
    commands = [
        line
        for block in blocks("README.md", "bash")
        for line in block.splitlines()
        if line and not line.startswith(("export ", "git ", "python3 "))
    ]
    assert "uv run meltano run account" in commands
    (cron,) = blocks("README.md", "cron")
    by_cron = [line.split(maxsplit=5)[5] for line in cron.splitlines()]
    assert len(by_cron) == 2
    script = clone / "commands.sh"
    lines = [
        *dict.fromkeys(commands),
        "PATH=/usr/bin:/bin",
        *(line.replace("/path/to/project", str(clone)) for line in by_cron),
    ]
    script.write_text("\n".join(lines), encoding="utf-8")
    # What sets up the clone has been done, if it was the first command that ran in it
    done = (clone / ".venv").exists()
    set_up = ". .venv/bin/activate" if done else COMMANDS[1].rpartition(" && ")[0]
    run_them = f"uv run -m standins --customers 20 sh -eux {script}"
    printed = execute(f"{set_up} && {run_them}", clone, nothing_but_python)
    assert " 20  sequence.customers\n" in printed
