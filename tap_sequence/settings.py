"""What can be set, in a file or in the environment."""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING, Any

from dotenv import find_dotenv, load_dotenv
from singer_sdk import typing as th

from tap_sequence.api.client import VERSIONS
from tap_sequence.api.limit import LIMIT
from tap_sequence.errors import SequenceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

SETTINGS: dict[str, Any] = th.PropertiesList(
    th.Property(
        "client_id",
        th.StringType(min_length=1),
        required=True,
        title="Client ID",
        description="Client id of the API key.",
    ),
    th.Property(
        "client_secret",
        th.StringType(min_length=1),
        required=True,
        secret=True,
        title="Client secret",
        description="Client secret of the API key. It can also initiate payments.",
    ),
    th.Property(
        "api_url",
        th.StringType,
        default="https://eu.sequencehq.com/api",
        title="API URL",
        description="Where the API is; the sandbox is https://sandbox.sequencehq.com/api, with "
        "keys of its own. Https, or plain http to a loopback address. "
        "Default: https://eu.sequencehq.com/api.",
    ),
    th.Property(
        "api_version",
        th.StringType,
        allowed_values=list(VERSIONS),
        title="API version",
        description="Version of the API that answers: 2024-01-01, 2024-05-09 or 2024-07-30. "
        "Default: the version that the key is pinned to, or else the latest.",
    ),
    th.Property(
        "start_date",
        th.DateTimeType,
        title="Start date",
        description="Customers, invoices, quotes, usage events, seat events and activity logs from "
        "before this date or time (ISO 8601, UTC unless it says otherwise) are not loaded, in "
        "either replication method; nor is what is below such customers and invoices. Of events, "
        "eventTimestamp counts, of the others createdAt. Other streams ignore it. Default: all "
        "are.",
    ),
    th.Property(
        "lookback_window",
        th.IntegerType(minimum=0, maximum=3_155_760_000),
        default=600,
        title="Lookback window",
        description="Seconds before its bookmark that a stream reads again, 0 to 3,155,760,000 (a "
        "century), so that a row that became visible late, with an earlier createdAt or updatedAt, "
        "is not lost. Default: 600.",
    ),
    th.Property(
        "include_archived",
        th.BooleanType,
        default=True,
        title="Include archived",
        description="Whether archived customers, contacts, billing schedules, quotes and list "
        "prices are loaded; archivedAt tells them apart, except in list_prices. Default: true.",
    ),
    th.Property(
        "legal_name",
        th.StringType,
        title="Legal name",
        description="Of the customers, load only those that the API finds by this legal name. "
        "Default: all.",
    ),
    th.Property(
        "email",
        th.StringType,
        title="E-mail address",
        description="Of the customers, load only those that the API finds by this e-mail address. "
        "Default: all.",
    ),
    th.Property(
        "alias",
        th.StringType,
        title="Alias",
        description="Of the customers, load only those that the API finds by this alias. Default: "
        "all.",
    ),
    th.Property(
        "label",
        th.StringType,
        title="Label",
        description="Of the customers, load only those that the API finds by this label "
        "(api_version 2024-07-30). Default: all.",
    ),
    th.Property(
        "billing_status",
        th.StringType,
        title="Billing status",
        description="Of the customers, load only those with this billing status, ACTIVE or "
        "INACTIVE (api_version 2024-07-30). Default: all.",
    ),
    th.Property(
        "emit_activate_version_messages",
        th.BooleanType,
        default=False,
        title="Emit ACTIVATE_VERSION messages",
        description="Whether the target is to delete, or mark, what is gone from Sequence. It is "
        "told to only after a full read that has proved to be complete, and it must be set up for "
        "it: see docs/targets.md. Default: false.",
    ),
    th.Property(
        "page_size",
        th.IntegerType(minimum=1, maximum=100),
        default=100,
        title="Page size",
        description="Rows in each request, 1 to 100. Default: 100.",
    ),
    th.Property(
        "request_timeout",
        th.IntegerType(minimum=1, maximum=3600),
        default=60,
        title="Request timeout",
        description="Seconds that an answer may take, 1 to 3,600, from the request to its last "
        "byte, before it is tried again. Default: 60.",
    ),
    th.Property(
        "max_requests_per_minute",
        th.IntegerType(minimum=1, maximum=LIMIT),
        default=LIMIT,
        title="Requests per minute",
        description="Requests in any minute, 1 to 1,500. Sequence allows 1,500 to everything that "
        "uses the API key; below that the tap spaces its requests evenly, to leave room for the "
        "others. Default: 1500.",
    ),
    th.Property(
        "user_agent",
        th.StringType,
        title="User agent",
        description="What the tap calls itself in the User-Agent header. Default: tap-sequence and "
        "its version.",
    ),
).to_dict()
"""JSON schema of the configuration."""


def from_environment(names: Iterable[str], prefix: str) -> dict[str, str]:
    """Read settings from environment variables, and from a file .env above the working directory.

    Args:
        names: Names of the settings.
        prefix: What the names of their variables begin with.

    Returns:
        The settings as text, for `from_text`.

    Raises:
        SequenceError: If the file can't be read.
    """
    try:
        load_dotenv(find_dotenv(usecwd=True), override=True)
    except ValueError:
        message = "the file .env is not text in UTF-8, or holds NUL characters"
        raise SequenceError(message) from None
    variables = {name: f"{prefix}{name.upper()}" for name in names}
    return {name: os.environ[one] for name, one in variables.items() if one in os.environ}


def from_text(config: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    """Read numbers, booleans and objects from their text.

    Args:
        config: Settings from environment variables, or from Meltano, which takes them from there
            and hands them on as they are.
        schema: JSON schema of the configuration.

    Returns:
        The settings; a text that is no such value stays as it is, for `mistakes` to find.
    """
    known = schema["properties"]
    return {
        name: _READERS[kind](value)
        if isinstance(value, str) and (kind := _reader(known.get(name, {})))
        else value
        for name, value in config.items()
    }


def _reader(setting: Mapping[str, Any]) -> str | None:
    types = setting.get("type")
    types = types if isinstance(types, list) else [types]
    return next((kind for kind in types if kind in _READERS), None)


def _object(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


_BOOLEANS = {
    **dict.fromkeys(("true", "1", "yes", "on"), True),
    **dict.fromkeys(("false", "0", "no", "off"), False),
}
_READERS: dict[str, Callable[[str], object]] = {
    "integer": lambda text: int(text) if re.fullmatch(r"[+-]?[0-9]{1,20}", text) else text,
    "boolean": lambda text: _BOOLEANS.get(text.lower(), text),
    "object": _object,
}


def without_names_of_types(schema: Any) -> Any:
    """Mend a schema of the SDK's, which names the type null among the schemas of an `anyOf`.

    A value that none of the schemas before it takes would end in an AttributeError there.
    """
    if isinstance(schema, list):
        return [without_names_of_types(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        keyword: [without_names_of_types(one) for one in of if isinstance(one, dict)]
        if keyword == "anyOf"
        else without_names_of_types(of)
        for keyword, of in schema.items()
    }
