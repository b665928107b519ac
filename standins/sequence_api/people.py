"""Customers drawn from a seed, and the shape that each version of the API gives them.

The same seed gives the same customers. They are awkward where the documents allow it: names in many
scripts, quotes and line breaks, optional fields that are absent or null, lists without an element,
equal creation times, fractional seconds of any length.

A customer's fields are drawn when they are looked at, not when it is created: half a million
customers cost a few hundred bytes each until they are read.
"""

from __future__ import annotations

import contextlib
import copy
from typing import TYPE_CHECKING, Final, cast

from standins.sequence_api import texts
from standins.sequence_api.chance import ABSENT, Dice, seeded
from standins.sequence_api.messages import encoded
from standins.sequence_api.population import Population
from standins.sequence_api.rows import Row
from standins.sequence_api.times import SECOND, digits_of, micros_of, text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_EVERYWHERE = (
    "id", "createdAt", "legalName", "address", "taxStatus", "url", "label", "archivedAt",
)  # fmt: skip
_CONTACT = ("contactName", "email", "telephone", "billingEmails")
_SHAPES: Final[dict[str, tuple[str, ...]]] = {
    "2024-01-01": (*_EVERYWHERE, *_CONTACT, "sequenceAccountId", "externalIds"),
    "2024-05-09": (*_EVERYWHERE, *_CONTACT, "integrationIds"),
    "2024-07-30": (*_EVERYWHERE, "integrationIds", "organizations", "domain", "customProperties"),
}
_NEVER_SHOWN = ("aliases", "billingStatus")
_FIELDS = frozenset(_NEVER_SHOWN).union(*_SHAPES.values())
_ARCHIVED = 0.1


class Customer(Row):
    """One customer.

    Attributes:
        id: Its id.
        micros: When it was created, in microseconds since 1970. It is listed by that, then by id.
        archived: Whether it is archived.
    """

    __slots__ = ("_person",)

    def __init__(
        self, identity: str, micros: int, digits: int, *, person: int, archived: bool = False
    ) -> None:
        super().__init__(identity, micros, digits, archived=archived)
        self._person = person

    @property
    def fields(self) -> dict[str, object]:
        """All its fields in all versions, and `aliases` and `billingStatus`, which none shows."""
        drawn = _drawn(self._person, self)
        drawn.update(self._given or {})
        return {name: value for name, value in drawn.items() if value is not ABSENT}

    def update(self, fields: Mapping[str, object]) -> None:
        """Change fields, given under the API's names."""
        super().update(fields)
        self.id = str(fields.get("id", self.id))

    def change(self, micros: int, digits: int, *, renew: bool) -> None:  # noqa: ARG002  not shown
        """Note a change, which nothing on the customer dates."""
        self._person += renew << 64
        self._bodies = None

    def item(self, version: str) -> object:
        """The customer as an item of the list, in one version."""
        fields = self.fields
        shown = {name: fields[name] for name in _SHAPES[version] if name in fields}
        services = shown.get("integrationIds")
        if version == "2024-05-09" and isinstance(services, list):
            shown["integrationIds"] = [
                {name: service[name] for name in service if name != "isPending"}
                for service in services
            ]
        return shown

    def body(self, version: str) -> bytes:
        """The item as JSON, rendered once."""
        if self._bodies is None:
            self._bodies = {}
        if (body := self._bodies.get(version)) is None:
            body = self._bodies[version] = encoded(self.item(version))
        return body


class RawCustomer(Customer):
    """An item that is answered word for word in every version, however malformed."""

    raw = True

    __slots__ = ("_item",)

    def __init__(self, item: object, identity: str, micros: int) -> None:
        self._item = copy.deepcopy(item)
        archived = self.fields.get("archivedAt") is not None
        super().__init__(identity, micros, 6, person=0, archived=archived)

    @property
    def created_at(self) -> str:
        """When it was created, as the item says."""
        return str(self.fields.get("createdAt"))

    @property
    def fields(self) -> dict[str, object]:
        """The item, where it is an object."""
        return dict(self._item) if isinstance(self._item, dict) else {}

    def update(self, fields: Mapping[str, object]) -> None:
        """Change fields; the place in the list stays."""
        self._item = {**self.fields, **fields}
        self._bodies = None
        self.archived = self._item.get("archivedAt") is not None

    def item(self, version: str) -> object:  # noqa: ARG002  the same in every version
        """The item."""
        return copy.deepcopy(self._item)


