"""Which fields rows have."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from standins.contract.assumption import (
    Finding,
    Guess,
    Part,
    UnseenError,
    Verdict,
    assumption,
    by_stream,
    harmful,
    harmless,
    holds,
)
from tap_sequence.singer.child import ChildStream
from tap_sequence.singer.stream import CREATED_AT
from tap_sequence.wording import kind_of

if TYPE_CHECKING:
    from standins.contract.probes import Probes

_MOST_NAMES = 40


def all_streams(probes: Probes) -> list[str]:
    """Name all streams."""
    return [*probes.lists, *probes.below]


@assumption(
    "keys",
    "Each row has its key, a text that no other row of the list has.",
    otherwise="Where it is no text, the stream fails. Rows with one key replace each other in the "
    "warehouse.",
)
def keys(probes: Probes) -> Finding:
    """Look at the keys of the rows of a page."""

    def look(name: str) -> Part:
        rows = probes.rows(name)
        for row in rows:
            for key in probes.stream(name).primary_keys:
                value = row.get(key)
                if not isinstance(value, str) or not value:
                    return harmful(f"{key}: {kind_of(value)}")
        found = probes.keys(name, rows)
        if len({*found}) < len(found):
            return harmful("a key comes twice on one page")
        return holds("a text each")

    return by_stream(all_streams(probes), look)


@assumption(
    "times-to-go-by",
    "Rows have the times that the tap reads lists by: `createdAt`, `updatedAt`.",
    otherwise="Rows without it are delivered by each run: where none has it, the whole list, with "
    "a warning.",
)
def read_by(probes: Probes) -> Finding:
    """Look for them on all rows."""

    def look(name: str) -> Part:
        stream = probes.stream(name)
        wanted = {stream.replication_key or "", CREATED_AT if stream.ordered else ""}
        declared = {*stream.schema["properties"]}
        found = probes.survey(name)
        lacking = []
        for time in sorted(one for one in wanted if one in declared):
            have = found.present[time]
            if have == 0:
                lacking.append(f"no row has {time}")
            elif have < found.rows and time == CREATED_AT:
                lacking.append(f"some rows lack {time}")
        return harmless(", ".join(lacking)) if lacking else holds("all have them")

    plain = [one for one in probes.lists if one not in probes.events]
    return by_stream([one for one in plain if probes.stream(one).replication_key], look)


@assumption(
    "fields-declared",
    "Rows have no fields that the tap does not declare.",
    otherwise="A field at the top level is left out, and a warning names it; others arrive.",
)
def undeclared(probes: Probes) -> Finding:
    """Compare the rows with the tap's schemas, and name declared fields that no row has."""
    never: list[str] = []

    def look(name: str) -> Part:
        found, stream = probes.survey(name), probes.stream(name)
        added = {*stream.added} if isinstance(stream, ChildStream) else {*()}
        added |= {CREATED_AT} if stream.timed_ids else {*()}
        met = {*found.present, *found.null, *added}
        never.extend(f"{name}.{one}" for one in stream.schema["properties"] if one not in met)
        besides = stream.besides
        unknown = sorted(found.unknown - besides)
        words = [*unknown[:_MOST_NAMES]]
        if found.hidden or len(unknown) > _MOST_NAMES:
            words.append("some whose names are not shown")
        return harmless(f"not declared: {', '.join(words)}") if words else holds("all declared")

    finding = by_stream(all_streams(probes), look)
    if not never:
        return finding
    seen = f"{finding.seen}. Declared, and on no row that was seen: {', '.join(never)}"
    return replace(finding, seen=seen)


@assumption(
    "absent-or-null",
    "What has no value is left out of some rows, and null in others.",
    otherwise="Both mean the same to the tap.",
    guess=Guess("people", "_drawn", "an optional field is absent, or now and then null"),
)
def absent(probes: Probes) -> Finding:
    """Count the fields that are absent somewhere, and those that are null somewhere."""
    ways: Counter[str] = Counter()
    for name in all_streams(probes):
        try:
            found = probes.survey(name)
        except UnseenError:
            continue
        met = {name: found.present[name] + found.null[name] for name in found.present | found.null}
        ways["absent"] += sum(number < found.rows for number in met.values())
        ways["null"] += sum(number > 0 for number in found.null.values())
    if not ways.total():
        raise UnseenError("every field that was seen has a value in every row")
    words = f"{ways['absent']} fields are absent somewhere, {ways['null']} are null somewhere"
    fits = ways["absent"] and ways["null"]
    return Finding(Verdict.HOLDS if fits else Verdict.HARMLESS, words)
