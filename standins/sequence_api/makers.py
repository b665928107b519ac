"""Makers of single values; `shapes` has those of objects and arrays.

A function of a `drawing` is a maker; the others give one.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from standins.sequence_api import texts
from standins.sequence_api.chance import ABSENT
from standins.sequence_api.shapes import Perhaps
from standins.sequence_api.times import DAY, SECOND, date_of, digits_of, text_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from standins.sequence_api.shapes import Drawing, Maker

_LONG: Final = 0.05  # the share of decimals that have more digits than a float holds


# What is fixed of a row


def key(drawing: Drawing) -> str:
    """The row's key."""
    return drawing.row.id


def created(drawing: Drawing) -> str:
    """When the row was created."""
    return drawing.row.created_at


def updated(drawing: Drawing) -> str:
    """When the row last changed."""
    return drawing.row.updated_at


@Perhaps
def archived(drawing: Drawing) -> object:
    """When the row was archived."""
    if not drawing.row.archived:
        return drawing.maybe(ABSENT, 0.9)
    return text_of(drawing.row.micros + drawing.below(SECOND), drawing.one((0, 3, 6)))


def numbered(prefix: str, *path: str) -> Maker:
    """A number that counts the rows of the list, or of the one at the end of a path as in `of`."""

    def make(drawing: Drawing) -> str:
        row = drawing.row
        return f"{prefix}{drawing.relations.owner(row.of, row.number, *path) + 1:05d}"

    return make


def derived(whose: str, place: int) -> str:
    """The id of something that belongs to a row alone, by the row's key and a number."""
    return f"{whose[:-4]}{place:04x}"


# Relations


def of(*path: str) -> Maker:
    """The key of what the row belongs to.

    Args:
        *path: The lists on the way: the customer of an invoice is that of its schedule, so
            `of("billing_schedules", "customers")`.
    """
    last = path[-1]

    def make(drawing: Drawing) -> str:
        row, relations = drawing.row, drawing.relations
        return relations.key(last, relations.owner(row.of, row.number, *path))

    return make


def those(name: str, *way: str) -> Callable[[Drawing], list[str]]:
    """The keys of the rows of a list that belong to the row.

    Args:
        name: The list.
        *way: The lists on the way to the row that they do belong to, as in `of`.
    """

    def make(drawing: Drawing) -> list[str]:
        row, relations = drawing.row, drawing.relations
        owner = relations.owner(row.of, row.number, *way)
        return [each.id for each in relations.owned(name, owner, way[-1] if way else row.of)]

    return make


def account(drawing: Drawing) -> str:
    """The id of the account that the API's key is for."""
    return drawing.relations.account


# Choices


def always(value: object) -> Maker:
    """One value."""
    return lambda _: value


def one(*values: object) -> Maker:
    """One of some values."""
    number = len(values)
    return lambda drawing: values[int(drawing.draw() * number)]


def seldom(maker: Maker) -> Maker:
    """What another maker draws, but mostly nothing."""
    return Perhaps(lambda drawing: drawing.maybe(maker(drawing), 0.1))


def flag(drawing: Drawing) -> bool:
    """Yes or no."""
    return drawing.draw() < 0.5  # noqa: PLR2004  as often as not


country: Final = one("GB", "DE", "JP", "US", "CA", "BR")
currency: Final = one("GBP", "USD", "EUR", "EUR", "JPY", "CHF")
service: Final = one("HubSpot", "NetSuite", "QuickBooks_Online", "Salesforce", "Stripe", "Xero")
label: Final = one(*texts.LABELS)
memo: Final = one(*texts.ODD_NAMES, *texts.LABELS, "Thank you for your business.")
person: Final = one(*texts.GIVEN_NAMES)


# Texts


def company(drawing: Drawing) -> str:
    """What a company is called."""
    if drawing.below(5) == 0:
        return drawing.one(texts.ODD_NAMES)
    name, trade, form = map(drawing.one, (texts.FAMILY_NAMES, texts.TRADES, texts.FORMS))
    return f"{name} {trade} {form}"


def email(drawing: Drawing) -> str:
    """An e-mail address."""
    return f"ap{drawing.below(100)}@c{drawing.below(1 << 32):x}.example.com"


def identity(drawing: Drawing) -> str:
    """The id of something that no list has."""
    text = f"{drawing.below(1 << 48):012x}{drawing.below(1 << 48):012x}"
    return f"{text[:8]}-{text[8:12]}-4{text[12:15]}-8{text[15:18]}-{text[18:]}{text[:6]}"


def code(form: str) -> Maker:
    """A text with a random number in it.

    Args:
        form: With `{}`, or a form of it as in `{:08d}`, in the number's place.
    """
    return lambda drawing: form.format(drawing.below(100_000_000))


# Numbers


def whole(low: int, high: int) -> Maker:
    """A whole number."""
    return lambda drawing: low + drawing.below(high - low + 1)


def _amount(drawing: Drawing) -> tuple[int, int]:
    """A number without its point, and how many of its digits follow that."""
    drawn = drawing.draw()
    if drawn < _LONG:
        return int(drawing.draw() * 1e15) * 1_000_003 + 7, 9
    if drawn < 2 * _LONG:
        return drawing.below(1000), 0
    return drawing.below(10_000_000), 2


def _text(units: int, scale: int) -> str:
    whole, fraction = divmod(units, 10**scale)
    return f"{whole}.{fraction:0{scale}d}" if scale else f"{whole}"


def decimal(drawing: Drawing) -> str:
    """A decimal as text."""
    return _text(*_amount(drawing))


def number(drawing: Drawing) -> Decimal:
    """A decimal as a number."""
    return Decimal(_text(*_amount(drawing)))


rate: Final = one("0", "0.05", "0.19", "0.2", "0.077", "0.08875", "0.33333333333333333333")


def _totals(drawing: Drawing) -> tuple[str, str, str]:
    units, scale = _amount(drawing)
    if drawing.row.empty or drawing.row.bare:
        units = 0
    tax = units * drawing.one((0, 0, 5, 19, 20)) // 100
    return _text(units, scale), _text(tax, scale), _text(units + tax, scale)


def net(drawing: Drawing) -> str:
    """A sum without tax; the row's `tax` and `gross` fit it."""
    return drawing.once(_totals)[0]


def tax(drawing: Drawing) -> str:
    """The tax on `net`."""
    return drawing.once(_totals)[1]


def gross(drawing: Drawing) -> str:
    """`net` and `tax`."""
    return drawing.once(_totals)[2]


# Times


def moment(low: float, high: float) -> Maker:
    """A time so many days after the row's creation, but not after its last change."""
    begin, length = int(low * DAY), int((high - low) * DAY)

    def make(drawing: Drawing) -> str:
        row = drawing.row
        micros = min(row.micros + begin + drawing.below(length), row.updated)
        return text_of(micros, digits_of(drawing.draw()))

    return make


def day(low: int, high: int) -> Maker:
    """A date so many days after the row's creation."""
    return lambda drawing: date_of(drawing.row.micros + (low + drawing.below(high - low + 1)) * DAY)
