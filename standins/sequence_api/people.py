"""Customers generated from a seed, and the shape that each version of the API gives them.

The same seed gives the same customers. They are awkward where the documentation allows it: names in
many scripts, quotes and line breaks, optional fields that are absent or null, empty lists, equal
creation times, fractional seconds of any length.

A customer's fields are generated when they are read, not when it is created: until then, each of
half a million customers costs only a few hundred bytes.
"""

from __future__ import annotations

import contextlib
import copy
import enum
import re
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Final, TypeVar

from standins.sequence_api.messages import encoded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

VERSIONS: Final = ("2024-01-01", "2024-05-09", "2024-07-30")


class Absent(enum.Enum):
    """The type of `ABSENT`."""

    ABSENT = "absent"


ABSENT: Final = Absent.ABSENT
"""As a field's value, leaves the field out of the answer."""

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

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NAIVE_EPOCH = _EPOCH.replace(tzinfo=None)
_SECOND = 1_000_000
_DAY = 86_400 * _SECOND

_ARCHIVED = 0.1  # the share of customers; likewise the others
_TIED = 0.05
_IMPORTED = 0.05
_NULL = 0.05


def micros_of(text: str) -> int:
    """Microseconds since 1970 of an ISO 8601 time.

    Raises:
        ValueError: If it isn't such a time, or has no time zone.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone")
    return (moment - _EPOCH) // timedelta(microseconds=1)


def text_of(micros: int, digits: int = 6) -> str:
    """A time as the API writes it, with this many fractional digits."""
    seconds, fraction = divmod(micros, _SECOND)
    moment = (_NAIVE_EPOCH + timedelta(seconds=seconds)).isoformat()
    return f"{moment}.{fraction:06d}"[: 20 + digits if digits else 19] + "Z"


def field_names(
    fields: Mapping[str, object], allowed: Iterable[str] = _FIELDS
) -> dict[str, object]:
    """The fields under the API's names: `legal_name` and `legalName` both mean `legalName`.

    Raises:
        TypeError: If there is no field of such a name.
    """
    named = {re.sub("_(.)", lambda found: found[1].upper(), name): fields[name] for name in fields}
    if unknown := sorted(named.keys() - set(allowed)):
        raise TypeError(f"there is no {', '.join(unknown)}")
    for name in ("createdAt", "archivedAt"):
        if isinstance(moment := named.get(name), datetime):
            named[name] = text_of((moment - _EPOCH) // timedelta(microseconds=1))
    return copy.deepcopy(named)


class Customer:
    """One customer, in every version's shape.

    Attributes:
        id: Its id.
        micros: When it was created, in microseconds since 1970. Customers are listed by this, then
            by id.
        archived: Whether it is archived.
    """

    __slots__ = ("_bodies", "_digits", "_given", "_person", "archived", "id", "micros")

    def __init__(  # noqa: PLR0913  the fields are generated from these, and it is internal
        self,
        identity: str,
        micros: int,
        digits: int,
        *,
        person: int,
        archived: bool = False,
        given: dict[str, object] | None = None,
    ) -> None:
        self.id = identity
        self.micros = micros
        self.archived = archived
        self._digits = digits
        self._person = person
        self._given: dict[str, object] | None = None
        self._bodies: dict[str, bytes] | None = None
        if given:
            self.update(given)

    def __repr__(self) -> str:
        return f"<Customer {self.id} {self.created_at}>"

    @property
    def key(self) -> tuple[int, str]:
        """What the list is sorted by, and what a cursor contains."""
        return self.micros, self.id

    @property
    def created_at(self) -> str:
        """When it was created, as the API writes it."""
        return str((self._given or {}).get("createdAt", text_of(self.micros, self._digits)))

    @property
    def fields(self) -> dict[str, object]:
        """Its fields in all versions, and `aliases` and `billingStatus`, which none shows."""
        drawn = _drawn(self._person, self)
        drawn.update(self._given or {})
        return {name: value for name, value in drawn.items() if value is not ABSENT}

    def update(self, fields: Mapping[str, object]) -> None:
        """Change fields, given under the API's names."""
        self._given = {**(self._given or {}), **fields}
        self._bodies = None
        self.id = str(self._given.get("id", self.id))
        if "createdAt" in fields:
            self.micros = micros_of(str(fields["createdAt"]))
        if "archivedAt" in fields:
            self.archived = fields["archivedAt"] not in (None, ABSENT)

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
    """An item that is sent verbatim in every version, however malformed."""

    __slots__ = ("_item",)

    def __init__(self, item: object, identity: str, micros: int) -> None:
        self._item = copy.deepcopy(item)
        archived = self.fields.get("archivedAt") is not None
        super().__init__(identity, micros, 6, person=0, archived=archived)

    @property
    def created_at(self) -> str:
        """When it was created, according to the item."""
        return str(self.fields.get("createdAt"))

    @property
    def fields(self) -> dict[str, object]:
        """The item, if it is an object."""
        return dict(self._item) if isinstance(self._item, dict) else {}

    def update(self, fields: Mapping[str, object]) -> None:
        """Change fields; its place in the list stays."""
        self._item = {**self.fields, **fields}
        self._bodies = None
        self.archived = self._item.get("archivedAt") is not None

    def item(self, version: str) -> object:  # noqa: ARG002  the same in every version
        """The item."""
        return copy.deepcopy(self._item)


