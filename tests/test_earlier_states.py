"""Does a run go on from every form of state that an earlier version of the tap wrote?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from tap_sequence.reading.progress import Progress, Terms
from tap_sequence.reading.scope import Account
from tests.support.lists import List, at

if TYPE_CHECKING:
    from tap_sequence.reading.progress import State

SCOPE = {
    "account": "96d997c2ee46230d8ff83fe9906374e4",
    "filters": "691387cff191cd114b30d53faf9ac035",
    "start_date": None,
}
LATER = {**SCOPE, "start_date": at(60)}

LOADED = {
    "replication_key": "createdAt",
    "replication_key_value": at(299),
    "scope": SCOPE,
    "interrupted_reads": [],
}
"""What a version of the tap wrote that did not yet note the version of what it wrote."""

NEWEST = {"cursor": "500", "reached": at(2500), "last": "2500", "walked": 500}
OLDEST = {"cursor": "700", "reached": at(699), "last": "699", "walked": 700}

LEFT: dict[str, Any] = {
    "replication_method": "INCREMENTAL",
    "scope": SCOPE,
    "newest": at(2999),
    "from_newest": NEWEST,
    "from_oldest": None,
    "shared": 0,
    "total": None,
}
ABOVE_A_BOOKMARK = {**LOADED, "interrupted_reads": [LEFT]}
FROM_ONE_END = {
    **LOADED,
    "replication_key_value": None,
    "interrupted_reads": [{**LEFT, "total": 3000}],
}
FROM_BOTH_ENDS = {
    **LOADED,
    "replication_key_value": None,
    "interrupted_reads": [{**LEFT, "from_oldest": OLDEST, "total": 3000}],
}
SINCE_A_DATE = {
    **LOADED,
    "replication_key_value": None,
    "scope": LATER,
    "interrupted_reads": [{**LEFT, "scope": LATER}],
}
FULL_TABLE = {
    "interrupted_reads": [
        {**LEFT, "replication_method": "FULL_TABLE", "from_oldest": OLDEST, "total": 3000}
    ]
}
FULL_TABLE_BESIDE_A_BOOKMARK = {**LOADED, **FULL_TABLE}

WITHOUT_ACCOUNT = {**LOADED, "scope": {"filters": "c1a1e1a6c2d8f6a0", "start_date": None}}
ONE_INTERRUPTED_READ: dict[str, Any] = {
    **{key: value for key, value in LOADED.items() if key != "interrupted_reads"},
    "interrupted_read": {"newest": at(2999), "spans": []},
}
WITHOUT_SCOPE = {"replication_key": "createdAt", "replication_key_value": at(299)}


def going_on(state: State, method: str = "INCREMENTAL", start: str | None = None) -> Progress:
    """Take up a state, with the key and filters that these states were written with."""
    terms = Terms(
        replication_method=method,
        replication_key="createdAt",
        created_at="createdAt",
        account=Account("https://eu.sequencehq.com/api", "id", "secret"),
        filters={"includeArchived": "true"},
        start_date=start,
        lookback_window=0,
        started=at(1_000_000),
    )
    return Progress(state, terms)


def read_on(progress: Progress) -> tuple[set[int], State]:
    """Read what is left of a list of 3,000; return which of it came, and the last state."""
    source = List(list(range(3000)), 100, total=3000)
    came: set[int] = set()
    state: State = {}
    while not came or progress.interrupted:
        read = progress.read(print)
        for page in read.pages(source):
            state = progress.after(read)
            came |= {int(record["id"]) for record in page}
    return came, state


@pytest.mark.parametrize(
    ("state", "method", "start", "left"),
    [
        (LOADED, "INCREMENTAL", None, range(299, 3000)),
        (WITHOUT_SCOPE, "INCREMENTAL", None, range(299, 3000)),
        (ABOVE_A_BOOKMARK, "INCREMENTAL", None, range(299, 2500)),
        (FROM_ONE_END, "INCREMENTAL", None, range(2500)),
        (FROM_BOTH_ENDS, "INCREMENTAL", None, range(700, 2500)),
        (SINCE_A_DATE, "INCREMENTAL", at(60), range(60, 2500)),
        (FULL_TABLE, "FULL_TABLE", None, range(700, 2500)),
        (FULL_TABLE_BESIDE_A_BOOKMARK, "FULL_TABLE", None, range(700, 2500)),
    ],
)
def test_a_run_goes_on(state: State, method: str, start: str | None, left: range) -> None:
    """Only what the state says is left is read, without a warning, and the bookmark is kept."""
    progress = going_on(state, method, start)
    came, after = read_on(progress)
    assert progress.warnings == []
    # The lists in memory repeat a record or two where two ends meet
    assert set(left) <= came <= set(range(max(left.start - 100, 0), left.stop + 100))
    assert after["interrupted_reads"] == []
    if method == "INCREMENTAL":
        assert after["replication_key_value"] == at(2999)
    else:
        assert after.get("replication_key_value") == state.get("replication_key_value")


def test_a_form_that_says_too_little_is_begun_anew() -> None:
    """An interrupted read of before it told both ends apart is read anew, with a warning."""
    progress = going_on(ONE_INTERRUPTED_READ)
    assert progress.warnings == ["the interrupted read is not resumed: it cannot be understood"]
    came, _ = read_on(progress)
    assert came >= set(range(299, 3000))


def test_filters_of_before_digests_had_a_key() -> None:
    """A bookmark with a digest of other filters, from before it had a key, does not count."""
    progress = going_on(WITHOUT_ACCOUNT)
    assert progress.warnings == [
        "the bookmark does not count, reading in full: it was made with other filters"
    ]
    assert read_on(progress)[0] == set(range(3000))


def test_a_form_of_a_later_version_is_begun_anew() -> None:
    """What a later version of the tap left in a form of its own is read anew, with a warning."""
    later = msgspec.to_builtins({**ABOVE_A_BOOKMARK, "interrupted_reads": [{**LEFT, "version": 2}]})
    progress = going_on(later)
    assert progress.warnings == ["the interrupted read is not resumed: it cannot be understood"]
