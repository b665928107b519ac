"""What does the tap use of the SDK that is not public, and could change with any release?"""

from __future__ import annotations

import ast
import inspect
import re
from typing import TYPE_CHECKING

from singer_sdk import Stream, Tap

from tap_sequence.singer.stream import SequenceStream
from tap_sequence.tap import TapSequence
from tests.support.commands import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

IMPORTS = {
    "singer_sdk.helpers._batch.SDKBatchMessage",
    "singer_sdk.helpers._catalog.get_selected_schema",
    "singer_sdk.helpers._catalog.pop_deselected_record_properties",
}

OVERRIDES = {
    "SequenceStream._sync_records",
    "TapSequence._handle_termination",
    "TapSequence._validate_config",
}

ATTRIBUTES = {"_config", "_tap"}


def trees() -> Iterator[ast.AST]:
    """Yield the syntax of each module of the package."""
    for module in (ROOT / "tap_sequence").rglob("*.py"):
        yield from ast.walk(ast.parse(module.read_text(encoding="utf-8")))


def test_private_imports() -> None:
    """These are all the private names that are imported from the SDK."""
    names = (
        f"{one.module}.{alias.name}"
        for one in trees()
        if isinstance(one, ast.ImportFrom) and (one.module or "").startswith("singer_sdk")
        for alias in one.names
    )
    assert {name for name in names if "._" in name} == IMPORTS


def test_private_overrides() -> None:
    """These are all the private methods of the SDK that are overridden."""
    overridden = {
        f"{own.__name__}.{name}"
        for own, base in ((SequenceStream, Stream), (TapSequence, Tap))
        for name in vars(own)
        if name.startswith("_") and not name.startswith(("__", "_abc")) and hasattr(base, name)
    }
    assert overridden == OVERRIDES


def test_private_attributes() -> None:
    """These are all the private attributes of the SDK's classes that are read or called."""
    used, own = set(), set()
    for cls in (SequenceStream, TapSequence):
        text = inspect.getsource(inspect.getmodule(cls) or cls)
        used |= set(re.findall(r"\b(?:self|cls)\.(_[a-z]\w*)", text))
        own |= set(re.findall(r"\bdef (_[a-z]\w*)|\bself\.(_[a-z]\w*) = ", text))
    assert used - {name for pair in own for name in pair} == ATTRIBUTES
