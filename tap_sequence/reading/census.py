"""Whether all the records of a list have been read, so that any other is gone.

A list changes while it is read. Where nobody knows its order, or of which kind its cursors are, a
record can be passed over that was there all the time; and the count can come out right all the
same, if another record was deleted once it had been read, and a third one added and read in its
place. So the list is read a second time, and all of it has been read if

- the second read finds as many different records as the API counts when that read begins, and
- the first read has found each of these.

For a record that is added during the second read is none that the first read can have found: so the
second one finds nothing but what was there when it began, and by the count all of it.

What is all in one answer is read once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tap_sequence.reading.walk import Walk


def in_one_answer(walk: Walk) -> bool:
    """Tell whether one answer held all the records that the API counted."""
    return walk.requests == 1 and len(walk.seen) == walk.total


def unchanged(first: Walk, second: Walk) -> bool:
    """Tell whether all the records of a list are known to have been read.

    Args:
        first: A walk through all of it.
        second: Another one, begun once the first one had come to its end.
    """
    return len(second.seen) == second.total and second.seen <= first.seen
