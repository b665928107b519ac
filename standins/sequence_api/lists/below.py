"""What is below one customer or one invoice, but for its lines."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, cast

from standins.sequence_api import texts
from standins.sequence_api.chance import ABSENT, shuffled
from standins.sequence_api.item import BelowDescription, Item, below, told
from standins.sequence_api.lineage import Sizes
from standins.sequence_api.lists.common import ASSETS
from standins.sequence_api.lists.invoicing import INVOICES
from standins.sequence_api.makers import (
    archived,
    code,
    created,
    currency,
    decimal,
    email,
    identity,
    key,
    memo,
    moment,
    of,
    one,
    person,
    updated,
    whole,
)
from standins.sequence_api.parameters import ARCHIVED, takes
from standins.sequence_api.shapes import Each, Many, Perhaps, Shape, has
from standins.sequence_api.times import DAY, SECOND
from standins.sequence_api.totals import product, total, value_of
from standins.sequence_api.totals import text_of as decimal_text
from standins.sequence_api.versions import by_version

if TYPE_CHECKING:
    from collections.abc import Callable

    from standins.sequence_api.below import Below
    from standins.sequence_api.described import DescribedRow
    from standins.sequence_api.rows import Row
    from standins.sequence_api.shapes import Drawing, Field, Maker

_ARCHIVED = 0.15  # the share of contacts that are; and so on
_CHANGED = 0.5
_HOUR = 3600 * SECOND

# Contacts


def _contacts(contacts: Below, parent: Row) -> list[Item]:
    """The contacts of a customer, most of them made soon after it."""
    redrawn, newest = contacts.told(parent).redrawn, contacts.newest
    items = contacts.drawn(parent)
    for item in items:
        draw = shuffled(item.number)
        if "createdAt" not in item.given:
            item.micros = max(parent.micros, min(item.micros + int(draw() * _HOUR), newest))
        if "archivedAt" not in item.given:
            item.archived = draw() < _ARCHIVED
        later = min(item.micros + int(draw() * 30 * DAY), newest)
        changed = redrawn[-1][1] if redrawn else later if draw() < _CHANGED else 0
        item.touch(max(item.micros, changed), 6)
    return items


CONTACTS: Final = BelowDescription(
    name="contacts",
    path="/customers/{}/contacts",
    parent="customers",
    paged=False,
    items=_contacts,
    sizes=Sizes(low=1, high=4, none=0.2, stay=True),
    shape=Shape(
        has(
            "-RR",
            id=key,
            name=lambda drawing: f"{person(drawing)} {drawing.one(texts.FAMILY_NAMES)}",
            email=email,
            billingPreference=one("PRIMARY", "STANDARD", "NONE"),
            createdAt=created,
            updatedAt=updated,
        ),
        has("-oo", archivedAt=archived),
    ),
    parameters=takes("-oo", includeArchived=ARCHIVED),
)

# Invoices

_RATES = tuple(map(Decimal, ("1", "1.0837", "0.85231", "149.62", "0.000123456789012345678")))


def _conversions(conversions: Below, parent: Row) -> list[Item]:
    """The totals of an invoice in other currencies."""
    items = conversions.drawn(parent)
    redrawn = conversions.told(parent).redrawn
    for item in items:
        draw = shuffled(item.number + parent.edition + len(redrawn))
        exchange = _RATES[int(draw() * len(_RATES))]
        amount = cast("DescribedRow", parent).amount._asdict()
        item.told = {name: decimal_text(product(amount[name], exchange)) for name in amount}
        item.told = {**item.told, "rate": decimal_text(exchange)}
        if redrawn:
            item.touch(max(item.updated, redrawn[-1][1]), 6)
    return items


INVOICE_CURRENCY_CONVERSIONS: Final = BelowDescription(
    name="invoice_currency_conversions",
    path="/invoices/{}/currency-conversions",
    parent="invoices",
    paged=False,
    items=_conversions,
    sizes=Sizes(low=1, high=2, none=0.4, stay=True),
    shape=Shape(
        has(
            "--R",
            id=key,
            invoiceId=below,
            currency=currency,
            netTotal=told("net"),
            totalTax=told("tax"),
            grossTotal=told("gross"),
            exchangeRate=told("rate"),
            updatedAt=updated,
        )
    ),
    parameters=(),
)

_LATER_IN_THE_LIST = frozenset(
    {
        "billingScheduleId", "issueDate", "customerTaxId", "creditBalances", "dunningStatus",
        "calculatedAt",
    }
)  # fmt: skip


def _also_at_first(field: Field) -> Field:
    """A field of the list, which the first version shows of one invoice alone too."""
    return field._replace(there=by_version("ooo")) if field.name in _LATER_IN_THE_LIST else field


_LISTED = Shape(map(_also_at_first, INVOICES.shape.fields))

_APPLIED_LINE = Shape(
    has("--R", name=memo, netTotal=decimal, grossTotal=decimal, invoiceLineItemIds=Many(identity))
)
_APPLIED_NOTE = Shape(
    has("--R", id=of("credit_notes"), netTotal=decimal, totalTax=decimal, grossTotal=decimal),
    has("--R", lineItems=Many(_APPLIED_LINE)),
    has("--o", creditNoteNumber=code("CN-{:05d}")),
)
_GRANT = [
    *has("--R", amount=decimal),
    *has("--o", creditGrantId=of("credit_grants"), creditGrantName=memo),
]
_APPLIED_GRANT = Shape(
    _GRANT, has("--R", status=one("APPLIED", "PROJECTED")), has("--o", taxAmount=decimal)
)
_STATUS = one("PENDING", "IN_PROGRESS", "PAID", "FAILED", "CANCELLED", "REFUNDED")

_DETAIL = Shape(
    has(
        "--R",
        integrationPaymentStatuses=Shape(has("--o", stripe=_STATUS, goCardless=_STATUS)),
        appliedCreditNotes=Many(_APPLIED_NOTE, 1),
        appliedCreditGrants=Many(_APPLIED_GRANT, 1),
        projectedCreditGrants=Many(Shape(_GRANT), 1),
        paymentAllocations=Many(
            Shape(
                has(
                    "--R",
                    paymentId=identity,
                    amount=decimal,
                    allocatedAt=moment(1, 60),
                    paidAt=moment(1, 60),
                    origin=one("MANUAL", "STRIPE"),
                )
            )
        ),
        dueDateSource=one("MANUAL", "CALCULATED"),
    ),
    has(
        "--o",
        billingRunId=identity,
        attachmentAssets=ASSETS,
        balance=decimal,
        balanceVersion=whole(0, 1 << 40),
        paymentTermDays=whole(0, 90),
    ),
)


class _Detail(Item):
    """An invoice on its own: what the list shows of it, and more."""

    def drawn(self, version: str, shape: Shape | None = None) -> dict[str, object]:
        """What a version shows, but for what a test has given of the detail alone."""
        listed = cast("DescribedRow", self.parent).shown(version, _LISTED)
        return {**listed, **super().drawn(version, shape or _DETAIL)}


def _details(details: Below, parent: Row) -> list[Item]:
    """One invoice."""
    item = _Detail(details.endpoint, details.relations, parent, 0, parent.id)
    told = details.told(parent)
    item.redraw(parent.edition + 1000 * len(told.redrawn))
    for fields in told.rows or ():
        item.update(fields)
    return [item]


INVOICE_DETAILS: Final = BelowDescription(
    name="invoice_details",
    path="/invoices/{}",
    parent="invoices",
    single=True,
    paged=False,
    items=_details,
    shape=Shape(_LISTED.fields, _DETAIL.fields),
    parameters=(),
)

# Balances of credit


def _balances(balances: Below, parent: Row) -> list[Item]:
    """The balances of a customer, one for each currency or metric of its grants."""
    told = balances.told(parent)
    held = {} if told.number is not None else _held(balances, parent.id)
    keys = list(held) or list(_CURRENCIES[: told.number or 0])
    items = [balances.item(parent, n, each) for n, each in enumerate(keys)]
    for item, fields in zip(items, told.rows or (), strict=False):
        item.update(fields)
    for item, each in zip(items, keys, strict=True):
        item.redraw(len(told.redrawn))
        item.told = _balance(item, held.get(each, []), shuffled(item.number + item.edition))
    return items


_CURRENCIES: Final = ("GBP", "USD", "EUR", "JPY", "CHF", "SEK", "NOK", "DKK", "PLN", "CAD")


def _held(balances: Below, customer: str) -> dict[str, list[dict[str, Any]]]:
    """The grants of a customer, by what they are counted in."""
    found: dict[str, list[dict[str, Any]]] = {}
    for grant in balances.grouped("credit_grants", "customerId").get(customer, ()):
        unit = grant.get("metricId") if grant["creditUnitType"] == "METRIC" else None
        found.setdefault(str(unit or grant["currency"]), []).append(grant)
    return found


def _balance(item: Item, grants: list[dict[str, Any]], draw: Callable[[], float]) -> dict[str, Any]:
    """What is fixed of a balance: what is left of its grants, and where the rest went."""
    left: dict[str, Decimal] = {}
    transactions: dict[str, dict[str, object]] = {}
    for grant in grants:
        amount = value_of(grant["amount"]) or Decimal(0)
        left[grant["id"]] = product(amount, _LEFT[int(draw() * len(_LEFT))])
        spent = total((amount, left[grant["id"]].copy_negate()))
        for kind, moved in (("CREDIT", amount), ("DEBIT", spent)):
            moves = {"grantId": grant["id"], "type": kind, "amount": decimal_text(moved)}
            transactions[f"{len(transactions)}"] = {**moves, "date": grant["createdAt"][:10]}
    shown = {
        grant["id"]: {
            **grant,
            "type": "USAGE" if grant["creditUnitType"] == "METRIC" else "CASH",
            "originalAmount": decimal_text(value_of(grant["amount"]) or Decimal(0)),
            "currentBalance": decimal_text(left[grant["id"]]),
            "costOfCredit": decimal_text(value_of(grant["costOfCredit"]) or Decimal(0)),
        }
        for grant in grants
    }
    return {
        "type": next(iter(shown.values()))["type"] if shown else "CASH",
        "name": f"{item.id} crédit",
        "balance": decimal_text(total(left.values())),
        "grants": shown,
        "transactions": transactions,
    }


_LEFT: Final = tuple(map(Decimal, ("0", "0.25", "0.5", "0.875", "1")))


def _part(what: str, name: str) -> Maker:
    """A field of the present grant or transaction."""

    def make(drawing: Drawing) -> object:
        parts: Any = cast("Item", drawing.row).told[what]
        return parts[drawing.other].get(name, ABSENT)

    return Perhaps(make)


def _parts(what: str, *names: str) -> dict[str, Maker]:
    return {name: _part(what, name) for name in names}


def _each(what: str, inner: Shape) -> Each:
    return Each(lambda drawing: list(cast("Any", cast("Item", drawing.row).told[what])), inner)


CREDIT_BALANCES: Final = BelowDescription(
    name="credit_balances",
    path="/credits/{}/balances",
    parent="customers",
    paged=False,
    items=_balances,
    others=("credit_grants",),
    shape=Shape(
        has(
            "RRR",
            id=key,
            type=told("type"),
            name=told("name"),
            balance=told("balance"),
            grants=_each(
                "grants",
                Shape(
                    has(
                        "RRR",
                        **_parts(
                            "grants",
                            "id",
                            "sequenceAccountId",
                            "customerId",
                            "type",
                            "currency",
                            "name",
                            "originalAmount",
                            "currentBalance",
                            "costOfCredit",
                            "createdAt",
                        ),
                    ),
                    has(
                        "ooo",
                        **_parts("grants", "metricId", "expiryDate", "taxRateId", "effectiveDate"),
                    ),
                ),
            ),
            transactions=_each(
                "transactions",
                Shape(
                    has("RRR", **_parts("transactions", "grantId", "type", "amount", "date")),
                    has("ooo", id=identity, reason=memo, billingRunId=identity),
                    has("ooo", invoiceId=of("invoices")),
                ),
            ),
        )
    ),
    parameters=(),
)
