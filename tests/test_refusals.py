"""Which of Sequence's own words may be printed?"""

from __future__ import annotations

from typing import Any

import pytest

from tap_sequence.api.refusals import said

VALUES = ["Ärzte GmbH", "ada.filter@example.com", "S3cr3t/+7d0c51", "c29tZTpzZWNyZXQ=", "INACTIVE"]


def refusal(**error: Any) -> dict[str, Any]:
    """Return an error in the longest documented shape."""
    return {"error": error}


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (refusal(type="UnrecognisedApiVersion"), "UnrecognisedApiVersion"),
        (refusal(type="Invalid", message="Unknown API version."), "Invalid: Unknown API version."),
        (refusal(errors=[{"code": "too_big", "key": "limit"}]), "limit: too_big"),
        (refusal(errors=[{"key": "filters[0].label"}]), "filters[0].label"),
        ({"errors": [{"key": "label", "error": "is not valid"}]}, "label: is not valid"),
        (refusal(message="The key's permissions don't allow this request"), ""),
        (refusal(message="these are not a key's credentials"), "these are not a key's credentials"),
    ],
)
def test_words_that_tell_of_the_request_are_shown(body: dict[str, Any], shown: str) -> None:
    """Types, codes and keys are shown, and messages of harmless words."""
    assert said(body, VALUES) == shown


@pytest.mark.parametrize(
    "quote",
    [
        "Ärzte GmbH",
        "\u00c4rzte",
        "Arzte GmbH",
        "ÄRZTE GMBH",
        "\\u00c4rzte GmbH",
        "&Auml;rzte GmbH",
        "%C3%84rzte+GmbH",
        "ada.filter@example.com",
        "ada.filter%40example.com",
        "ada.filter",
        "ADA.FILTER",
        "S3cr3t/+7d0c51",
        "S3cr3t",
        "c29tZTpzZWNyZXQ=",
        "c29tZTpzZWNy",
        "inactive",
        "Ada Lovelace",
        "ada lovelace",
        "12 High Street",
        "+44 20 7946 0000",
        "Request Limit",
        "b64:QWRhIExvdmVsYWNl",
    ],
)
@pytest.mark.parametrize("sentence", ["{}", "no customer {}", "{} is unknown", "invalid: '{}'"])
def test_what_can_quote_a_customer_is_not_shown(quote: str, sentence: str) -> None:
    """A message that quotes data, in whole or in part, in whichever form, is not shown."""
    message = sentence.format(quote)
    found = [{"key": "label", "code": message, "message": message}]
    for body in (
        refusal(type=message if " " in message else "Invalid", message=message, errors=found),
        {"errors": [{"key": "label", "error": message}]},
    ):
        assert set(said(body, VALUES).split(": ")) <= {"Invalid", "label"}


@pytest.mark.parametrize(
    "quote", ["INACTIVE", "inactive", "S3cr3t", "ada.filter", "Inactive_label"]
)
@pytest.mark.parametrize("name", ["type", "code", "key"])
def test_an_identifier_of_the_request_is_not_shown(quote: str, name: str) -> None:
    """A type, code or key that is, holds, or is part of a value of the request is not shown."""
    body = refusal(type=quote) if name == "type" else refusal(errors=[{name: quote}])
    assert said(body, VALUES) == ""


@pytest.mark.parametrize("body", [None, [], "a", 5, {"error": "a"}, {"error": {"errors": [1, {}]}}])
def test_other_shapes_have_no_words(body: object) -> None:
    """What has none of the documented shapes has no words that are shown."""
    assert said(body, VALUES) == ""


def test_words_are_few() -> None:
    """Of a thousand errors the line shows what has room in it."""
    errors = [{"key": f"field{number}"} for number in range(1000)]
    assert len(said({"errors": errors}, VALUES)) <= 300
