"""Does every value arrive, or end the run in words of where it stands?"""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from standins.sequence_api import SequenceAPI
from tap_sequence.errors import SequenceError
from tap_sequence.singer.writer import MessageWriter
from tap_sequence.tap import TapSequence
from tests.support.accounts import ids, settings
from tests.support.answers import item, listed
from tests.support.catalogs import declaring, discovered
from tests.support.logs import warnings
from tests.support.sync import sync
from tests.support.tap import run

if TYPE_CHECKING:
    from pathlib import Path

WRONG = [
    ({"legalName": 987654321}, "legalName"),
    ({"legalName": 98765.4321}, "legalName"),
    ({"legalName": True}, "legalName"),
    ({"legalName": ["planted"]}, "legalName"),
    ({"label": {"planted": "planted"}}, "label"),
    ({"address": "planted"}, "address"),
    ({"address": ["planted"]}, "address"),
    ({"createdAt": "planted"}, "createdAt"),
    ({"createdAt": ""}, "createdAt"),
    ({"createdAt": 987654321}, "createdAt"),
    ({"createdAt": "2025-02-30T00:00:00Z"}, "createdAt"),
    ({"archivedAt": "planted"}, "archivedAt"),
    ({"archivedAt": 987654321}, "archivedAt"),
    ({"billingEmails": "planted"}, "billingEmails"),
    ({"billingEmails": {"planted": 1}}, "billingEmails"),
    ({"integrationIds": {"planted": 1}}, "integrationIds"),
    ({"customProperties": ["planted"]}, "customProperties"),
]

WRONG_WITHIN = [
    ({"address": {"line1": 987654321}}, "address.line1"),
    ({"address": {"line1": {"planted": 1}}}, "address.line1"),
    ({"billingEmails": ["fine", 987654321]}, "billingEmails[]"),
    ({"externalIds": [{"syncTime": "planted"}]}, "externalIds[].syncTime"),
    ({"integrationIds": ["planted"]}, "integrationIds[]"),
    ({"integrationIds": [{}, {"isPending": "planted"}]}, "integrationIds[].isPending"),
    ({"integrationIds": [{"isPending": 987654321}]}, "integrationIds[].isPending"),
    ({"integrationIds": [{"lastSynced": "planted"}]}, "integrationIds[].lastSynced"),
    ({"organizations": [{"owner": "planted"}]}, "organizations[].owner"),
    ({"organizations": [{"members": [{"id": 987654321}]}]}, "organizations[].members[].id"),
    ({"billingEmails": ["fine", None]}, "billingEmails[]"),
    ({"integrationIds": [None]}, "integrationIds[]"),
    ({"organizations": [{"members": [None]}]}, "organizations[].members[]"),
    ({"customProperties": {"planted": 987654321}}, "customProperties[]"),
]
"""Values of another type below the top level, and where they stand."""


@pytest.mark.parametrize(("fields", "path"), WRONG)
def test_a_value_of_another_type_fails(
    fields: dict[str, Any], path: str, api: SequenceAPI, caplog: pytest.LogCaptureFixture
) -> None:
    """A value of another type ends the run in words of customer and field, without the value."""
    api.fail(item(**fields), None)
    with pytest.raises(SequenceError) as raised:
        sync(api, page_size=10)
    said = str(raised.value)
    assert api.customers[-4].id in said
    assert f" {path}" in said
    for value in ("planted", "987654321", "98765.4321", "2025-02-30"):
        assert value not in said + caplog.text


@pytest.mark.parametrize(("fields", "path"), WRONG_WITHIN)
def test_a_value_of_another_type_below_the_top_level_arrives(
    fields: dict[str, Any], path: str, api: SequenceAPI, caplog: pytest.LogCaptureFixture
) -> None:
    """Within an object or an array a value of another type arrives as sent, with one warning."""
    api.fail(item(**fields), None)
    synced = sync(api, page_size=10)
    (name,) = fields
    assert [row for row in synced.records if row.get(name) == fields[name]]
    assert set(synced.ids) == ids(api)
    (warning,) = warnings(caplog)
    assert warning.startswith("customers: the API sent values of other types than declared")
    assert warning.endswith(f" as they came: {path}")


@pytest.mark.parametrize("fields", [{"label": 987654321}, {"archivedAt": "planted"}])
def test_a_value_of_another_type_fails_plainly(fields: dict[str, Any]) -> None:
    """A value of another type ends in one plain line, and leaves the customers before it."""
    with SequenceAPI(250) as api:
        api.fail(item(**fields), None, skip=1)
        ended = run(config=settings(api))
        broken = api.customers[-104].id
        assert ended.failed_plainly
        assert broken in ended.last_line
        assert next(iter(fields)) in ended.last_line
        assert "987654321" not in ended.stderr
        assert "planted" not in ended.stderr
        assert len(ended.records) == 100
        api.recover()
        rest = sync(api, state=ended.state)
        assert {*ended.ids, *rest.ids} == ids(api)


