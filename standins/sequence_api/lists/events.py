"""Events of usage and of seats, and the log of what was done in the account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from standins.sequence_api.chance import shuffled
from standins.sequence_api.described import Description
from standins.sequence_api.makers import (
    account,
    code,
    created,
    derived,
    email,
    key,
    memo,
    of,
    one,
)
from standins.sequence_api.parameters import (
    ORDER,
    PAGES,
    SORTED,
    UNSERVED,
    before,
    behind,
    either,
    equal,
    takes,
)
from standins.sequence_api.shapes import Many, Shape, has
from standins.sequence_api.times import DAY, SECOND, digits_of, text_of

if TYPE_CHECKING:
    from standins.sequence_api.shapes import Drawing, Maker

_SUPERSEDING = 0.1  # the share of events that correct one of the last few before them
_LATE = 0.15  # the share of events that happened days before they were sent; and so on
_VERY_LATE = 0.05
_FEW = 20


def _origin(drawing: Drawing) -> int:
    """The number of the first event that had the event's own id."""
    number = drawing.row.number
    while number:
        draw = shuffled(number)
        if draw() >= _SUPERSEDING:
            break
        number -= 1 + int(draw() * min(number, _FEW))
    return number


def _customer_event(drawing: Drawing) -> str:
    return f"evt {drawing.row.of} {drawing.once(_origin):07d} ✓"


def _alias(drawing: Drawing) -> object:
    """The customer's id, or an alias of it."""
    origin, relations = drawing.once(_origin), drawing.relations
    aliases = relations.rows("customer_aliases")
    if aliases and origin % 3 == 0:
        return aliases[origin * 31 % len(aliases)].fields["value"]
    return relations.key("customers", relations.owner("", origin * 31, "customers"))


def _happened(drawing: Drawing) -> str:
    """When it happened: mostly up to an hour before it was sent."""
    drawn = drawing.draw()
    most = 3600 * SECOND
    if drawn < _VERY_LATE:
        most = 200 * DAY
    elif drawn < _VERY_LATE + _LATE:
        most = 10 * DAY
    return text_of(drawing.row.micros - drawing.below(most), digits_of(drawing.draw()))


_FILTERS = {
    "eventTimestampBefore": before("eventTimestamp"),
    "eventTimestampAfter": behind("eventTimestamp"),
}

USAGE_EVENTS: Final = Description(
    name="usage_events",
    path="/usage-events",
    ordered=True,
    timed=True,
    share=1.6,
    shape=Shape(
        has(
            "RRR",
            id=key,
            customerEventId=_customer_event,
            customerAlias=_alias,
            eventType=one("message_sent", "api_call", "größe,mit,Komma"),
            sequenceAccountId=account,
            eventTimestamp=_happened,
            eventProperties=lambda drawing: {
                "message_length": drawing.below(10_000),
                "größe": drawing.one(("S", "M", None, "two\nlines")),
            },
        )
    ),
    parameters=[
        *PAGES,
        *SORTED,
        *takes(
            "ooo",
            offset=UNSERVED,
            customerAlias=equal("customerAlias"),
            unmappedAliasesOnly=UNSERVED,
            eventType=equal("eventType"),
            eventId=equal("id"),
            **_FILTERS,
        ),
    ],
)

SEAT_EVENTS: Final = Description(
    name="seat_events",
    path="/seat-events",
    ordered=True,
    timed=True,
    share=1,
    shape=Shape(
        has(
            "-RR",
            id=key,
            customerEventId=_customer_event,
            customerAlias=_alias,
            seatType=one("admin", "viewer", "Prüfer"),
            sequenceAccountId=account,
            eventTimestamp=_happened,
            total=lambda drawing: drawing.below(1000),
        )
    ),
    parameters=[
        *PAGES,
        *SORTED,
        *takes(
            "-oo",
            customerAlias=equal("customerAlias"),
            seatType=either("seatType", most=25),
            customerEventId=equal("customerEventId"),
            **_FILTERS,
        ),
        *takes("--o", customerIds=UNSERVED),
    ],
)

_ENTITY = one("CUSTOMER", "INVOICE", "QUOTE", "PRICE")


def _id(kind: int) -> Maker:
    """The id of one part of an item of the log."""
    return lambda drawing: derived(drawing.row.id, 16 * kind + drawing.places[0])


_ITEM = Shape(
    has(
        "--R",
        id=_id(0),
        activityLogId=key,
        verb=one("created", "updated", "archived"),
        name=memo,
        summary=memo,
        activityLogActor=Shape(
            has("--R", id=_id(1), entityType=one("USER", "API_KEY", "SYSTEM")),
            has("--o", entityId=of("users"), email=email),
        ),
        activityLogObject=Shape(
            has("--R", id=_id(2), entityType=_ENTITY), has("--o", entityId=of("customers"))
        ),
    ),
    has(
        "--o",
        reason=memo,
        metadata=one([], [{"field": "status", "before": None}], ["é", 1, True]),
        activityLogTarget=Shape(
            has("--R", id=_id(3), entityType=_ENTITY), has("--o", entityId=of("invoices"))
        ),
    ),
)

ACTIVITY_LOGS: Final = Description(
    name="activity_logs",
    path="/activity-logs",
    ordered=True,
    timed=True,
    share=1.2,
    shape=Shape(
        has(
            "--R",
            id=key,
            sequenceAccountId=account,
            activityType=one("API_REQUEST", "USER_ACTION", "BILLING_RUN"),
            origin=one("API", "DASHBOARD", "SYSTEM"),
            createdAt=created,
            activityLogItems=Many(_ITEM, 3),
        ),
        has("--o", apiVersion=one("2024-07-30", "2024-01-01"), traceId=code("{:016x}")),
    ),
    parameters=[
        *PAGES,
        *takes(
            "--o",
            sortOrder=ORDER,
            activityLogObjectId=UNSERVED,
            activityLogObjectEntityId=UNSERVED,
        ),
    ],
)
