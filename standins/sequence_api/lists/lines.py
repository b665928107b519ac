"""The lines of invoices and credit notes, and the groups that they are in.

They add up to the totals of their document, whatever became of it, and so do its groups.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, cast

from standins.sequence_api.chance import ABSENT, shuffled
from standins.sequence_api.described import LINES
from standins.sequence_api.item import BelowDescription, below, perhaps_told, told
from standins.sequence_api.lineage import Sizes, seed_of
from standins.sequence_api.lists.common import KEY_VALUES
from standins.sequence_api.makers import identity, key, memo, of, one, rate
from standins.sequence_api.parameters import ORDER, PAGES, takes
from standins.sequence_api.shapes import Shape, has
from standins.sequence_api.times import DAY, date_of, digits_of
from standins.sequence_api.times import text_of as moment_text
from standins.sequence_api.totals import (
    NOTHING,
    Amount,
    quotient,
    spread,
    text_of,
    total_amount,
)

if TYPE_CHECKING:
    from standins.sequence_api.below import Below
    from standins.sequence_api.described import DescribedRow
    from standins.sequence_api.item import Item
    from standins.sequence_api.rows import Row
    from standins.sequence_api.shapes import Drawing

_QUANTITIES: Final = tuple(map(Decimal, ("1", "1", "1", "2", "4", "10", "0.5", "1250")))
_GROUPS: Final = Sizes(low=1, high=3)


def _lines(lines: Below, parent: Row) -> list[Item]:
    """The lines of a document."""
    items = lines.drawn(parent, cast("DescribedRow", parent).lines)
    changes = parent.edition * 1009 + len(lines.told(parent).redrawn)
    draw = shuffled(seed_of(f"{changes}", parent.id))
    amounts = spread(cast("DescribedRow", parent).amount, [item.given for item in items], draw)
    groups = _groups_of(lines, parent, items)
    several = len(set(groups)) > 1
    period = _period(parent)
    for index, (item, amount, group) in enumerate(zip(items, amounts, groups, strict=True)):
        item.told = {
            "index": index,
            "amount": amount,
            "net": text_of(amount.net),
            "tax": text_of(amount.tax),
            "gross": text_of(amount.gross),
            "in": group,
            "group": group if several else ABSENT,
            **period,
        }
    return items


def _period(parent: Row) -> dict[str, object]:
    """What the lines of a document are for: some days of the month before it."""
    draw = shuffled(seed_of("period", parent.id))
    start, end = (parent.micros - int((low + draw() * 3) * DAY) for low in (28, 1))
    return {
        "start": moment_text(start, digits_of(draw())),
        "end": moment_text(end, digits_of(draw())),
        "first": date_of(start),
        "last": date_of(end),
    }


def _groups_of(lines: Below, parent: Row, items: list[Item]) -> list[str]:
    """The group of each line; an empty text where a test says that there is none."""
    drawn = lines.beside(lines.endpoint.beside).ids(parent) or [""]
    return [str(item.given.get("groupId") or drawn[item.number % len(drawn)]) for item in items]


def _groups(groups: Below, parent: Row) -> list[Item]:
    """The groups of a document: those that have lines, and those that a test has given."""
    lines = groups.beside(groups.endpoint.beside)
    amounts: dict[str, list[Amount]] = {}
    for line in lines.store(parent.id).selected():
        held = cast("dict[str, Any]", line.told)
        amounts.setdefault(held["in"], []).append(held["amount"])
    said = groups.told(parent).number is not None
    items = [item for item in groups.drawn(parent) if said or item.id in amounts]
    others = amounts.keys() - {"", *(item.id for item in items)}
    items += [groups.item(parent, 1000 + n, key) for n, key in enumerate(sorted(others))]
    for index, item in enumerate(items):
        amount = total_amount(amounts[item.id]) if item.id in amounts else NOTHING
        item.told = {
            "index": index,
            "net": text_of(amount.net),
            "tax": text_of(amount.tax),
            "gross": text_of(amount.gross),
        }
    return items


def _quantity(drawing: Drawing) -> Decimal:
    return drawing.one(_QUANTITIES)


def _rate(drawing: Drawing) -> str:
    """What one costs."""
    amount: Any = cast("Item", drawing.row).told["amount"]
    return text_of(quotient(amount.net, drawing.once(_quantity)))


_TOTALS: Final = {"netTotal": told("net"), "totalTax": told("tax"), "grossTotal": told("gross")}
_RECOGNITION = one("STRAIGHT_LINE", "USAGE", "MILESTONE", "POINT_IN_TIME")
_CLASSIFICATION = one("PREPAYMENT", "EARNED", "BURNDOWN")
_PARAMETERS = [*PAGES, *takes("ooo", sortOrder=ORDER)]

_LINE = [
    *has(
        "RRR",
        id=key,
        title=memo,
        quantity=lambda drawing: text_of(drawing.once(_quantity)),
        rate=_rate,
        taxRate=rate,
        index=told("index"),
        **_TOTALS,
        rateDisplay=one("ABSOLUTE", "ABSOLUTE", "PERCENTAGE"),
        externalIds=KEY_VALUES,
    ),
    *has("ooo", description=memo, groupId=perhaps_told("group"), priceId=of("prices")),
]

INVOICE_LINE_ITEMS: Final = BelowDescription(
    name="invoice_line_items",
    beside="invoice_line_item_groups",
    path="/invoices/{}/line-items",
    parent="invoices",
    items=_lines,
    said=LINES,
    shape=Shape(
        has("RRR", invoiceId=below),
        _LINE,
        has(
            "ooo",
            servicePeriodStart=told("start"),
            servicePeriodEnd=told("end"),
            servicePeriod=Shape(has("RRR", startDate=told("first"), endDate=told("last"))),
            revenueClassification=_CLASSIFICATION,
            creditGrantId=of("credit_grants"),
        ),
        has("--o", productId=of("products"), revenueRecognitionMethod=_RECOGNITION),
    ),
    parameters=_PARAMETERS,
)

CREDIT_NOTE_LINE_ITEMS: Final = BelowDescription(
    name="credit_note_line_items",
    beside="credit_note_line_item_groups",
    path="/credit-notes/{}/line-items",
    parent="credit_notes",
    items=_lines,
    said=LINES,
    shape=Shape(
        has("RRR", creditNoteId=below),
        _LINE,
        has("ooo", lineItemId=identity),
        has(
            "--o",
            servicePeriod=Shape(has("--R", start=told("first"), endInclusive=told("last"))),
            revenueRecognitionMethod=_RECOGNITION,
            revenueClassification=_CLASSIFICATION,
            productId=of("products"),
        ),
    ),
    parameters=_PARAMETERS,
)

_GROUP = [
    *has("RRR", id=key, title=memo, index=told("index"), **_TOTALS),
    *has("ooo", description=memo),
]

INVOICE_LINE_ITEM_GROUPS: Final = BelowDescription(
    name="invoice_line_item_groups",
    beside="invoice_line_items",
    path="/invoices/{}/line-item-groups",
    parent="invoices",
    items=_groups,
    sizes=_GROUPS,
    shape=Shape(
        has("RRR", invoiceId=below),
        _GROUP,
        has("-oo", taxCategory=Shape(has("-RR", id=identity, name=memo))),
    ),
    parameters=_PARAMETERS,
)

CREDIT_NOTE_LINE_ITEM_GROUPS: Final = BelowDescription(
    name="credit_note_line_item_groups",
    beside="credit_note_line_items",
    path="/credit-notes/{}/line-item-groups",
    parent="credit_notes",
    items=_groups,
    sizes=_GROUPS,
    shape=Shape(has("RRR", creditNoteId=below), _GROUP, has("ooo", lineItemGroupId=identity)),
    parameters=_PARAMETERS,
)
