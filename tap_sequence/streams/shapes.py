"""Shapes that several of Sequence's objects share.

Field names and types follow Sequence's API reference, all published versions taken together.
"""

from __future__ import annotations

from tap_sequence.streams.fields import Shape, flag, text, time

Address = Shape(
    text("line1", "First line of the street address."),
    text("line2", "Second line of the street address."),
    text("town", "Town or city."),
    text("state", "State or province, as its code."),
    text("postcode", "Postal or ZIP code."),
    text("country", "Country, as its two-letter code."),
)
"""A postal address."""

NamedReference = Shape(
    text("id", "Id of the object that is referred to."),
    text("name", "Its name."),
)
"""Another object of Sequence, by id and name."""


def integration_of(what: str) -> Shape:
    """Return the shape of something in an integrated service."""
    return Shape(
        text("service", "The integrated service."),
        text("id", f"Its id for the {what}."),
        time("lastSynced", "When it was last synchronised."),
        flag("isPending", "Whether synchronisation is yet to happen (2024-07-30 on)."),
    )
