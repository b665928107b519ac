"""What is said of a file that is not what it should be?"""

from __future__ import annotations

import io
import json
import sys
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from tap_sequence.errors import SequenceError
from tap_sequence.files import read_object
from tap_sequence.tap import TapSequence
from tests.support.accounts import KEY
from tests.support.commands import ROOT
from tests.support.tap import run

if TYPE_CHECKING:
    from pathlib import Path

OPTIONS = pytest.mark.parametrize("option", ["--config", "--state", "--catalog"])

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32")


def said(*arguments: str) -> str:
    """Return what a command line fails with, in this process."""
    result = CliRunner().invoke(TapSequence.get_singer_command(), arguments)
    assert isinstance(result.exception, SequenceError), result.output
    return str(result.exception)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_encodings(tmp_path: Path, encoding: str) -> None:
    """A file is read in each encoding that editors and shells write JSON in, BOM or not."""
    file = tmp_path / "file.json"
    file.write_bytes(json.dumps({"name": "Zoë 🚀"}, ensure_ascii=False).encode(encoding))
    assert read_object("--config", str(file)) == {"name": "Zoë 🚀"}


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    """A dash in place of a file's name is standard input."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b'{"a": 1}')))
    assert read_object("--state", "-") == {"a": 1}


@OPTIONS
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "No such file or directory"),
        (b"", "the file is empty"),
        (b" \r\n", "the file is empty"),
        (b'{\n"a": 1,\n}', "not JSON (line 3)"),
        (b"client_id=x", "not JSON (line 1)"),
        (b'{"a": 1}\n{"b": 2}', "not JSON (line 2)"),
        (b'{"a": "\xff\xfe"}', "not JSON"),
        (b'{"a": NaN}', "not JSON"),
        (b'{"a": %s}' % (b"9" * 5000), "not JSON"),
        (b"[1]", "expected an object, got an array"),
        (b"null", "expected an object, got null"),
        (b'{"a":' * 101 + b"1" + b"}" * 101, "nested too deep"),
        (b'{"a":' * 99_999 + b"1" + b"}" * 99_999, "nested too deep"),
    ],
)
def test_unreadable_file(tmp_path: Path, option: str, content: bytes | None, words: str) -> None:
    """A file that can't be read is named with its option, and what is wrong with it."""
    file, config = tmp_path / "file.json", tmp_path / "config.json"
    if content is not None:
        file.write_bytes(content)
    config.write_text(json.dumps(KEY))
    assert said("--config", str(config), option, str(file)) == f"{option} {file}: {words}"


@OPTIONS
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("", ": the name of the file is empty"),
        (str(ROOT), f" {ROOT}: Is a directory"),
        ('{"client_secret": "planted"}', ": expected the name of a file, got JSON"),
        (' ["planted"]', ": expected the name of a file, got JSON"),
    ],
)
def test_no_file_name(option: str, name: str, words: str) -> None:
    """What is given in place of a file's name is refused, and never printed if it is JSON."""
    assert said(option, name) == f"{option}{words}"


def test_later_files_take_precedence(tmp_path: Path) -> None:
    """Of several files for --config, the later ones take precedence."""
    for name, config in (("a", {"label": "a", "alias": "a"}), ("b", {"label": "b"})):
        (tmp_path / name).write_text(json.dumps(config))
    context, option = None, None
    given = TapSequence.cb_config(context, option, (str(tmp_path / "a"), str(tmp_path / "b")))
    assert given.config == {"label": "b", "alias": "a"}
    assert not given.parse_env


def test_missing_file_at_the_command_line() -> None:
    """A file that isn't there ends the run with exit code 1 and one line."""
    ended = run("--config", "nofile.json")
    assert ended.exit_code == 1
    assert not ended.stdout
    assert ended.last_line == "--config nofile.json: No such file or directory"