class People(Population[Customer]):
    """Where customers come from.

    Args:
        seed: The same seed gives the same customers.
    """

    def __init__(self, seed: int) -> None:
        super().__init__(seed, _FIELDS, _ARCHIVED)
        self._seed = seed

    def first(self, customers: int | Iterable[object], newest: int, *, raw: bool) -> list[Customer]:
        """The first customers, oldest first.

        Args:
            customers: How many; or which ones, each a mapping with some of its fields.
            newest: When the last of the drawn ones was created, in microseconds since 1970.
            raw: `customers` holds items that are answered word for word.
        """
        if isinstance(customers, int):
            return list(self.settled(customers, newest))[::-1]
        if raw:
            return raw_customers(customers)
        return self.given(cast("Iterable[Mapping[str, object]]", customers), newest)

    def _born(self, micros: int, digits: int, *, archived: bool) -> Customer:
        return Customer(
            self._identity(micros),
            micros,
            digits,
            person=(self._seed & 0xFFFFFFFF) << 32 | self._made,
            archived=archived,
        )

    def _identity(self, micros: int) -> str:
        """A UUIDv7: made up to two seconds before its row, so that ids do not sort like rows."""
        bits = self._random.getrandbits(90)
        millis = micros // 1000 - (bits & 0x7FF)
        number = (millis & 0xFFFFFFFFFFFF) << 80 | 7 << 76 | bits >> 14
        number = number & ~(0b11 << 62) | 0b10 << 62
        text = f"{number:032x}"
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def raw_customers(
    items: Iterable[object], micros: int = 0, taken: Iterable[str] = ()
) -> list[Customer]:
    """Items as customers, in any order.

    Args:
        items: Any JSON. An item without a readable `createdAt` is listed as of the time of the one
            that was given before it.
        micros: That time for the first item, in microseconds since 1970.
        taken: Ids that customers have already. An id may be there twice, or not be an id at all:
            for cursors such an item gets one of its own.
    """
    customers: list[Customer] = []
    known = set(taken)
    for item in items:
        fields = item if isinstance(item, dict) else {}
        with contextlib.suppress(KeyError, TypeError, ValueError, OverflowError):
            micros = micros_of(fields["createdAt"])
        identity = fields.get("id")
        if not isinstance(identity, str) or not identity or identity in known:
            identity = f"{identity}~{len(known)}"
        known.add(identity)
        customers.append(RawCustomer(item, identity, micros))
    return customers


def _drawn(seed: int, customer: Customer) -> dict[str, object]:
    """Every field of a customer; an optional one may be null, or `ABSENT`."""
    dice = Dice(seeded(seed))
    one, maybe, below = dice.one, dice.maybe, dice.below
    number = below(1 << 32)
    person = f"{one(texts.GIVEN_NAMES)} {one(texts.FAMILY_NAMES)}"
    name = f"{one(texts.FAMILY_NAMES)} {one(texts.TRADES)} {one(texts.FORMS)}"
    if below(5) == 0:
        name = one(texts.ODD_NAMES)
    domain = f"c{number:x}.example.com"
    services = _services(dice, customer.micros)
    archived_at = maybe(ABSENT, 0.9)
    if customer.archived:
        archived_at = text_of(customer.micros + below(SECOND), one((0, 3, 6)))
    return {
        "id": customer.id,
        "createdAt": customer.created_at,
        "legalName": name,
        "address": _address(dice),
        "taxStatus": one(("TAXED", "TAXED", "TAX_EXEMPT", "REVERSE_CHARGED")),
        "url": maybe(f"https://{domain}/?q=ä&lang=en", 0.6),
        "label": maybe(one(texts.LABELS), 0.5),
        "archivedAt": archived_at,
        "contactName": maybe(person, 0.8),
        "email": f"billing+{number % 1000}@{domain}",
        "telephone": maybe(f"+44 20 7946 {number % 10000:04d}", 0.7),
        "billingEmails": [f"ap{place}@{domain}" for place in range(below(3))],
        "sequenceAccountId": f"acc_{number:010x}",
        "externalIds": [
            {"key": each["service"], "value": each["id"], "syncTime": each["lastSynced"]}
            for each in services
            if each.get("lastSynced")
        ],
        "integrationIds": services,
        "organizations": _organizations(dice, person, number) if below(4) == 0 else [],
        "domain": maybe(domain, 0.7),
        "customProperties": (
            {key: one(values) for key, values in texts.PROPERTIES if below(2)} if below(2) else {}
        ),
        "aliases": [f"{name} {number % 97}", f"alias-{number:x}"][: below(3)],
        "billingStatus": one(("ACTIVE", "ACTIVE", "INACTIVE")),
    }


def _address(dice: Dice) -> dict[str, object]:
    address: dict[str, object] = {"line1": f"{1 + dice.below(200)} {dice.one(texts.STREETS)}"}
    if dice.below(3) == 0:
        address["line2"] = dice.one(("Flat 1", "3º andar", "c/o Zoë", "", None))
    if dice.below(3) == 0:
        town, address["state"], postcode, country = dice.one(texts.STATES)
    else:
        town, postcode, country = dice.one(texts.PLACES)
        if dice.below(5) == 0:
            address["state"] = None
    return {**address, "town": town, "postcode": postcode, "country": country}


def _services(dice: Dice, micros: int) -> list[dict[str, object]]:
    services: list[dict[str, object]] = []
    for place in range(dice.below(4)):
        pending = dice.below(4) == 0
        service: dict[str, object] = {
            "service": texts.SERVICES[(dice.below(4) + 4 * place) % len(texts.SERVICES)],
            "id": f"cus_{dice.below(1 << 48):x}",
            "isPending": pending,
        }
        if not pending:
            service["lastSynced"] = text_of(
                micros + dice.below(60 * SECOND), digits_of(dice.draw())
            )
        elif dice.below(2):
            service["lastSynced"] = None
        services.append(service)
    return services


def _organizations(dice: Dice, owner: str, number: int) -> list[dict[str, object]]:
    def party(place: int, name: str) -> dict[str, object]:
        return {"id": f"{number:08x}-0000-4000-8000-{place:012x}", "name": name}

    members = [party(place, dice.one(texts.FAMILY_NAMES)) for place in range(2, 2 + dice.below(3))]
    return [
        {"id": f"{number:08x}-0000-4000-9000-000000000000", "owner": party(1, owner)}
        | {"members": members}
    ]