class Population:
    """Generates customers.

    Args:
        seed: The same seed gives the same customers.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._random = Random(seed)  # noqa: S311  sample data, no secret
        self._made = 0

    def settled(self, number: int, newest: int) -> Iterator[Customer]:
        """Customers created one after another, a few a day, newest first.

        Beyond a few thousand they come more often, so that the oldest is about four years old.

        Args:
            number: How many.
            newest: When the newest was created, in microseconds since 1970.
        """
        draw = self._random.random
        usual = min(_DAY // 3, 4 * 365 * _DAY // max(number, 1))
        micros, digits = newest, len(f"{newest % _SECOND:06d}".rstrip("0"))
        for _ in range(number):
            yield self._customer(micros, digits, archived=draw() < _ARCHIVED)
            kind = draw()
            if kind < _TIED:  # at the same time, and perhaps written with more digits
                digits = 6
                continue
            gap = draw() * (50 if kind < _TIED + _IMPORTED else 2 * usual)
            digits = _digits(draw())
            step = 10 ** (6 - digits)
            micros = (micros - 1 - int(gap)) // step * step

    def newcomer(self, after: int) -> Customer:
        """A customer created microseconds to seconds after a given time."""
        draw = self._random.random
        digits = _digits(draw())
        step = 10 ** (6 - digits)
        return self._customer((after + int(draw() * _SECOND)) // step * step + step, digits)

    def given(self, partial: Iterable[Mapping[str, object]], newest: int) -> list[Customer]:
        """Customers with some given fields; those without a time are given oldest first."""
        partial = [field_names(fields) for fields in partial]
        customers = list(self.settled(len(partial), newest))[::-1]
        for customer, fields in zip(customers, partial, strict=True):
            customer.archived = False
            customer.update(fields)
        return customers

    def _customer(self, micros: int, digits: int, *, archived: bool = False) -> Customer:
        self._made += 1
        return Customer(
            self._identity(micros),
            micros,
            digits,
            person=(self._seed & 0xFFFFFFFF) << 32 | self._made,
            archived=archived,
        )

    def _identity(self, micros: int) -> str:
        """A UUIDv7, from up to two seconds before its row, so that ids don't sort like rows."""
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
        items: Any JSON. An item without a readable `createdAt` is listed at the time of the one
            given before it.
        micros: That time for the first item, in microseconds since 1970.
        taken: Ids that customers already have. An item's id may be taken, or not be an id at all:
            for cursors, such an item gets its own.
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