def test_the_types_are_named_in_the_words_of_json(api: SequenceAPI) -> None:
    """What was expected and what came are named as in every other message."""
    api.fail(item(label=5))
    with pytest.raises(SequenceError, match=r"expected string.*, got integer"):
        sync(api)


NUMBERS = ["1e9999999999999999999", "-1e-9999999999999999999", "1" * 5000, "-" + "1" * 5000]
"""Numbers that neither a Decimal nor Python's integers can hold."""


@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_beyond_measure_arrives_as_text(number: str, api: SequenceAPI) -> None:
    """A number that no type can hold, in a field that nobody declares, arrives as it was written.

    At the top level, where such a field is dropped, it is dropped.
    """
    api.fail(listed(f'{{"id": "a", "tier": {number}, "address": {{"size": {number}}}}}'))
    assert sync(api).records == [{"id": "a", "address": {"size": number}}]


@pytest.mark.parametrize("number", [*NUMBERS, "-1", "true", "1.5", "1e400"])
def test_a_total_that_is_none_counts_as_none(
    number: str, api: SequenceAPI, caplog: pytest.LogCaptureFixture
) -> None:
    """A totalResultSize that is no number of customers is as good as none."""
    record = '{"id": "a", "createdAt": "2024-01-31T00:00:00Z"}'
    api.fail(listed(record, f'{{"totalResultSize": {number}}}'))
    assert sync(api).ids == ["a"]
    assert warnings(caplog) == []


class Silent(MessageWriter):
    """Makes the lines, and writes none."""

    def _flush(self) -> None:
        self._lines.clear()


NUMBER = {"type": ["number", "null"]}
INTEGER = {"type": ["integer", "null"]}
DATE = {"type": ["string", "null"], "format": "date"}
TIME = {"type": ["string", "null"], "format": "date-time"}


@pytest.mark.parametrize(
    ("schema", "sent", "arrives"),
    [
        (NUMBER, '"1.5"', Decimal("1.5")),
        (NUMBER, "1.50", Decimal("1.50")),
        (NUMBER, "7", 7),
        (NUMBER, '"-0.10"', Decimal("-0.10")),
        (NUMBER, '"1E+3"', Decimal(1000)),
        (
            NUMBER,
            '"12345678901234567890.123456789012345678"',
            Decimal("12345678901234567890.123456789012345678"),
        ),
        (
            NUMBER,
            "12345678901234567890.123456789012345678",
            Decimal("12345678901234567890.123456789012345678"),
        ),
        (INTEGER, '"12"', 12),
        (INTEGER, "12.0", 12),
        (INTEGER, '"12.00"', 12),
        (TIME, '"2024-01-31"', "2024-01-31T00:00:00.000000Z"),
        (DATE, '"2024-01-31"', "2024-01-31"),
        (NUMBER, "null", None),
        (DATE, "null", None),
    ],
)
def test_what_can_be_converted_is(
    schema: dict[str, Any], sent: str, arrives: object, api: SequenceAPI
) -> None:
    """A value that the declared type can hold to the last digit arrives as a value of that type."""
    api.fail(listed(f'{{"id": "a", "size": {sent}}}'))
    (row,) = sync(api, catalog=declaring(size=schema)).records
    assert row == {"id": "a", "size": arrives}
    assert type(row["size"]) is type(arrives)


@pytest.mark.parametrize(
    ("schema", "sent"),
    [
        (NUMBER, '"1,5"'),
        (NUMBER, '""'),
        (NUMBER, '"NaN"'),
        (NUMBER, '"0x10"'),
        (NUMBER, '" 1"'),
        (NUMBER, '"1_000"'),
        (NUMBER, '"+1"'),
        (NUMBER, "true"),
        (INTEGER, "1.5"),
        (INTEGER, '"1.5"'),
        (INTEGER, '"1e99"'),
        (DATE, '"31.01.2024"'),
        (DATE, '"2024-02-30"'),
        (DATE, '"planted"'),
        (DATE, "20240131"),
    ],
)
def test_what_cannot_be_converted_fails(
    schema: dict[str, Any], sent: str, api: SequenceAPI
) -> None:
    """A value that the declared type cannot hold ends the run, naming record and field."""
    api.fail(listed(f'{{"id": "a", "size": {sent}}}'))
    with pytest.raises(SequenceError, match=r"customers: id 'a': field size: .*deselect the field"):
        sync(api, catalog=declaring(size=schema))


