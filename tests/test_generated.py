"""Are the generated files up to date, and does Meltano make of them what is meant?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from meltano.core.plugin.singer.catalog import SelectExecutor, visit
from ruamel.yaml import YAML

from tap_sequence.tap import TapSequence
from tools.blocks import BEGIN, END, generated
from tools.generate import ROOT, contents
from tools.page import UNSEEN

FILES = {path.relative_to(ROOT).as_posix(): text for path, text in contents().items()}


def test_files() -> None:
    """The command writes these files."""
    assert FILES.keys() == {
        "docs/streams.md",
        "docs/sequence.meltano.yml",
        "meltano.yml",
        "plugin.yaml",
    }


@pytest.mark.parametrize("name", FILES)
def test_committed(name: str) -> None:
    """The committed file is what the command writes."""
    assert (ROOT / name).read_text("utf-8") == FILES[name], "run: uv run -m tools.generate"


def test_unseen() -> None:
    """The page says of every stream what a run can't see."""
    tap = TapSequence(validate_config=False, setup_mapper=False)
    assert UNSEEN.keys() == tap.streams.keys()


def test_the_rest_stays() -> None:
    """Only the lines between the markers are replaced, with the markers' indentation."""
    before = f"# Words.\na:\n  {BEGIN}\n  old: 1\n  {END}\n  b: 2 # more words\n"
    after = f"# Words.\na:\n  {BEGIN}\n  new: 1\n  {END}\n  b: 2 # more words\n"
    assert generated(before, "new: 1\n") == after


def test_no_markers() -> None:
    """A file without the markers is refused."""
    with pytest.raises(ValueError, match="expected the lines"):
        generated("a: 1\n", "b: 2\n")


def test_selection() -> None:
    """With `select`, Meltano selects everything but the account's own bank accounts."""
    plugin = YAML(typ="safe").load(Path(ROOT / "plugin.yaml"))
    tap = TapSequence(validate_config=False, setup_mapper=False)
    catalog = json.loads(tap.catalog_json_text)
    visit(catalog, SelectExecutor(["!*.*"]))
    visit(catalog, SelectExecutor(plugin["select"]))
    left_out = {
        (stream["tap_stream_id"], *one["breadcrumb"])
        for stream in catalog["streams"]
        for one in stream["metadata"]
        if not one["metadata"]["selected"]
    }
    assert left_out == {
        ("invoices", "properties", "merchantDetails"),
        ("credit_notes", "properties", "merchantDetails"),
    }