def _digits(drawn: float) -> int:
    return (0, 1, 2, 3, 3, 4, 5, 5, 6, 6, 6, 6, 6, 6)[int(drawn * 14)]


_GIVEN_NAMES = (
    "Ada", "Amélie", "Åsa", "Chloë", "Dagný", "Grace", "Ignacio", "Jürgen", "Kwame", "Łukasz",
    "Mai", "Nguyễn", "Olu", "Priya", "Siân", "Tomáš", "Zoë", "Ирина", "Ελένη", "يوسف", "נועה",
    "さくら", "지우", "伟",
)  # fmt: skip
_FAMILY_NAMES = (
    "Adeyemi", "Brontë", "Castañeda", "D\u2019Souza",
    "Fjällström", "Garcia-López", "Hopper", "Ibáñez",
    "Kowalczyk", "Lovelace", "Müller", "O'Brien", "Öztürk", "Rossi", "Škoda", "van der Berg",
    "Кузнецов", "Παπαδόπουλος", "حداد", "לוי", "佐藤", "김", "王",
)  # fmt: skip
_TRADES = (
    "Analytics", "Bäckerei", "Café", "Cloud", "Dätä", "Energía", "Fintech", "Frères", "Health",
    "Labs", "Logistics", "Média", "Robotics", "Telemetry", "Værktøj", "Water",
)  # fmt: skip
_FORMS = (
    "AB",
    "B.V.",
    "GmbH & Co. KG",
    "Inc.",
    "K.K.",
    "Ltd",
    "Oy",
    "S.à r.l.",
    "SAS",
    "sp. z o.o.",
)
_ODD_NAMES = (
    'Bobby "Tables" \\ Sons',
    "Line\nBreak & Tab\tLtd",
    "C:\\billing\\new",
    "株式会社シーケンス",
    "شركة الفواتير \u200f(ش.م.م)",
    "חשבוניות בע״מ",
    "Emoji 🚀👩‍👩‍👧 GmbH",
    "'; DROP TABLE customers; --",
    "Zażółć gęślą jaźń",
    "İstanbul ﬁnans ß",
    "e\u0301 next to é",
    "NULL",
    "  spaces around  ",
    "\U0001d4aeequence \u200bLtd",
    "<b>Bold</b> & Co",
    "Comma, Semicolon; Ltd",
)
_PLACES = (
    ("London", "EC1A 1BB", "GB"),
    ("München", "80331", "DE"),
    ("São Paulo", "01310-100", "BR"),
    ("東京", "100-0001", "JP"),
    ("Zürich", "8001", "CH"),
    ("Αθήνα", "105 57", "GR"),
    ("القاهرة", "11511", "EG"),
    ("תל אביב", "6100000", "IL"),
)
_STREETS = ("High Street", "Königsallee", "Rue de l'Église", "Avenida Álvares Cabral", "中山路")
_STATES = (
    ("New York", "NY", "10001", "US"),
    ("San José", "CA", "95113", "US"),
    ("Montréal", "QC", "H2Y 1C6", "CA"),
    ("Toronto", "ON", "M5H 2N2", "CA"),
)
_LABELS = (
    "Key account",
    "Churned?",
    "two\nlines",
    "tab\tseparated",
    "🟢 healthy",
    'said "yes"',
    "",
    "vorläufig",
    "重要",
)
_SERVICES = (
    "Amazon_Redshift", "Google_BigQuery", "Google_Sheets", "HubSpot", "NetSuite",
    "QuickBooks_Online", "Salesforce", "Slack", "Snowflake", "Stripe", "Xero",
)  # fmt: skip
_PROPERTIES = (
    ("region", ("EMEA", "AMER", "APAC", "")),
    ("Account manager", ("Zoë", "Łukasz", "さくら")),
    ("crm.id", ("0015g00000XyZ", "42", "007")),
    ("notes", ("first\nsecond", "plain", "{}", "null")),
    ("größe", ("S", "M", "L")),
)


