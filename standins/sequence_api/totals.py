"""Exact sums: how the totals of a document are spread over its lines."""

from __future__ import annotations

from decimal import Context, Decimal, InvalidOperation
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

TOTALS: Final = ("netTotal", "totalTax", "grossTotal")

_EXACT = Context(prec=2000)
_DISCOUNTED = 0.15  # the share of documents with a line below zero


class Amount(NamedTuple):
    """What a document, or a line of it, comes to."""

    net: Decimal
    tax: Decimal
    gross: Decimal


NOTHING: Final = Amount(Decimal(0), Decimal(0), Decimal(0))


def text_of(value: Decimal) -> str:
    """A decimal as the API writes it."""
    return format(value, "f")


def value_of(value: object) -> Decimal | None:
    """The decimal that a text or a number says; None where it says none."""
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def amount_of(fields: Mapping[str, object]) -> Amount:
    """The totals among some fields; those that are no decimals count nothing."""
    return Amount(*(value_of(fields.get(name)) or Decimal(0) for name in TOTALS))


def total(values: Iterable[Decimal]) -> Decimal:
    """The exact sum."""
    found = Decimal(0)
    for value in values:
        found = _EXACT.add(found, value)
    return found


def total_amount(amounts: Sequence[Amount]) -> Amount:
    """The exact sums."""
    return Amount(*(total(column) for column in zip(*amounts, strict=True))) if amounts else NOTHING


def product(one: Decimal, other: Decimal) -> Decimal:
    """The exact product."""
    return _EXACT.multiply(one, other)


def quotient(one: Decimal, other: Decimal) -> Decimal:
    """The quotient, exact where it has an end."""
    return _EXACT.divide(one, other)


def spread(
    whole: Amount, given: Sequence[Mapping[str, object]], draw: Callable[[], float]
) -> list[Amount]:
    """Amounts that add up to a whole.

    Args:
        whole: The whole.
        given: What is given of each of them, by the API's names.
        draw: Chance.
    """
    weights = [1 + int(draw() * 99) for _ in given]
    discount = draw() < _DISCOUNTED
    net = _column(whole.net, "netTotal", given, weights, discount=discount)
    tax = _column(whole.tax, "totalTax", given, weights, discount=discount)
    gross = [
        (value_of(each["grossTotal"]) or Decimal(0)) if "grossTotal" in each else _EXACT.add(*pair)
        for each, *pair in zip(given, net, tax, strict=True)
    ]
    free = [place for place, fields in enumerate(given) if "grossTotal" not in fields]
    if free and (len(free) < len(given) or _EXACT.add(whole.net, whole.tax) != whole.gross):
        gross[free[-1]] = total((gross[free[-1]], whole.gross, total(gross).copy_negate()))
    return [Amount(*each) for each in zip(net, tax, gross, strict=True)]


def _column(
    whole: Decimal,
    name: str,
    given: Sequence[Mapping[str, object]],
    weights: Sequence[int],
    *,
    discount: bool,
) -> list[Decimal]:
    """One total of each: what is given of it, and the rest shared by the others."""
    free = [place for place, fields in enumerate(given) if name not in fields]
    found = [(value_of(each[name]) if name in each else None) or Decimal(0) for each in given]
    if not free:
        return found
    rest = whole
    if len(free) < len(given):
        rest = total((whole, *(value.copy_negate() for value in found)))
    exponent = min(0, int(rest.as_tuple().exponent))
    units = int(rest.scaleb(-exponent, _EXACT))
    sum_of_weights = sum(weights[place] for place in free)
    parts = [units * weights[place] // sum_of_weights for place in free]
    parts[-1] += units - sum(parts)
    if discount and len(parts) > 1:
        parts[0] += units // 3
        parts[1] -= units // 3
    for place, part in zip(free, parts, strict=True):
        found[place] = Decimal(part).scaleb(exponent, _EXACT)
    return found
