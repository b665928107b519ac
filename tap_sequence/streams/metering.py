"""Usage and seats."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tap_sequence.singer.stream import SequenceStream
from tap_sequence.streams.fields import (
    Shape,
    any_map,
    fields,
    flag,
    many,
    text,
    texts,
    time,
    whole,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

_MetricParameter = Shape(
    text("id", "Id of the parameter."),
    text("usageMetricId", "Id of the usage metric."),
    text("name", "Name."),
    text("type", "Type of its values, such as POSITIVE_INTEGER."),
    text("description", "What it is for."),
    text("defaultValue", "Value if a price gives none."),
)

_SeatBalance = Shape(
    text("seatType", "Seat type, as in seat metrics."),
    whole("total", "Number of seats of this type."),
    time("changeTimestamp", "When the number last changed."),
)


class UsageMetricsStream(SequenceStream):
    """Usage metrics, which turn usage events into billed quantities.

    Source: `GET /usage-metrics`, version 2024-07-30.
    """

    name = "usage_metrics"
    path = "/usage-metrics"
    vanishing = True
    versions = frozenset({"2024-07-30"})
    primary_keys = ("id",)
    replication_key = None
    schema = fields(
        text("id", "Id of the usage metric.", key=True),
        time("createdAt", "When it was created."),
        time("deletedAt", "When it was deleted; null while it is not."),
        text("name", "Name."),
        text("description", "Description."),
        text("unit", "Unit, such as bytes."),
        text("metricType", "SIMPLE, or GROUPED by a property of the events."),
        text("eventType", "Type of the usage events it aggregates."),
        text("aggregationType", "How it aggregates them, such as COUNT or SUM."),
        text("aggregationProperty", "Event property that is aggregated."),
        text("groupingProperty", "Event property that groups the results."),
        any_map("propertyFilters", "Filters on event properties, by property."),
        texts("propertiesToNegate", "Properties whose filters exclude events instead."),
        flag("caseSensitive", "Whether filters are case-sensitive."),
        many("parameters", _MetricParameter, "Parameters that prices can set."),
        text("sequenceAccountId", "Id of the Sequence account it belongs to."),
    )


class SeatMetricsStream(SequenceStream):
    """Seat metrics, one per seat type.

    Source: `GET /seat-metrics`, versions 2024-05-09 and 2024-07-30.
    """

    name = "seat_metrics"
    path = "/seat-metrics"
    vanishing = True
    versions = frozenset({"2024-05-09", "2024-07-30"})
    primary_keys = ("id",)
    replication_key = "updatedAt"
    schema = fields(
        text("id", "Id of the seat metric.", key=True),
        time("createdAt", "When it was created."),
        time("updatedAt", "When it last changed."),
        text("seatType", "Seat type, as in seat events. It never changes."),
        text("label", "Name shown to customers."),
        text("description", "Description."),
        text("createdBy", "Id of the user who created it."),
    )


class SeatBalancesStream(SequenceStream):
    """Seat balances: the current number of seats of each customer.

    Source: `GET /seat-balances`, all versions.
    """

    name = "seat_balances"
    path = "/seat-balances"
    primary_keys = ("id",)
    replication_key = None
    limited = False
    sends: ClassVar[Mapping[str, str]] = {"excludeZeroQuantity": "false"}
    schema = fields(
        text("id", "Id of the customer.", key=True),
        time("changeTimestamp", "When the customer's seats last changed."),
        text("legalName", "Registered name of the customer."),
        texts("customerAliases", "Aliases of the customer."),
        whole("total", "Number of seats of all types."),
        many("balances", _SeatBalance, "Seats by type."),
        text("sequenceAccountId", "Id of the Sequence account it belongs to."),
    )