@pytest.mark.parametrize(
    "sent", ["2024-01-31T23:30:00Z", "2024-01-31T00:00:00", "2024-01-31T24:00"]
)
def test_a_time_where_a_date_is_declared(
    sent: str, api: SequenceAPI, caplog: pytest.LogCaptureFixture
) -> None:
    """A time where a date is declared arrives as its date, with one warning."""
    rest = f'"createdAt": "2024-01-31T00:00:00Z", "due": "{sent}"'
    api.fail(listed(f'{{"id": "a", {rest}}}, {{"id": "b", {rest}}}'))
    rows = sync(api, catalog=declaring(due=DATE)).records
    assert [row["due"] for row in rows] == ["2024-01-31", "2024-01-31"]
    (warning,) = warnings(caplog)
    assert warning.startswith("customers: the API sent times where dates are declared")
    assert warning.endswith(" delivered: due")


def test_exact_in_the_line_itself() -> None:
    """A decimal stands in the RECORD message digit by digit, as a number."""
    with SequenceAPI(3) as api:
        api.fail(listed('{"id": "a", "size": "12345678901234567890.123456789012345678"}'))
        ended = run(config=settings(api), catalog=declaring(size=NUMBER))
    assert '"size":12345678901234567890.123456789012345678' in ended.stdout


@pytest.mark.usefixtures("waits")
@pytest.mark.parametrize("depth", range(900, 1100, 10))
@pytest.mark.parametrize("options", [{}, {"batch_config": {"encoding": {"format": "jsonl"}}}])
def test_values_nested_beyond_measure_fail_plainly(
    options: dict[str, Any],
    depth: int,
    api: SequenceAPI,
    tmp_path: Path,
) -> None:
    """Values in values in values, a thousand deep, arrive or end the run in plain words."""
    options = {name: {**of, "storage": {"root": tmp_path.as_uri()}} for name, of in options.items()}
    nested = "[" * depth + "]" * depth
    api.fail(listed(f'{{"id": "a", "address": {{"x": {nested}}}}}'), None)
    tap = TapSequence(config=settings(api, **options), message_writer=Silent())
    said = "nested too deep"
    try:
        tap.streams["customers"].sync()
    except SequenceError as error:
        said = str(error)
    assert re.search("nested too deep|200, but no JSON", said)


@pytest.mark.parametrize("escape", ["\\u0000", "\\ud800"])
def test_odd_characters_amid_values_nested_beyond_measure(escape: str, api: SequenceAPI) -> None:
    """A customer that would have to be cleaned, and is nested too deep for that, is named."""
    nested = '{"a": ' * 600 + "1" + "}" * 600
    api.fail(listed(f'{{"id": "a", "address": {{"x": "{escape}", "y": {nested}}}}}'))
    with pytest.raises(SequenceError, match="customers: id 'a': nested too deep to be read"):
        sync(api)


def test_an_id_cannot_break_the_line(api: SequenceAPI) -> None:
    """An id that does not look like one, and could be an address, is not shown."""
    for odd in ("a\nb\x1b[31m", "ada@planted.example", "Ada Planted", "a" * 65):
        api.fail(item(id=odd, label=5))
        with pytest.raises(SequenceError, match="customers: id not shown: field label:"):
            sync(api)


def test_null_arrives_anywhere_but_in_the_id() -> None:
    """A customer whose every property but the id is null arrives so, nested ones too."""
    properties = discovered()["streams"][0]["schema"]["properties"]
    nothing: dict[str, Any] = {"id": "nothing", **dict.fromkeys(properties.keys() - {"id"})}
    little: dict[str, Any] = {
        "id": "little",
        "createdAt": "2025-01-01T00:00:00.000000Z",
        "address": dict.fromkeys(properties["address"]["properties"]),
        "organizations": [{"id": None, "owner": None, "members": [{"id": None, "name": None}]}],
        "integrationIds": [{"service": None, "id": None, "lastSynced": None, "isPending": None}],
        "externalIds": [{"key": None, "value": None, "syncTime": None}],
        "customProperties": {"colour": None},
        "billingEmails": [],
    }
    with SequenceAPI([nothing, little, {"id": "less"}], raw=True) as api:
        ended = run(config=settings(api))
        read = {record["id"]: record for record in ended.records}
        assert [ended.exit_code, ended.warnings] == [0, []]
        assert read == {"nothing": nothing, "little": little, "less": {"id": "less"}}


def test_null_in_a_list_that_nobody_declares_arrives(api: SequenceAPI) -> None:
    """Null as an element of a list in a field that nobody has heard of arrives as null."""
    api.fail(item(address={"planets": [None, {"moons": [None]}]}))
    read = sync(api, page_size=10).records[3]
    assert read["address"] == {"planets": [None, {"moons": [None]}]}


