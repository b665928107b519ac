"""Does the tap read, or fail in words of its own, whatever it is given?"""

from __future__ import annotations

import copy
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from hypothesis import given, strategies
from hypothesis import settings as examples

from standins.sequence_api import SequenceAPI
from tap_sequence.errors import SequenceError
from tests.support.catalogs import Json, by_hand
from tests.support.sync import sync

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hypothesis.strategies import DrawFn, SearchStrategy

WORDS = strategies.sampled_from(
    [
        *("streams", "tap_stream_id", "customers", "metadata", "breadcrumb", "properties", "type"),
        *("schema", "id", "object", "string", "null", "items", "required", "anyOf", "selected"),
        *("inclusion", "automatic", "replication-method", "FULL_TABLE", "key_properties"),
        *("additionalProperties", "bookmarks", "partitions", "value", "singer_state", "STATE", ""),
    ]
)

ANYTHING = strategies.recursive(
    strategies.none() | strategies.booleans() | strategies.integers(-9, 9) | WORDS,
    lambda inner: (
        strategies.lists(inner, max_size=3) | strategies.dictionaries(WORDS, inner, max_size=3)
    ),
    max_leaves=6,
)

CATALOG = by_hand(
    schema={
        "type": "object",
        "properties": {
            "address": {"type": "object", "properties": {"line1": {"type": ["string", "null"]}}},
            "billingEmails": {"type": ["array", "null"], "items": {"type": "string"}},
        },
    },
    metadata=[
        {"breadcrumb": [], "metadata": {"selected": True, "inclusion": "available"}},
        {"breadcrumb": ["properties", "address"], "metadata": {"selected": True}},
    ],
)

STATE: Json = {
    "bookmarks": {
        "customers": {"partitions": [{"context": {}}], "progress_markers": {}},
        "orders": {"partitions": [{"context": {}}], "progress_markers": {}},
    }
}


def places(value: Json, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of every value within a JSON value."""
    children = value.items() if isinstance(value, dict) else enumerate(value)
    for key, child in children:
        yield (*path, key)
        if isinstance(child, dict | list):
            yield from places(child, (*path, key))


@strategies.composite
def changed(draw: DrawFn, good: Json) -> Json:
    """Draw the good value with something else in one or two of its places, or nothing there."""
    value = copy.deepcopy(good)
    for *path, last in draw(
        strategies.lists(strategies.sampled_from(list(places(good))), min_size=1, max_size=2)
    ):
        at = value
        with suppress(LookupError, TypeError):  # the first change can have taken the place away
            for key in path:
                at = at[key]
            at[last] = draw(ANYTHING)
            if draw(strategies.booleans()):
                del at[last]
    return value


def objects(good: Json) -> SearchStrategy[Json]:
    """Draw JSON objects, most of them near to a good one."""
    return changed(good) | ANYTHING.filter(lambda value: isinstance(value, dict))


@examples(max_examples=80)
@given(catalog=objects(CATALOG), state=objects(STATE))
def test_whatever_comes(catalog: Json, state: Json) -> None:
    """Whatever the catalog and the state hold, the run reads, or fails in words of its own."""
    with SequenceAPI(1) as api, suppress(SequenceError):
        sync(api, catalog=catalog, state=state)
