"""How many requests it takes to read what is below other lists, in an account of some size."""

from __future__ import annotations

from textwrap import fill
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tap_sequence.singer.child import ChildStream

RECORDS = {"customers": 10_000, "invoices": 100_000, "credit_notes": 5_000, "credit_grants": 5_000}
"""How many records each list has."""

ASKED_FOR = {**RECORDS, "credit_grants": 1_500}
"""For how many of them there is something to ask for: each customer with credit is one."""

IN_AN_HOUR = {"customers": 20, "invoices": 300}
"""How many of them are new, or have changed, in an hour."""

_PAGE = 100
_A_MINUTE = 1_500


def costs(streams: Iterable[ChildStream]) -> Iterator[str]:
    """Yield the lines of a table of what streams cost, and a sentence before it."""
    numbers = {**RECORDS, "customers_with_credit": ASKED_FOR["credit_grants"]}
    *most, last = (f"{number:,} {words(name)}" for name, number in numbers.items())
    account = f"An account with {', '.join(most)} and {last} takes so many requests"
    allowed = f"of which Sequence allows {_A_MINUTE:,} a minute"
    yield f"\n{fill(f'{account}, {allowed}:', 100)}\n\n"
    hour = f"{IN_AN_HOUR['customers']} new customers and {IN_AN_HOUR['invoices']} changed invoices"
    yield f"| | full read | takes at least | after an hour with {hour} |\n"
    yield "|---|---|---|---|\n"
    for stream in streams:
        full = complete(stream, RECORDS, ASKED_FOR)
        minutes = round(full / _A_MINUTE)
        unit = "minute" if minutes == 1 else "minutes"
        later = incremental(stream, RECORDS, ASKED_FOR, IN_AN_HOUR)
        yield f"| `{stream.name}` | {full:,} | {minutes} {unit} | {later:,} |\n"


def complete(stream: ChildStream, records: dict[str, int], asked_for: dict[str, int]) -> int:
    """Return how many requests a full read takes: the pages of the other list, and one each."""
    return _pages(stream, records) + asked_for[stream.above.name]


def incremental(
    stream: ChildStream, records: dict[str, int], asked_for: dict[str, int], new: dict[str, int]
) -> int:
    """Return how many requests a later run takes, with less than a page of new records."""
    match stream.above.replication_key:
        case None:
            return complete(stream, records, asked_for)
        case "updatedAt":
            return _pages(stream, records) + new[stream.above.name]
        case _:
            return 1 + new[stream.above.name]


def record(stream: ChildStream) -> str:
    """Name the records that something is asked for."""
    (name,) = stream.names
    of = stream.above.name.removesuffix("s") if name == "id" else name.removesuffix("Id")
    return words(of)


def words(name: str) -> str:
    """Return a name of several words as such."""
    return name.replace("_", " ")


def _pages(stream: ChildStream, records: dict[str, int]) -> int:
    """Return the pages of the other list; to read it from both ends takes one more."""
    return -(-records[stream.above.name] // _PAGE) + stream.above.ordered
