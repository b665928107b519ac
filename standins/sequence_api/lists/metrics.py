"""Metrics of usage and of seats, and how many seats customers have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from standins.sequence_api.described import Description
from standins.sequence_api.makers import (
    account,
    code,
    company,
    created,
    derived,
    flag,
    key,
    label,
    memo,
    moment,
    of,
    one,
    seldom,
    updated,
)
from standins.sequence_api.parameters import PAGES, among, contains, either, hiding, takes
from standins.sequence_api.shapes import Many, Shape, has

if TYPE_CHECKING:
    from standins.sequence_api.shapes import Drawing

_PROPERTY = one("message_length", "größe", "crm.id")
_SEAT = one("admin", "viewer", "Prüfer")

_PARAMETER = Shape(
    has(
        "--R",
        id=lambda drawing: derived(drawing.row.id, drawing.places[0]),
        usageMetricId=key,
        name=code("parameter{}"),
        type=one("INTEGER", "POSITIVE_INTEGER", "NUMBER", "POSITIVE_NUMBER"),
        description=memo,
        defaultValue=one("10", "-1", "0.000000000000000001"),
    )
)

USAGE_METRICS: Final = Description(
    name="usage_metrics",
    path="/usage-metrics",
    share=0.04,
    shape=Shape(
        has(
            "--R",
            id=key,
            sequenceAccountId=account,
            name=memo,
            metricType=one("SIMPLE", "GROUPED"),
            eventType=one("message_sent", "api_call", "größe,mit,Komma"),
            aggregationType=one("COUNT", "UNIQUE", "SUM", "CUSTOM"),
            propertyFilters=one({}, {"channel": ["e-mail", "push"]}, {"size": 3, "paid": True}),
            parameters=Many(_PARAMETER),
        ),
        has(
            "--n",
            description=memo,
            aggregationProperty=_PROPERTY,
            groupingProperty=_PROPERTY,
            unit=one("bytes", "µs"),
            createdAt=created,
            deletedAt=seldom(moment(0, 90)),
            caseSensitive=flag,
            propertiesToNegate=one([], ["channel"], ["channel", "größe"]),
        ),
    ),
    parameters=[
        *PAGES,
        *takes(
            "--o",
            name=contains("name"),
            id=contains("id"),
            eventType=either("eventType"),
            eventProperty=either("aggregationProperty"),
            aggregationType=either("aggregationType"),
        ),
    ],
)

SEAT_METRICS: Final = Description(
    name="seat_metrics",
    path="/seat-metrics",
    share=0.02,
    shape=Shape(
        has("-RR", id=key, seatType=_SEAT, label=label, createdAt=created, updatedAt=updated),
        has("-on", createdBy=of("users"), description=memo),
    ),
    parameters=PAGES,
)


def _seats(drawing: Drawing) -> int:
    """How many seats."""
    return 0 if drawing.row.empty else drawing.below(1000)


SEAT_BALANCES: Final = Description(
    name="seat_balances",
    path="/seat-balances",
    paged=False,
    share=0.5,
    empty=0.1,
    keys_of="customers",
    shape=Shape(
        has(
            "RRR",
            id=key,
            sequenceAccountId=account,
            legalName=company,
            customerAliases=Many(code("alias-{:x}")),
            total=_seats,
            changeTimestamp=updated,
            balances=Many(
                Shape(has("RRR", seatType=_SEAT, total=_seats, changeTimestamp=moment(0, 90)))
            ),
        )
    ),
    parameters=[
        *takes(
            "ooo",
            excludeZeroQuantity=hiding(lambda row: row.empty, "false"),
            customerAliases=among("customerAliases"),
        ),
        *takes("--o", customerIds=either("id", most=25)),
    ],
)
