"""What can be wrong with the settings, in words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from unicodedata import category
from urllib.parse import urlsplit

from singer_sdk.plugin_base import JSONSchemaValidator

from tap_sequence import batch_config
from tap_sequence.api.transport import is_loopback
from tap_sequence.files import is_unicode
from tap_sequence.times import parse
from tap_sequence.wording import kind_of, printable, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from jsonschema import ValidationError

MISSING = "missing or empty"


def found_in(config: dict[str, Any], schema: Mapping[str, Any]) -> list[str]:
    """Find all that is wrong with a configuration, after filling in the defaults.

    Args:
        config: The configuration. Settings that are null, an empty text or an empty object count as
            not set, and defaults are added in place.
        schema: JSON schema of the configuration, the SDK's own settings included.

    Returns:
        One line for each mistake, in the order of the settings, each beginning with the setting's
        name. The value of a secret setting is never part of it.
    """
    required = schema.get("required", ())
    for name, value in list(config.items()):
        if value in _nothing(schema["properties"].get(name, {})) and name not in required:
            del config[name]
        elif isinstance(value, float) and value.is_integer():
            config[name] = int(value)  # the same to JSON schema, but not to the API
    found = {
        path: f"{path}: {words}"
        for error in JSONSchemaValidator(schema).iter_errors(config)
        for path, words in _in_words(error, schema)
    }
    for name in required:
        if config.get(name) in (None, ""):
            found[name] = f"{name}: {MISSING}"
    wrong = {path.split(".")[0] for path in found}
    for name in config.keys() & schema["properties"].keys() - wrong:
        if mistake := _unprintable(config[name]) or CHECKS.get(name, _fine)(config[name]):
            found[name] = f"{name}{'' if mistake.startswith('.') else ': '}{mistake}"
    order = list(schema["properties"])
    return [found[path] for path in sorted(found, key=lambda path: order.index(path.split(".")[0]))]


def _in_words(error: ValidationError, schema: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Word an error, for the path of each value that is wrong."""
    parts = [printable(str(part)) for part in error.path]
    given: Any = error.instance
    limits: dict[str, Any] = error.schema if isinstance(error.schema, dict) else {}
    value = "" if _is_private(parts, schema, given) else f", not {shown(given)}"
    match error.validator:
        case "required":
            names = [name for name in limits["required"] if name not in given]
            return [(".".join([*parts, name]), MISSING) for name in names]
        case "additionalProperties":
            names = [printable(name) for name in given if name not in limits["properties"]]
            return [(".".join([*parts, name]), "no such setting") for name in names]
        case "minLength":
            words = MISSING
        case "type":
            wanted = " or ".join(kind for kind in _list(error.validator_value) if kind != "null")
            words = f"expected {wanted}, got {kind_of(given)}{value}"
        case "minimum" | "maximum" if "maximum" in limits:
            words = f"expected {limits['minimum']} to {limits['maximum']}{value}"
        case "minimum":
            words = f"expected {limits['minimum']} or more{value}"
        case "enum":
            known = ", ".join(one for one in _list(error.validator_value) if one)
            words = f"expected one of {known}{value}"
        case "anyOf":
            words = "expected the form that the SDK documents"
        case _:
            words = f"does not satisfy {error.validator} {error.validator_value!r}{value}"
    return [(".".join(parts), words)]


def _is_private(parts: list[str], schema: Mapping[str, Any], value: object) -> bool:
    """Tell whether a value is one that could hold a secret."""
    if not isinstance(value, str | int | float):
        return True
    setting = schema["properties"][parts[0]]
    within = "object" in _list(setting.get("type")) and isinstance(value, str)
    return parts[0] == "client_id" or setting.get("secret", False) or within


def _nothing(setting: Mapping[str, Any]) -> tuple[object, ...]:
    """Return the values that mean the same as leaving the setting out."""
    return (None, "", {}) if "object" in _list(setting.get("type")) else (None, "")


def _list(value: object) -> list[str]:
    return value if isinstance(value, list) else [str(value)]


def _fine(_: object) -> None:
    return None


def _unprintable(value: object) -> str | None:
    controls = isinstance(value, str) and any(category(one) == "Cc" for one in value)
    if controls or not is_unicode(value):
        return "holds control characters, or half of a surrogate pair"
    return None


def _client_id(value: str) -> str | None:
    return "holds a colon, which no client id has" if ":" in value else _client_secret(value)


def _client_secret(value: str) -> str | None:
    if value != value.strip():
        return "begins or ends with white space"
    if not value.isprintable():
        return "holds invisible characters"
    if value[0] + value[-1] in QUOTES and len(value) > 1:
        return "stands in quotation marks, which are not part of it"
    return None


QUOTES = {'""', "''", "“”", "‘’"}  # noqa: RUF001  as text editors make them


def _url(value: str) -> str | None:
    if "{" in value or "}" in value:
        return "must not hold { or }: no setting is filled in there"
    try:
        url = urlsplit(value)
        host, _ = url.hostname or "", url.port
        host.encode("idna")
    except ValueError:
        return "not a URL"
    if url.username is not None or url.password is not None:
        return "must not carry credentials: they go into client_id and client_secret"
    odd = url.query or url.fragment or re.search(r"\s", value)
    if url.scheme not in {"http", "https"} or not host or odd:
        return f"expected https://host/path{_unless_secret(value)}"
    if url.scheme == "http" and not is_loopback(host):
        return f"would send the secret in the clear: expected https{_unless_secret(value)}"
    return None


def _unless_secret(url: str) -> str:
    """Show a URL that is wrong, unless credentials may stand in it all the same."""
    return "" if re.search("[@?#]", url) else f", not {shown(url)}"


def _time(value: str) -> str | None:
    try:
        parse(value)
    except ValueError:
        example = "2024-01-31 or 2024-01-31T12:00:00Z"
        return f"expected a date or time such as {example}, not {shown(value)}"
    return None


def _header(value: str) -> str | None:
    if re.fullmatch(r"[!-~]([ -~]*[!-~])?", value):
        return None
    return "expected printable ASCII characters, with no space around them"


def _batch_config(value: dict[str, Any]) -> str | None:
    found = batch_config.mistake(value)
    return found and f".{found}"


CHECKS: dict[str, Callable[[Any], str | None]] = {
    "client_id": _client_id,
    "client_secret": _client_secret,
    "api_url": _url,
    "start_date": _time,
    "user_agent": _header,
    "batch_config": _batch_config,
}
"""What a JSON schema can't say, by setting: what is wrong with its value, or None."""


def in_one_line(found: list[str]) -> str:
    """Join the lines of `found_in` to one."""
    count = "a mistake" if len(found) == 1 else f"{len(found)} mistakes"
    return f"{count} in the settings: {'; '.join(found)}"