def without(*path: str) -> dict[str, Any]:
    """Return a catalog in which one property is not selected."""
    metadata = discovered()["streams"][0]["metadata"]
    for entry in metadata:
        if entry["breadcrumb"] == ["properties", *path]:
            entry["metadata"]["selected"] = False
    return discovered(metadata=metadata)


def test_a_field_that_is_not_selected_fails_nothing() -> None:
    """Taking the broken field out of the catalog's selection makes the run pass."""
    with SequenceAPI(30) as api:
        api.fail(item(taxStatus=5, label={"a": 1}), None)
        ended = run(config=settings(api), catalog=without("taxStatus"))
        assert ended.failed_plainly
        assert "label" in ended.last_line
        catalog = without("taxStatus")
        for entry in catalog["streams"][0]["metadata"]:
            if entry["breadcrumb"] == ["properties", "label"]:
                entry["metadata"]["selected"] = False
        ended = run(config=settings(api), catalog=catalog)
        assert [ended.exit_code, ended.warnings] == [0, []]
        assert len(ended.records) == 30
        assert not any({"taxStatus", "label"} & record.keys() for record in ended.records)


def test_a_nested_field_that_is_not_selected_fails_nothing(api: SequenceAPI) -> None:
    """Taking a broken nested field out of the selection makes the run pass as well."""
    api.fail(item(address={"line1": 5, "town": "Bath"}), None)
    read = sync(api, catalog=without("address", "properties", "line1")).records[3]
    assert read["address"] == {"town": "Bath"}


def test_characters_that_databases_refuse_are_removed() -> None:
    """NUL goes, half a surrogate pair becomes U+FFFD, however deep; one warning says so."""
    half = "\ud83d"
    odd = {
        "id": "o\0dd",
        "createdAt": "2025-01-01T00:00:00Z",
        "legalName": "\0a\0\0b\0",
        "label": f"cut {half}",
        "url": "\\u0000 is only text",
        "address": {"line1": "1\0 Road", "planet": {"moons": ["\0", {"na\0me": [half]}]}},
        "billingEmails": ["a\0@example.com"],
        "organizations": [{"owner": {"name": f"\0{half}x"}}],
        "customProperties": {"k\0ey": "v\0alue", f"{half}": "\U0001f680", "fine": None},
    }
    with SequenceAPI([odd, {"id": "fine", "legalName": "\U0001f680"}], raw=True) as api:
        ended = run(config=settings(api, page_size=1))
        (warning,) = ended.warnings
        read = {record["id"]: record for record in ended.records}
        assert ended.exit_code == 0
        assert "NUL" in warning
        assert "\0" not in ended.stdout
        assert "\\u0000" not in ended.stdout.replace("\\\\u0000", "")
        assert read["fine"]["legalName"] == "\U0001f680"
        assert read["odd"] == {
            "id": "odd",
            "createdAt": "2025-01-01T00:00:00.000000Z",
            "legalName": "ab",
            "label": "cut \ufffd",
            "url": "\\u0000 is only text",
            "address": {"line1": "1 Road", "planet": {"moons": ["", {"name": ["\ufffd"]}]}},
            "billingEmails": ["a@example.com"],
            "organizations": [{"owner": {"name": "\ufffdx"}}],
            "customProperties": {"key": "value", "\ufffd": "\U0001f680", "fine": None},
        }


@pytest.mark.parametrize("name", ["a-b", "class", "1x", "", "a b", "\xe9", "_0", "__init__"])
def test_a_property_can_have_any_name(name: str, api: SequenceAPI) -> None:
    """A property whose name is no identifier of Python is checked and delivered as any other."""
    catalog = declaring(**{name: {"type": ["string", "null"]}})
    api.fail(listed(json.dumps({"id": "a", name: "b"})))
    assert sync(api, catalog=catalog).records == [{"id": "a", name: "b"}]
    api.fail(listed(json.dumps({"id": "a", name: 5})))
    with pytest.raises(SequenceError, match="expected string or null, got integer"):
        sync(api, catalog=catalog)


@pytest.mark.parametrize("name", ['a"b', "a\\b", "a\nb"])
def test_a_property_can_have_a_name_that_needs_escapes(name: str, api: SequenceAPI) -> None:
    """A property whose name JSON has to escape is delivered."""
    api.fail(listed(json.dumps({"id": "a", name: "b"})))
    catalog = declaring(**{name: {"type": ["string", "null"]}})
    assert sync(api, catalog=catalog).records == [{"id": "a", name: "b"}]
