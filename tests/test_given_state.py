"""What does the tap make of a state that is not what it expects?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tap_sequence.errors import SequenceError
from tests.support.accounts import ids
from tests.support.logs import warnings
from tests.support.sync import sync

if TYPE_CHECKING:
    from standins.sequence_api import SequenceAPI
    from tests.support.catalogs import Json


@pytest.fixture
def state(few: SequenceAPI) -> Json:
    """Return the state after a whole read."""
    return sync(few).state


def wrapped(state: Json) -> list[Json]:
    """Return the state in the wrappings that it is met in."""
    message = {"type": "STATE", "value": state}
    return [
        message,
        {"singer_state": state},
        {"singer_state": message},
        {**message, "value": message},
        {**state, "type": "STATE", "value": {}, "singer_state": {}},
    ]


@pytest.mark.parametrize("number", range(5))
def test_wrapped_state(
    few: SequenceAPI, state: Json, number: int, caplog: pytest.LogCaptureFixture
) -> None:
    """A state in a STATE message, or as Meltano prints it, counts as it would alone."""
    synced = sync(few, state=wrapped(state)[number], page_size=1, lookback_window=0)
    alone = sync(few, state=state, page_size=1, lookback_window=0)
    assert synced.ids == alone.ids
    assert len(alone.ids) < 3
    assert synced.messages[0]["value"] == state
    assert warnings(caplog) == []


@pytest.mark.parametrize("empty", [{}, {"bookmarks": {}}, *wrapped({})])
def test_empty_state(few: SequenceAPI, empty: Json, caplog: pytest.LogCaptureFixture) -> None:
    """An empty state is the one of a first run, and nothing is said of it."""
    assert len(sync(few, state=empty).records) == 3
    assert warnings(caplog) == []


STATES: list[tuple[Json, str]] = [
    ({"customers": {}}, "all of it, for lack of bookmarks"),
    ({"type": "STATE", "value": None}, "all of it, null rather than an object"),
    ({"singer_state": {"customers": 1}}, "all of it, for lack of bookmarks"),
    ({"bookmarks": None}, "bookmarks, null rather than an object"),
    ({"bookmarks": []}, "bookmarks, an array rather than an object"),
    ({"bookmarks": "x"}, "bookmarks, a string rather than an object"),
    ({"bookmarks": {"customers": 5}}, "bookmarks.customers, a number rather than an object"),
    ({"bookmarks": {"customers": None}}, "bookmarks.customers, null rather than an object"),
    ({"bookmarks": {"orders": {"partitions": 5}}}, "bookmarks.orders, no stream of this tap"),
    (
        {"bookmarks": {"a\nb": {}, "orders": 5}},
        "bookmarks.a\\nb, no stream of this tap; bookmarks.orders, a number rather than an object",
    ),
]


@pytest.mark.parametrize(("state", "words"), STATES)
def test_state_that_does_not_count(
    few: SequenceAPI, state: Json, words: str, caplog: pytest.LogCaptureFixture
) -> None:
    """What does not count of a state is named in one warning, and everything is read."""
    assert sorted(sync(few, state=state).ids) == sorted(ids(few))
    (warning,) = warnings(caplog)
    assert warning.startswith(f"Ignored in the state: {words}")
    assert warning.isprintable()


@pytest.mark.parametrize("partitions", [5, [{"context": {"a": 1}}, {"context": {"a": 2}}]])
def test_partitions(few: SequenceAPI, partitions: Json) -> None:
    """What the SDK keeps for streams in parts is read over in a bookmark."""
    bookmark = {"partitions": partitions, "progress_markers": 5}
    synced = sync(few, state={"bookmarks": {"customers": bookmark}})
    assert sorted(synced.ids) == sorted(ids(few))
    assert "partitions" not in synced.bookmark


def test_bookmarks_of_other_streams(few: SequenceAPI, state: Json) -> None:
    """The bookmarks of streams that the tap doesn't have are handed on, beside its own."""
    other = {"orders": {"replication_key_value": 5, "partitions": 5}}
    given = {"bookmarks": {**state["bookmarks"], **other}}
    assert sync(few, state=given).state == given


def test_state_that_is_no_text(few: SequenceAPI) -> None:
    """A state that could not be written again is refused."""
    with pytest.raises(SequenceError, match=r"^state: holds half of a surrogate pair"):
        sync(few, state={"bookmarks": {"orders": {"x": "\ud83d"}}})
