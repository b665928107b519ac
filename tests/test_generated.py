"""Are the generated files up to date, and does Meltano make of them what is meant?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from meltano.core.plugin.singer.catalog import SelectExecutor, visit
from ruamel.yaml import YAML

from tap_sequence.tap import TapSequence
from tests.support.documents import plugins
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


def selected(select: list[str]) -> set[tuple[str, ...]]:
    """Return the streams and properties that Meltano selects by some patterns."""
    tap = TapSequence(validate_config=False, setup_mapper=False)
    catalog = json.loads(tap.catalog_json_text)
    visit(catalog, SelectExecutor(["!*.*"]))
    visit(catalog, SelectExecutor(select))
    return {
        (stream["tap_stream_id"], *one["breadcrumb"][1:])
        for stream in catalog["streams"]
        for one in stream["metadata"]
        if one["metadata"]["selected"]
    }


def properties(*streams: str) -> set[tuple[str, ...]]:
    """Return streams with all their properties at the top level."""
    tap = TapSequence(validate_config=False, setup_mapper=False)
    return {
        found
        for name in streams
        for found in [(name,), *((name, one) for one in tap.streams[name].schema["properties"])]
    }


def at_the_top(found: set[tuple[str, ...]]) -> set[tuple[str, ...]]:
    """Leave out what is within properties."""
    return {one for one in found if len(one) <= 2}


def test_selection() -> None:
    """With `select`, Meltano selects what the tap does, but for the account's bank accounts."""
    tap = TapSequence(validate_config=False, setup_mapper=False)
    by_default = [name for name, stream in tap.streams.items() if stream.selected_by_default]
    plugin = YAML(typ="safe").load(Path(ROOT / "plugin.yaml"))
    assert at_the_top(selected(plugin["select"])) == properties(*by_default) - {
        ("invoices", "merchantDetails"),
        ("credit_notes", "merchantDetails"),
    }


def test_selection_of_lines() -> None:
    """The extractor for line items reads these and contacts, with all their fields, and no list."""
    *_, lines = plugins("extractors")
    assert lines["name"] == "tap-sequence-lines"
    found = at_the_top(selected(lines["select"]))
    assert found == properties("invoice_line_items", "contacts")


def test_no_selection() -> None:
    """Without `select`, Meltano selects what the tap doesn't: hence `select` in each file."""
    assert {"contacts", "usage_events"} <= {name for name, *_ in selected(["*.*"])}