_Element = TypeVar("_Element")


class _Dice:
    """One customer's own source of randomness."""

    __slots__ = ("draw",)

    def __init__(self, seed: int) -> None:
        self.draw = Random(seed).random  # noqa: S311  sample data, no secret

    def below(self, limit: int) -> int:
        return int(self.draw() * limit)

    def one(self, of: Sequence[_Element]) -> _Element:
        return of[int(self.draw() * len(of))]

    def maybe(self, value: object, present: float) -> object:
        """The value this often; otherwise nothing or, more rarely, null."""
        drawn = self.draw()
        return value if drawn < present else None if drawn >= 1 - _NULL else ABSENT


def _drawn(seed: int, customer: Customer) -> dict[str, object]:
    """Every field of a customer; an optional one may be null, or `ABSENT`."""
    dice = _Dice(seed)
    one, maybe, below = dice.one, dice.maybe, dice.below
    number = below(1 << 32)
    person = f"{one(_GIVEN_NAMES)} {one(_FAMILY_NAMES)}"
    name = f"{one(_FAMILY_NAMES)} {one(_TRADES)} {one(_FORMS)}"
    if below(5) == 0:
        name = one(_ODD_NAMES)
    domain = f"c{number:x}.example.com"
    services = _services(dice, customer.micros)
    archived_at = maybe(ABSENT, 0.9)
    if customer.archived:
        archived_at = text_of(customer.micros + below(_SECOND), one((0, 3, 6)))
    return {
        "id": customer.id,
        "createdAt": customer.created_at,
        "legalName": name,
        "address": _address(dice),
        "taxStatus": one(("TAXED", "TAXED", "TAX_EXEMPT", "REVERSE_CHARGED")),
        "url": maybe(f"https://{domain}/?q=ä&lang=en", 0.6),
        "label": maybe(one(_LABELS), 0.5),
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
            {key: one(values) for key, values in _PROPERTIES if below(2)} if below(2) else {}
        ),
        "aliases": [f"{name} {number % 97}", f"alias-{number:x}"][: below(3)],
        "billingStatus": one(("ACTIVE", "ACTIVE", "INACTIVE")),
    }


def _address(dice: _Dice) -> dict[str, object]:
    address: dict[str, object] = {"line1": f"{1 + dice.below(200)} {dice.one(_STREETS)}"}
    if dice.below(3) == 0:
        address["line2"] = dice.one(("Flat 1", "3º andar", "c/o Zoë", "", None))
    if dice.below(3) == 0:
        town, address["state"], postcode, country = dice.one(_STATES)
    else:
        town, postcode, country = dice.one(_PLACES)
        if dice.below(5) == 0:
            address["state"] = None
    return {**address, "town": town, "postcode": postcode, "country": country}


def _services(dice: _Dice, micros: int) -> list[dict[str, object]]:
    services: list[dict[str, object]] = []
    for place in range(dice.below(4)):
        pending = dice.below(4) == 0
        service: dict[str, object] = {
            "service": _SERVICES[(dice.below(4) + 4 * place) % len(_SERVICES)],
            "id": f"cus_{dice.below(1 << 48):x}",
            "isPending": pending,
        }
        if not pending:
            service["lastSynced"] = text_of(micros + dice.below(60 * _SECOND), _digits(dice.draw()))
        elif dice.below(2):
            service["lastSynced"] = None
        services.append(service)
    return services


def _organizations(dice: _Dice, owner: str, number: int) -> list[dict[str, object]]:
    def party(place: int, name: str) -> dict[str, object]:
        return {"id": f"{number:08x}-0000-4000-8000-{place:012x}", "name": name}

    members = [party(place, dice.one(_FAMILY_NAMES)) for place in range(2, 2 + dice.below(3))]
    return [
        {"id": f"{number:08x}-0000-4000-9000-000000000000", "owner": party(1, owner)}
        | {"members": members}
    ]
