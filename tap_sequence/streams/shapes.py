"""Shapes that several of Sequence's objects share.

Field names and types follow Sequence's API reference, all published versions taken together. Every
property but an object's own id may be absent or null: the reference does not say which are not.
"""

from __future__ import annotations

from singer_sdk import typing as th

Address = th.ObjectType(
    th.Property("line1", th.StringType, description="First line of the street address."),
    th.Property("line2", th.StringType, description="Second line of the street address."),
    th.Property("town", th.StringType, description="Town or city."),
    th.Property("state", th.StringType, description="State or province, as its code."),
    th.Property("postcode", th.StringType, description="Postal or ZIP code."),
    th.Property("country", th.StringType, description="Country, as its two-letter code."),
)
"""A postal address."""

NamedReference = th.ObjectType(
    th.Property("id", th.StringType, description="Id of the object that is referred to."),
    th.Property("name", th.StringType, description="Its name."),
)
"""Another object of Sequence, by id and name."""

# Not th.ObjectType: it declares properties, if none, and flattening would put none in its place
TextByName = th.CustomType({"type": "object", "additionalProperties": {"type": ["string", "null"]}})
"""A map whose keys are the account's own, each with a text."""
