"""Events that were sent to Sequence."""

from __future__ import annotations

from tap_sequence.singer.stream import SequenceStream
from tap_sequence.streams.fields import any_map, fields, text, time, whole

_EVENT = (
    time("createdAt", "When Sequence received the event: taken by the tap from the id."),
    time("eventTimestamp", "When it happened. It decides in which period it is billed."),
    text("customerEventId", "The account's own id of it. Of several events, the latest counts."),
    text("customerAlias", "An alias of the customer, or its id."),
)
"""The fields that all kinds of events have, apart from the id."""


class UsageEventsStream(SequenceStream):
    """Usage events, from which usage metrics are calculated.

    Source: `GET /usage-events`, all versions.
    """

    name = "usage_events"
    path = "/usage-events"
    primary_keys = ("id",)
    replication_key = "createdAt"
    ordered = True
    timed_ids = True
    dated = True
    dated_by = "eventTimestamp"
    selected_by_default = False
    schema = fields(
        text("id", "Id of the event.", key=True),
        *_EVENT,
        text("eventType", "Type, as in usage metrics."),
        any_map("eventProperties", "Its properties, by name."),
        text("sequenceAccountId", "Id of the Sequence account it belongs to."),
    )


class SeatEventsStream(SequenceStream):
    """Seat events, each of which sets a customer's number of seats.

    Source: `GET /seat-events`, versions 2024-05-09 and 2024-07-30.
    """

    name = "seat_events"
    path = "/seat-events"
    versions = frozenset({"2024-05-09", "2024-07-30"})
    primary_keys = ("id",)
    replication_key = "createdAt"
    ordered = True
    timed_ids = True
    dated = True
    dated_by = "eventTimestamp"
    selected_by_default = False
    schema = fields(
        text("id", "Id of the event.", key=True),
        *_EVENT,
        text("seatType", "Seat type, as in seat metrics."),
        whole("total", "Number of seats of this type from then on."),
        text("sequenceAccountId", "Id of the Sequence account it belongs to."),
    )
