"""What lists hide unless a parameter asks for it."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from standins.contract.assumption import (
    Finding,
    Guess,
    Part,
    UnseenError,
    assumption,
    by_stream,
    harmful,
    harmless,
    holds,
)

if TYPE_CHECKING:
    from standins.contract.asking import Seen
    from standins.contract.probes import Probes

_QUANTITIES = "excludeZeroQuantity"


@assumption(
    "archived-hidden",
    "What is archived is left out, unless the list's switch asks for it.",
    otherwise="The tap always sends the switch. Where it does nothing, include_archived: false "
    "does nothing either. Where it is refused, the stream fails.",
    guess=Guess("parameters", "showing", "hidden by default; the values are true and false"),
)
def hidden(probes: Probes) -> Finding:
    """Ask each list that has a switch with and without it."""

    def look(name: str) -> Part:
        switch = str(probes.stream(name).archived)
        without: dict[str, Any] = {switch: None}
        if name in probes.below:
            parent = probes.beneath(name)[0]
            asked, plain = probes.under(name, parent), probes.under(name, parent, **without)
        else:
            asked, plain = probes.first(name), probes.listed(name, **without)
        if asked.status == HTTPStatus.BAD_REQUEST and plain.status == HTTPStatus.OK:
            return harmful(f"{switch} is refused")
        more = _more(probes, asked, plain)
        archived = any(row.get("archivedAt") for row in probes.page(plain).rows)
        if archived:
            return harmless("shown without it, too")
        if more > 0:
            return holds("shown with it alone")
        if any(row.get("archivedAt") for row in probes.page(asked).rows):
            return harmless("no fewer rows without it")
        raise UnseenError("as many rows without it, and none that is archived")

    names = [*probes.lists, *probes.below]
    return by_stream([name for name in names if probes.stream(name).archived], look)


def _more(probes: Probes, asked: Seen, plain: Seen) -> int:
    """Count how many more rows there are with a switch, as far as that can be seen."""
    with_it, without = probes.page(asked), probes.page(plain)
    if isinstance(with_it.total, int) and isinstance(without.total, int):
        return with_it.total - without.total
    if with_it.after or without.after:
        raise UnseenError("the list has more than one page, and is not counted")
    return len(with_it.rows) - len(without.rows)


@assumption(
    "zero-quantity",
    f"`{_QUANTITIES}=false` is taken, and makes no difference to seat balances.",
    otherwise="The tap always sends it. Where it is refused, the stream fails.",
    guess=Guess("parameters", "hiding", "true by default for invoices, false for seat balances"),
)
def quantities(probes: Probes) -> Finding:
    """Ask each list that has this switch with and without it."""

    def look(name: str) -> Part:
        asked, plain = probes.first(name), probes.listed(name, excludeZeroQuantity=None)
        if asked.status == HTTPStatus.BAD_REQUEST and plain.status == HTTPStatus.OK:
            return harmful(f"{_QUANTITIES} is refused")
        more = _more(probes, asked, plain)
        if more < 0:
            return harmful("fewer rows with it than without")
        words = "more rows with it" if more else "as many without it"
        return harmless(words) if more and name == "seat_balances" else holds(words)

    return by_stream([one for one in probes.lists if _QUANTITIES in probes.stream(one).sends], look)
