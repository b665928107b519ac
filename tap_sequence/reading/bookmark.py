"""Up to when a list has been loaded, as an earlier run left it in the state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from tap_sequence.errors import SequenceError
from tap_sequence.times import parse, utc_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tap_sequence.reading.scope import Scope


class Bookmark(NamedTuple):
    """Up to when, and from when on, a list has been loaded.

    Attributes:
        value: Creation time up to which all is loaded, in the fixed-width form; None if nothing is.
        since: Creation time before which nothing was wanted, if there is one.
    """

    value: str | None
    since: str | None


def bookmark(
    state: Mapping[str, Any],
    *,
    replication_key: str | None,
    scope: Scope,
    filters: Mapping[str, object],
    started: str,
) -> tuple[Bookmark, str | None]:
    """Read the bookmark of an earlier run.

    Args:
        state: The stream's state.
        replication_key: The stream's replication key.
        scope: What this run lets through.
        filters: The filters that the scope was made of.
        started: When this run started; what a later bookmark would hide is still to be created.

    Returns:
        The bookmark, and why the one in the state does not count, if it doesn't.

    Raises:
        SequenceError: If the state's bookmark is no time.
    """
    nothing = Bookmark(None, scope.start_date)
    value = state.get("replication_key_value")
    if value is None:
        return nothing, None
    if state.get("replication_key") != replication_key:
        return nothing, f"its replication_key is not {replication_key}"
    try:
        then = scope.of_bookmark(state.get("scope"), filters)
    except msgspec.ValidationError:
        return nothing, "its scope cannot be understood"
    if why := scope.missing_from(then):
        return nothing, why
    try:
        return Bookmark(min(utc_text(parse(value)), started), then.start_date), None
    except (TypeError, ValueError):
        message = f"the state's replication_key_value is {value!r}, which is no time"
        raise SequenceError(message) from None
