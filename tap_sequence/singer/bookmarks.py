"""The state as it was given: out of its wrapping, and without what can't count."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from tap_sequence.errors import SequenceError
from tap_sequence.files import is_unicode
from tap_sequence.wording import kind_of, printable

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping


class Bookmarks(NamedTuple):
    """What a state holds.

    Attributes:
        by_stream: The bookmarks.
        ignored: What of the state does not count, and why.
    """

    by_stream: dict[str, dict[str, Any]]
    ignored: list[str]


def bookmarks(state: Mapping[str, Any], streams: Collection[str]) -> Bookmarks:
    """Find the bookmarks in a state.

    Args:
        state: The state, which may be wrapped in a STATE message, or as Meltano prints it.
        streams: Names of the tap's streams.

    Returns:
        The bookmarks of all streams that are named. Those of streams that the tap doesn't have are
        among them: another version of the tap may have these streams.

    Raises:
        SequenceError: If the state can't be passed on.
    """
    if not is_unicode(state):
        message = "state: holds half of a surrogate pair, which is no text"
        raise SequenceError(message)
    given = _unwrapped(state)
    if given == {}:
        return Bookmarks({}, [])
    if not isinstance(given, dict):
        return Bookmarks({}, [f"all of it, {kind_of(given)} rather than an object"])
    if "bookmarks" not in given:
        return Bookmarks({}, ["all of it, for lack of bookmarks"])
    found = given["bookmarks"]
    if not isinstance(found, dict):
        return Bookmarks({}, [f"bookmarks, {kind_of(found)} rather than an object"])
    by_stream: dict[str, dict[str, Any]] = {}
    ignored = []
    for stream, bookmark in found.items():
        place = f"bookmarks.{printable(stream)}"
        if not isinstance(bookmark, dict):
            ignored.append(f"{place}, {kind_of(bookmark)} rather than an object")
            continue
        if stream not in streams:
            ignored.append(f"{place}, no stream of this tap")
        by_stream[stream] = bookmark
    return Bookmarks(by_stream, ignored)


def _unwrapped(state: object) -> object:
    while isinstance(state, dict) and "bookmarks" not in state:
        if state.get("type") == "STATE" and "value" in state:
            state = state["value"]
        elif "singer_state" in state:
            state = state["singer_state"]
        else:
            break
    return state
