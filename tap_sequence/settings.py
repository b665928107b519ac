"""What can be set, and what can be wrong with it."""

from __future__ import annotations

import ipaddress
import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from singer_sdk import typing as th
from singer_sdk.plugin_base import JSONSchemaValidator

from tap_sequence.errors import kind_of
from tap_sequence.times import parse

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from jsonschema import ValidationError

LIMIT = 1500
"""Requests in a minute that Sequence allows to an API key."""

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
        allowed_values=["2024-01-01", "2024-05-09", "2024-07-30"],
        title="API version",
        description="Version of the API that answers. Default: the version that the key is pinned "
        "to, or else the latest.",
    ),
    th.Property(
        "start_date",
        th.DateTimeType,
        title="Start date",
        description="Customers created before this date or time (ISO 8601, UTC unless it says "
        "otherwise) are not loaded, in either replication method. Default: all are.",
    ),
    th.Property(
        "lookback_window",
        th.IntegerType(minimum=0, maximum=3_155_760_000),
        default=600,
        title="Lookback window",
        description="Seconds before the bookmark to read again, so that a customer that became "
        "visible late, with an earlier creation time, is not lost. Default: 600.",
    ),
    th.Property(
        "include_archived",
        th.BooleanType,
        default=True,
        title="Include archived",
        description="Whether archived customers are loaded; archivedAt tells them apart. "
        "Default: true.",
    ),
    th.Property(
        "legal_name",
        th.StringType,
        title="Legal name",
        description="Load only customers that the API finds by this legal name. Default: all.",
    ),
    th.Property(
        "email",
        th.StringType,
        title="E-mail address",
        description="Load only customers that the API finds by this e-mail address. Default: all.",
    ),
    th.Property(
        "alias",
        th.StringType,
        title="Alias",
        description="Load only customers that the API finds by this alias. Default: all.",
    ),
    th.Property(
        "label",
        th.StringType,
        title="Label",
        description="Load only customers that the API finds by this label (api_version "
        "2024-07-30). Default: all.",
    ),
    th.Property(
        "billing_status",
        th.StringType,
        title="Billing status",
        description="Load only customers with this billing status, ACTIVE or INACTIVE "
        "(api_version 2024-07-30). Default: all.",
    ),
    th.Property(
        "page_size",
        th.IntegerType(minimum=1, maximum=100),
        default=100,
        title="Page size",
        description="Customers in each request, 1 to 100. Default: 100.",
    ),
    th.Property(
        "request_timeout",
        th.IntegerType(minimum=1, maximum=3600),
        default=60,
        title="Request timeout",
        description="Seconds to wait for an answer before the request is tried again. Default: 60.",
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


def mistakes(config: dict[str, Any], schema: Mapping[str, Any]) -> list[str]:
    """Find all that is wrong with a configuration, after filling in the defaults.

    Args:
        config: The configuration. Settings that are null or an empty text count as not set, and
            defaults are added in place.
        schema: JSON schema of the configuration, the SDK's own settings included.

    Returns:
        One line for each mistake, in the order of the settings, each beginning with the setting's
        name. The value of a secret setting is never part of it.
    """
    required = schema.get("required", ())
    for name, value in list(config.items()):
        if value in (None, "") and name not in required:
            del config[name]
        elif isinstance(value, float) and value.is_integer():
            config[name] = int(value)  # the same to JSON schema, but not to the API
    found = {
        _path(error): _in_words(error, schema)
        for error in JSONSchemaValidator(schema).iter_errors(config)
        if error.validator != "required"  # worded below
    }
    for name in required:
        if config.get(name) in (None, ""):
            found[name] = f"{name}: missing or empty"
    for name, check in CHECKS.items():
        if name in config and name not in found and (mistake := check(config[name])):
            found[name] = f"{name}: {mistake}"
    order = list(schema["properties"])
    return [found[path] for path in sorted(found, key=lambda path: order.index(path.split(".")[0]))]


def _in_words(error: ValidationError, schema: Mapping[str, Any]) -> str:
    path = _path(error)
    setting = schema["properties"].get(path.split(".")[0], {})
    value = "" if setting.get("secret") else f", not {error.instance!r}"
    limits = error.schema if isinstance(error.schema, dict) else {}
    match error.validator:
        case "type":
            wanted = " or ".join(kind for kind in _list(error.validator_value) if kind != "null")
            return f"{path}: expected {wanted}, got {kind_of(error.instance)}{value}"
        case "minimum" | "maximum":
            return f"{path}: expected {limits['minimum']} to {limits['maximum']}{value}"
        case "enum":
            known = ", ".join(one for one in _list(error.validator_value) if one)
            return f"{path}: expected one of {known}{value}"
        case "anyOf":
            return f"{path}: expected the form that the SDK documents{value}"
        case _:
            return f"{path}: does not satisfy {error.validator} {error.validator_value!r}{value}"


def _path(error: ValidationError) -> str:
    return ".".join(str(part) for part in error.path)


def _list(value: object) -> list[str]:
    return value if isinstance(value, list) else [str(value)]


def _url(value: str) -> str | None:
    try:
        url = urlsplit(value)
        host, _ = url.hostname or "", url.port
    except ValueError:
        return "not a URL"
    if url.username is not None or url.password is not None:
        return "must not carry credentials: they go into client_id and client_secret"
    odd = url.query or url.fragment or re.search(r"\s", value)
    if url.scheme not in {"http", "https"} or not host or odd:
        return f"expected https://host/path{_unless_secret(value)}"
    if url.scheme == "http" and not _is_loopback(host):
        return f"would send the secret in the clear: expected https{_unless_secret(value)}"
    return None


def _unless_secret(url: str) -> str:
    """Show a URL that is wrong, unless credentials may stand in it all the same."""
    return "" if re.search("[@?#]", url) else f", not {url!r}"


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _time(value: str) -> str | None:
    try:
        parse(value)
    except ValueError:
        return f"expected a date or time such as 2024-01-31 or 2024-01-31T12:00:00Z, not {value!r}"
    return None


def _header(value: str) -> str | None:
    if re.fullmatch(r"[!-~]([ -~]*[!-~])?", value):
        return None
    return "expected printable ASCII characters, with no space around them"


CHECKS: dict[str, Callable[[Any], str | None]] = {
    "api_url": _url,
    "start_date": _time,
    "user_agent": _header,
}
"""What a JSON schema can't say, by setting: what is wrong with its value, or None."""


def all_as_text(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Declare what is not text as text, for what reads settings from environment variables.

    Args:
        schema: JSON schema of the configuration.

    Returns:
        The schema with these settings as strings, to be undone by `from_text`.
    """
    text = {"type": ["string"]}
    return {
        "properties": {
            name: text if _reader(setting) else setting
            for name, setting in schema["properties"].items()
        }
    }


def from_text(config: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    """Read numbers and booleans from their text.

    Args:
        config: Settings from environment variables.
        schema: JSON schema of the configuration.

    Returns:
        The settings; a text that is no such value stays as it is, for `mistakes` to find.
    """
    return {
        name: _READERS[kind](value) if (kind := _reader(schema["properties"][name])) else value
        for name, value in config.items()
    }


def _reader(setting: Mapping[str, Any]) -> str | None:
    return next((kind for kind in _list(setting.get("type")) if kind in _READERS), None)


def _object(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return text


_BOOLEANS = {
    **dict.fromkeys(("true", "1", "yes", "on"), True),
    **dict.fromkeys(("false", "0", "no", "off"), False),
}
_READERS: dict[str, Callable[[str], object]] = {
    "integer": lambda text: int(text) if re.fullmatch(r"[+-]?[0-9]+", text) else text,
    "boolean": lambda text: _BOOLEANS.get(text.lower(), text),
    "object": _object,
}


def in_one_line(found: list[str]) -> str:
    """Join the lines of `mistakes` to one."""
    count = "a mistake" if len(found) == 1 else f"{len(found)} mistakes"
    return f"{count} in the settings: {'; '.join(found)}"
