"""Fields of records, one line each: name, type and meaning.

Only keys are required: the API's reference doesn't say which other fields are always there. No
field is limited to certain values, since the API may add to them at any time.
"""

from __future__ import annotations

from typing import Any

from singer_sdk import typing as th

Field = th.Property[Any]
"""A field of an object."""

Shape = th.ObjectType
"""The fields of an object within a record. It may have others too."""


def fields(*declared: Field) -> dict[str, Any]:
    """Return the JSON schema of records with these fields."""
    return th.PropertiesList(*declared).to_dict()


# --- Single values -------------------------------------------------------------------------------


def text(name: str, description: str, *, key: bool = False) -> Field:
    """Declare text, which ids, codes and statuses are too."""
    return th.Property(name, th.StringType, required=key, description=description)


def number(name: str, description: str) -> Field:
    """Declare a number. At the top level it is exact, even where the API sends text."""
    return th.Property(name, th.NumberType, description=description)


def decimal(name: str, description: str) -> Field:
    """Declare a number within an object, which arrives as the text or number that the API sends."""
    either = th.CustomType({"type": ["string", "number"]})
    return th.Property(name, either, description=description)


def whole(name: str, description: str) -> Field:
    """Declare an integer."""
    return th.Property(name, th.IntegerType, description=description)


def flag(name: str, description: str) -> Field:
    """Declare a boolean."""
    return th.Property(name, th.BooleanType, description=description)


def date(name: str, description: str) -> Field:
    """Declare a date."""
    return th.Property(name, th.DateType, description=description)


def time(name: str, description: str) -> Field:
    """Declare a date and time."""
    return th.Property(name, th.DateTimeType, description=description)


# --- Objects and arrays --------------------------------------------------------------------------


def shape(name: str, of: Shape, description: str) -> Field:
    """Declare an object."""
    return th.Property(name, of, description=description)


def many(name: str, of: Shape, description: str) -> Field:
    """Declare an array of objects."""
    return th.Property(name, th.ArrayType(of), description=description)


def texts(name: str, description: str) -> Field:
    """Declare an array of text."""
    return th.Property(name, th.ArrayType(th.StringType), description=description)


def array(name: str, description: str) -> Field:
    """Declare an array whose items the API's reference doesn't describe."""
    # Not th.ArrayType: target-postgres makes jsonb[] of an array with items of no type
    return th.Property(name, th.CustomType({"type": "array"}), description=description)


def text_map(name: str, description: str) -> Field:
    """Declare a map from the account's own keys to text."""
    return _map(name, {"type": ["string", "null"]}, description)


def any_map(name: str, description: str) -> Field:
    """Declare a map from keys to anything, or an object whose fields are not worth declaring."""
    return _map(name, True, description)  # noqa: FBT003  JSON schema's own word for it


def _map(name: str, values: Any, description: str) -> Field:
    # Not th.ObjectType: it declares properties, if none, and flattening would put none in its place
    of = th.CustomType({"type": "object", "additionalProperties": values})
    return th.Property(name, of, description=description)
