"""Does every other fault end in one plain line, or in a warning and nothing lost?"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from base64 import b64decode
from typing import TYPE_CHECKING, Any

import pytest

from standins.sequence_api import VERSIONS, SequenceAPI, faults
from standins.sequence_api.app import cursor
from tap_sequence.errors import SequenceError
from tap_sequence.messages import MessageWriter
from tap_sequence.tap import TapSequence
from tests.sync import Synced, discovered, sync
from tests.tap import ROOT, Run, run, settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from standins.sequence_api import Request
    from standins.sequence_api.faults import Fault

ORDERS = ["DESC", "ASC"]


@pytest.fixture
def api() -> Iterator[SequenceAPI]:
    """Return the API, with enough customers to be read from both ends in pages of ten."""
    with SequenceAPI(200) as started:
        yield started


def ids(api: SequenceAPI) -> list[str]:
    """Return the ids of all customers, in order."""
    return sorted(customer.id for customer in api.customers)


def in_order(order: str) -> Callable[[Request], bool]:
    """Return what picks the requests for pages of one sort order, without the first page."""
    return lambda request: request.query["sortOrder"] == order and "after" in request.query


def last_line(ended: Run) -> str:
    """Return the last line of the log, which may hold a bar."""
    return ended.stderr.rstrip().rpartition("\n")[2].split(" | ", 3)[-1]


def failed_plainly(ended: Run) -> bool:
    """Tell whether a run failed with one line in the log, and nothing that looks like Python."""
    errors = [line for line in ended.stderr.splitlines() if "| ERROR " in line]
    return (
        ended.exit_code == 1
        and errors == [ended.stderr.rstrip().rpartition("\n")[2]]
        and all(line.count(" | ") >= 3 for line in ended.stderr.splitlines())
        and not any(word in ended.stderr for word in ("Traceback", "unexpected", ".py", "<class"))
    )


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return the warnings of the runs in this process."""
    return [one.getMessage() for one in caplog.records if one.levelname == "WARNING"]


def item(**fields: Any) -> Fault:
    """Change fields of the fourth customer of a page."""

    def edit(page: dict[str, Any]) -> None:
        page["items"][3].update(fields)

    return faults.answer(edit)


# Refusals


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (faults.status(401), ["401 Unauthorized", "client_id", "client_secret"]),
        (faults.status(403, "<html>No</html>"), ["403 Forbidden", "client_id"]),
        (faults.error(404, "NotFound", "nothing here"), ["404 Not Found", "nothing", "api_url"]),
        (
            faults.error(400, "UnrecognisedApiVersion", "there is no such version"),
            ["400 Bad Request", "UnrecognisedApiVersion: there is no such version", "api_version"],
        ),
        (
            faults.errors(400, {"email": "is no address", "limit": "is too long"}),
            ["400 Bad Request", "email: is no address: limit: is too long", "filters"],
        ),
        pytest.param(faults.errors(422), ["422 Unproc", "refused", "api_"]),
        pytest.param(
            faults.status(302, headers={"Location": "https://example.com/"}),
            ["302 Found", "api_url"],
        ),
    ],
    ids=["401", "403", "404", "400, one error", "400, two errors", "422", "302"],
)
def test_a_refusal_ends_the_run_at_once(fault: Fault, words: list[str]) -> None:
    """A refusal ends the run after one request; a line names status, path and setting."""
    with SequenceAPI(30) as api:
        api.fail(fault, None)
        ended = run(config=settings(api))
        assert failed_plainly(ended)
        assert [len(api.requests), ended.waits] == [1, []]
        assert ended.last_line.startswith("GET /customers: ")
        assert [word for word in words if word not in ended.last_line] == []


def test_a_refusal_in_both_shapes_at_once_is_quoted(api: SequenceAPI) -> None:
    """Type and message, and key, code and message of each error, are quoted where they can be."""
    found = [{"code": "E7", "message": "is odd", "key": "label"}, {"key": "alias", "message": "no"}]
    body = {"error": {"type": "Invalid", "message": "two things", "errors": found}}
    api.fail(faults.status(400, body))
    with pytest.raises(SequenceError, match="Invalid: two things: label: E7: is odd: alias: no"):
        sync(api)


def test_an_error_in_place_of_a_page_is_quoted(api: SequenceAPI) -> None:
    """A 200 that holds an error in place of customers is reported in Sequence's own words."""
    api.fail(faults.answer(lambda _: {"error": {"type": "Unavailable", "message": "try again"}}))
    words = r"expected an array called items, got null \(Unavailable: try again\)$"
    with pytest.raises(SequenceError, match=words):
        sync(api)


@pytest.mark.parametrize("status", [401, 403, 404, 400, 422])
def test_a_refusal_on_the_way_ends_the_run(status: int, api: SequenceAPI) -> None:
    """A refusal in the middle of the read ends it without another try; the next run goes on."""
    first = Synced()
    asked: list[int] = []

    def note() -> None:
        asked.append(status)

    api.fail(faults.before(note), None, in_order("DESC"), skip=4)
    api.fail(faults.error(status), None, in_order("DESC"), skip=4)
    with pytest.raises(SequenceError, match=f"GET /customers: {status} .*refused by request"):
        sync(api, into=first, page_size=10)
    assert asked == [status]
    api.recover()
    second = sync(api, state=first.state, page_size=10)
    assert sorted({*first.ids, *second.ids}) == ids(api)


@pytest.mark.parametrize("status", [204, 206, 301, 304, 307, 405, 409, 410, 418, 451])
def test_any_other_status_is_a_refusal(status: int, api: SequenceAPI) -> None:
    """A status that no other test names ends the run after one request too."""
    api.fail(faults.status(status), None)
    with pytest.raises(SequenceError, match=f"GET /customers: {status}"):
        sync(api)
    assert len(api.requests) == 1


@pytest.mark.parametrize(
    "body",
    [
        "[]",
        "null",
        '"a string"',
        '{"error": "a string"}',
        '{"error": []}',
        '{"error": {"type": 1, "message": null, "errors": null}}',
        '{"errors": {"key": "error"}}',
        '{"errors": "a string"}',
        '{"errors": ["a string", null, 1]}',
        '{"errors": [{"key": 1, "error": []}]}',
        '{"errors": 1}',
        '{"error": {"errors": true}}',
    ],
)
def test_a_refusal_in_no_documented_shape_is_one_too(body: str, api: SequenceAPI) -> None:
    """A refusal whose body is JSON of another shape is reported as one without a body."""
    api.fail(faults.status(403, body))
    with pytest.raises(SequenceError, match=r"^GET /customers: 403 Forbidden; check"):
        sync(api)


def test_the_wrong_secret_is_named() -> None:
    """A secret that is not the key's ends in a line with the two settings and Sequence's words."""
    with SequenceAPI(30) as api:
        ended = run(config=settings(api, client_secret="wrong"))  # noqa: S106  it is none
        assert failed_plainly(ended)
        assert "401 Unauthorized" in ended.last_line
        assert "these are not a key's credentials" in ended.last_line
        assert "check client_id and client_secret" in ended.last_line
        assert len(api.requests) == 1


# Pages that go round in a circle


def circle(length: int) -> tuple[Fault, list[str]]:
    """Name the first cursor again so many pages later; return the fault and what it replaced."""
    seen: list[str] = []

    def edit(page: dict[str, Any]) -> None:
        seen.append(page["pagination"]["after"])
        if len(seen) > length:
            page["pagination"]["after"] = seen[0]

    return faults.answer(edit), seen


@pytest.mark.parametrize("length", [1, 2], ids=["A→A", "A→B→A"])
def test_a_circle_of_pages_fails(length: int) -> None:
    """A cursor that comes a second time ends the run."""
    with SequenceAPI(450) as api:
        fault, _ = circle(length)
        api.fail(fault, None)
        ended = run(config=settings(api))
        assert failed_plainly(ended)
        assert "the API named a cursor a second time" in ended.last_line
        assert len(api.requests) == length + 1


@pytest.mark.parametrize("length", [1, 2, 5])
def test_a_circle_at_the_newest_end_fails(length: int, api: SequenceAPI) -> None:
    """A circle at the newest end of a list that is read from both ends the run."""
    fault, _ = circle(length)
    api.fail(fault, None, in_order("DESC"))
    with pytest.raises(SequenceError, match="the API named a cursor a second time"):
        sync(api, page_size=10)


def test_a_page_that_comes_again_and_again_fails(api: SequenceAPI) -> None:
    """A page that comes a second time ends the run, whatever cursors it names."""
    first: list[Any] = []

    def edit(page: dict[str, Any]) -> None:
        first.append(page["items"])
        page["items"] = first[0]

    api.fail(faults.answer(edit), None)
    with pytest.raises(SequenceError, match="the API sent the same page a second time"):
        sync(api, page_size=10)


def test_a_last_page_that_came_before_is_noticed(caplog: pytest.LogCaptureFixture) -> None:
    """Where the last page is another one again, the customers that it lacks are missed."""
    first: list[Any] = []

    def edit(page: dict[str, Any]) -> None:
        first.append(page["items"])
        page["items"] = first[0]

    with SequenceAPI(200) as api:
        api.fail(faults.answer(edit), None)
        sync(api)
    assert "100 customers, fewer than the 200" in warnings(caplog)[-1]


# Bodies that are no page


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (lambda page: page.pop("items") and None, "an array called items"),
        (lambda page: [page], "expected an object, got an array"),
        (lambda page: page["items"].insert(2, "planted"), "item to be an object, got a string"),
    ],
    ids=["no items", "an array", "an item that is a string"],
)
def test_a_body_that_is_no_page_fails(edit: Callable[[Any], object], words: str) -> None:
    """A 200 that is no page ends the run after one request, in words of what was expected."""
    with SequenceAPI(30) as api:
        api.fail(faults.answer(edit), None)
        ended = run(config=settings(api))
        assert failed_plainly(ended)
        assert words in ended.last_line
        assert "expected" in ended.last_line
        assert "planted" not in ended.stderr
        assert len(api.requests) == 1


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (lambda page: page.update(items=None), "expected an array called items, got null"),
        (lambda page: page.update(items={}), "expected an array called items, got an object"),
        (lambda page: page.update(items="x"), "expected an array called items, got a string"),
        (lambda _: "x", "expected an object, got a string"),
        (lambda _: {"error": {"message": "x"}}, "expected an array called items"),
        (lambda page: page.update(pagination=[]), "an object called pagination, got an array"),
        (lambda page: page["pagination"].update(after=7), "after to be a string, got a number"),
        (lambda page: page["pagination"].update(after="\0"), "pagination.after without NUL"),
        (lambda page: page["pagination"].update(after="a\ud800"), "pagination.after without NUL"),
        (lambda page: page["items"].append(None), "every item to be an object, got null"),
        (lambda page: page["items"].append([]), "every item to be an object, got an array"),
        (lambda page: page["items"].append({}), "expected an id in every item"),
        (lambda page: page["items"][0].pop("id") and None, "expected an id in every item"),
        (lambda page: page["items"][0].update(id=None), "an id in every item, got null"),
        (lambda page: page["items"][0].update(id=7), "an id in every item, got a number"),
        (lambda page: page["items"][0].update(id=""), "an id in every item, got an empty string"),
        (lambda page: page["items"][0].update(id="\0"), "an id in every item, got an empty string"),
        (lambda page: page["items"][0].update(id=["x"]), "an id in every item, got an array"),
    ],
)
def test_a_body_on_the_way_that_is_no_page_fails(
    edit: Callable[[Any], object], words: str, api: SequenceAPI
) -> None:
    """A body that is no page fails, says what was expected, and leaves a state."""
    first = Synced()
    api.fail(faults.answer(edit), None, in_order("DESC"), skip=3)
    with pytest.raises(SequenceError, match=words):
        sync(api, into=first, page_size=10)
    api.recover()
    second = sync(api, state=first.state, page_size=10)
    assert sorted({*first.ids, *second.ids}) == ids(api)


# Pages without customers


def empty_pages(api: SequenceAPI, order: str, number: int) -> None:
    """Put so many empty pages, each with a cursor of its own, between two pages with customers."""
    asked: list[str] = []

    def picks(request: Request) -> bool:
        if "after" not in request.query or request.query["sortOrder"] != order:
            return False
        asked.append(request.query["after"])
        return True

    def edit(page: dict[str, Any]) -> None:
        identity, micros, _ = b64decode(asked[-1]).decode().rsplit("#", 2)
        identity = identity[:-1] if order == "DESC" else f"{identity}0"
        page["items"] = []
        page["pagination"]["after"] = cursor((int(micros), identity), order)

    api.fail(faults.answer(edit), number, picks, skip=3)


@pytest.mark.parametrize("order", ORDERS)
def test_an_empty_page_is_not_the_end(order: str) -> None:
    """A run goes on after empty pages that name a next one, at either end, without a warning."""
    with SequenceAPI(200) as api:
        empty_pages(api, order, 3)
        ended = run(config=settings(api, page_size=10))
        assert [ended.exit_code, ended.warnings, api.pending] == [0, [], 0]
        assert sorted(record["id"] for record in ended.records) == ids(api)


@pytest.mark.parametrize("number", [1, 12])
@pytest.mark.parametrize("order", ORDERS)
def test_many_empty_pages_are_not_the_end(number: int, order: str) -> None:
    """However many empty pages come in a row, the customers behind them arrive."""
    with SequenceAPI(800) as api:
        empty_pages(api, order, number)
        assert sorted(sync(api, page_size=10).ids) == ids(api)
        assert not api.pending


def test_an_empty_page_is_not_the_end_of_what_is_new(api: SequenceAPI) -> None:
    """An incremental run goes on after an empty page too."""
    state = sync(api).state
    added = api.add(50)
    empty_pages(api, "DESC", 1)
    read = sync(api, state=state, page_size=10, lookback_window=0).ids
    assert not api.pending
    assert {customer.id for customer in added} <= set(read)


# Fewer customers than were announced


def announce(more: int) -> Fault:
    """Announce more customers than there are."""

    def edit(page: dict[str, Any]) -> None:
        page["pagination"]["totalResultSize"] += more

    return faults.answer(edit)


def test_fewer_customers_than_announced_are_a_warning() -> None:
    """A complete read that got fewer customers than totalResultSize said warns with both."""
    with SequenceAPI(130) as api:
        api.fail(announce(7), None)
        ended = run(config=settings(api))
        (warning,) = ended.warnings
        assert ended.exit_code == 0
        assert "130" in warning
        assert "137" in warning
        assert "totalResultSize" in warning
        assert len(ended.records) == 130
        assert ended.bookmark["replication_key_value"]


@pytest.mark.parametrize("order", ORDERS)
def test_a_page_that_lacks_customers_is_a_warning(
    order: str, api: SequenceAPI, caplog: pytest.LogCaptureFixture
) -> None:
    """A page that lacks some of its customers is noticed by their number, and made good."""
    api.fail(faults.answer(lambda page: page.update(items=page["items"][:6])), 1, in_order(order))
    delivered = len(set(sync(api, page_size=10).ids))
    assert delivered == (196 if order == "DESC" else 200)
    assert [f"{delivered} customers, fewer than the 200" in one for one in warnings(caplog)] == (
        [True] if order == "DESC" else []
    )


def test_the_announcement_outlives_an_interruption(
    api: SequenceAPI, caplog: pytest.LogCaptureFixture
) -> None:
    """A read in two runs is held against what was announced when the first one began."""
    first = Synced()
    api.fail(announce(5), 1)
    api.fail(faults.status(401), 1, skip=8)
    with pytest.raises(SequenceError):
        sync(api, into=first, page_size=10)
    sync(api, state=first.state, page_size=10)
    (warning,) = [one for one in warnings(caplog) if "totalResultSize" in one]
    assert "205" in warning
    assert "200" in warning


@pytest.mark.parametrize("page_size", [10, 100])
def test_a_normal_read_warns_of_nothing(
    page_size: int, api: SequenceAPI, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither a complete read, nor an incremental one, nor one with a start date warns."""
    state = sync(api, page_size=page_size).state
    api.add(30)
    sync(api, state=state, page_size=page_size)
    middle = api.customers[100].created_at
    assert 100 < len(sync(api, start_date=middle, page_size=page_size).ids) <= 131
    assert warnings(caplog) == []


def test_no_announcement_is_no_warning(caplog: pytest.LogCaptureFixture) -> None:
    """Without totalResultSize there is nothing to warn of."""
    with SequenceAPI(200, total=False) as api:
        assert len(sync(api, page_size=10).ids) == 200
    assert warnings(caplog) == []


# Another version than was asked for


def test_another_version_is_one_warning() -> None:
    """Answers in another version than the one asked for are one warning that names both."""
    with SequenceAPI(350) as api:
        api.fail(faults.version("2031-01-01"), None)
        ended = run(config=settings(api, api_version=VERSIONS[1]))
        (warning,) = ended.warnings
        assert ended.exit_code == 0
        assert VERSIONS[1] in warning
        assert "2031-01-01" in warning
        assert len(ended.records) == 350


@pytest.mark.parametrize("answered", ["2031-01-01", None])
def test_any_version_will_do_where_none_was_asked_for(
    answered: str | None, api: SequenceAPI, caplog: pytest.LogCaptureFixture
) -> None:
    """Where api_version is not set no version is another one."""
    api.fail(faults.version(answered), None)
    assert len(sync(api).ids) == 200
    assert warnings(caplog) == []


@pytest.mark.parametrize("version", VERSIONS)
def test_the_version_asked_for_is_no_warning(
    version: str, api: SequenceAPI, caplog: pytest.LogCaptureFixture
) -> None:
    """Answers in the version asked for, or that name none, are no warning."""
    sync(api, api_version=version, page_size=10)
    api.fail(faults.version(None), None)
    sync(api, api_version=version, page_size=10)
    assert warnings(caplog) == []


# Fields that are not declared


def test_unknown_fields_are_one_warning() -> None:
    """One warning names all unknown fields of the run; the rest of each record arrives."""
    people = [
        {"id": "a", "legalName": "Ada", "rating": 5, "createdAt": "2025-01-03T00:00:00Z"},
        {"id": "b", "legalName": "Bob", "tags": ["x"], "createdAt": "2025-01-02T00:00:00Z"},
        {"id": "c", "legalName": "Cid", "rating": None, "address": {"planet": {"name": "Mars"}}},
        {"id": "d", "integrationIds": [{"service": "s", "shard": 3}]},
    ]
    with SequenceAPI(people, raw=True) as api:
        ended = run(config=settings(api, page_size=1))
        (warning,) = ended.warnings
        assert ended.exit_code == 0
        assert warning.endswith("rating, tags")
        read = {record["id"]: record for record in ended.records}
        assert [read[one].get("legalName") for one in "abcd"] == ["Ada", "Bob", "Cid", None]
        assert not any({"rating", "tags"} & record.keys() for record in read.values())
        assert read["c"]["address"] == {"planet": {"name": "Mars"}}
        assert read["d"]["integrationIds"] == [{"service": "s", "shard": 3}]


def test_the_warning_of_unknown_fields_is_one_line(
    api: SequenceAPI, caplog: pytest.LogCaptureFixture
) -> None:
    """What is no field's name stands as a number in the warning of unknown fields."""
    api.fail(item(**{"a\nb": 1, "d\x1b[31m": 3, "Ada Planted": 4, "tier": 5, "ada@planted": 6}))
    sync(api)
    (warning,) = warnings(caplog)
    assert warning.isprintable()
    assert warning.endswith(": tier, 4 more")


def test_the_warning_of_unknown_fields_is_short(
    api: SequenceAPI, caplog: pytest.LogCaptureFixture
) -> None:
    """Of a thousand unknown fields the warning names twenty."""
    api.fail(item(**{f"field{number:03}": number for number in range(1000)}))
    sync(api)
    (warning,) = warnings(caplog)
    assert warning.endswith("field018, field019, 980 more")


def test_fields_that_the_catalog_lacks_are_told_apart(
    api: SequenceAPI, caplog: pytest.LogCaptureFixture
) -> None:
    """A field that the tap declares and an older catalog doesn't is not called unknown to it."""
    catalog = discovered()
    del catalog["streams"][0]["schema"]["properties"]["label"]
    api.fail(item(tier="gold", label="planted"))
    sync(api, catalog=catalog)
    unknown, missing = warnings(caplog)
    assert "this version of the tap does not know" in unknown
    assert unknown.endswith(": tier")
    assert "the catalog does not declare" in missing
    assert missing.endswith(": label")


# Values of another type

WRONG = [
    ({"legalName": 987654321}, "legalName"),
    ({"legalName": 98765.4321}, "legalName"),
    ({"legalName": True}, "legalName"),
    ({"legalName": ["planted"]}, "legalName"),
    ({"label": {"planted": "planted"}}, "label"),
    ({"address": "planted"}, "address"),
    ({"address": ["planted"]}, "address"),
    ({"address": {"line1": 987654321}}, "address.line1"),
    ({"address": {"line1": {"planted": 1}}}, "address.line1"),
    ({"createdAt": "planted"}, "createdAt"),
    ({"createdAt": ""}, "createdAt"),
    ({"createdAt": 987654321}, "createdAt"),
    ({"createdAt": "2025-02-30T00:00:00Z"}, "createdAt"),
    ({"archivedAt": "planted"}, "archivedAt"),
    ({"archivedAt": 987654321}, "archivedAt"),
    ({"billingEmails": "planted"}, "billingEmails"),
    ({"billingEmails": {"planted": 1}}, "billingEmails"),
    ({"billingEmails": ["fine", 987654321]}, "billingEmails[1]"),
    ({"externalIds": [{"syncTime": "planted"}]}, "externalIds[0].syncTime"),
    ({"integrationIds": {"planted": 1}}, "integrationIds"),
    ({"integrationIds": ["planted"]}, "integrationIds[0]"),
    ({"integrationIds": [{}, {"isPending": "planted"}]}, "integrationIds[1].isPending"),
    ({"integrationIds": [{"isPending": 987654321}]}, "integrationIds[0].isPending"),
    ({"integrationIds": [{"lastSynced": "planted"}]}, "integrationIds[0].lastSynced"),
    ({"organizations": [{"owner": "planted"}]}, "organizations[0].owner"),
    (
        {"organizations": [{"members": [{"id": 987654321}]}]},
        "organizations[0].members[0].id",
    ),
    ({"customProperties": ["planted"]}, "customProperties"),
    ({"customProperties": {"planted": 987654321}}, "customProperties"),
]


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


@pytest.mark.parametrize("fields", [{"label": 987654321}, {"archivedAt": "planted"}])
def test_a_value_of_another_type_fails_plainly(fields: dict[str, Any]) -> None:
    """A value of another type ends in one plain line, and leaves the customers before it."""
    with SequenceAPI(250) as api:
        api.fail(item(**fields), None, skip=1)
        ended = run(config=settings(api))
        broken = api.customers[-104].id
        assert failed_plainly(ended)
        assert broken in last_line(ended)
        assert next(iter(fields)) in last_line(ended)
        assert "987654321" not in ended.stderr
        assert "planted" not in ended.stderr
        assert len(ended.records) == 100
        api.recover()
        rest = sync(api, state=ended.state)
        assert {record["id"] for record in ended.records}.union(rest.ids) == set(ids(api))


def test_the_types_are_named_in_the_words_of_json(api: SequenceAPI) -> None:
    """What was expected and what came are named as in every other message."""
    api.fail(item(label=5))
    with pytest.raises(SequenceError, match=r"expected string.*, got integer"):
        sync(api)


NUMBERS = ["1e9999999999999999999", "-1e-9999999999999999999", "1" * 5000, "-" + "1" * 5000]
"""Numbers that neither a Decimal nor Python's integers can hold."""


def listed(item: str) -> Fault:
    """Answer with a page of this one item."""
    return faults.body(f'{{"items": [{item}], "pagination": {{}}}}', "application/json")


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
    body = f'{{"items": [{{"id": "a"}}], "pagination": {{"totalResultSize": {number}}}}}'
    api.fail(faults.body(body, "application/json"))
    assert sync(api).ids == ["a"]
    assert warnings(caplog) == []


class Silent(MessageWriter):
    """Makes the lines, and writes none."""

    def _flush(self) -> None:
        self._lines.clear()


def declaring(**properties: Any) -> dict[str, Any]:
    """Return a catalog with other or more properties; None takes one away."""
    catalog = discovered()
    declared = catalog["streams"][0]["schema"]["properties"]
    for name, schema in properties.items():
        if schema is None:
            del declared[name]
        else:
            declared[name] = schema
    return catalog


def test_text_is_no_number(api: SequenceAPI) -> None:
    """Where the catalog declares a number, text that reads as one is of another type."""
    api.fail(listed('{"id": "a", "size": "1.5"}'))
    with pytest.raises(SequenceError, match="field size: expected number or null, got string"):
        sync(api, catalog=declaring(size={"type": ["number", "null"]}))


@pytest.mark.parametrize("depth", range(900, 1100, 10))
@pytest.mark.parametrize("options", [{}, {"batch_config": {"encoding": {"format": "jsonl"}}}])
def test_values_nested_beyond_measure_fail_plainly(
    options: dict[str, Any],
    depth: int,
    api: SequenceAPI,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Values in values in values, a thousand deep, arrive or end the run in plain words."""
    monkeypatch.setattr("time.sleep", lambda _: None)
    options = {name: {**of, "storage": {"root": tmp_path.as_uri()}} for name, of in options.items()}
    nested = "[" * depth + "]" * depth
    api.fail(listed(f'{{"id": "a", "address": {{"x": {nested}}}}}'), None)
    tap = TapSequence(config=settings(api, **options), message_writer=Silent())
    said = "nested too deep"
    try:
        tap.sync_all()
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


# Times


@pytest.mark.parametrize("name", ["createdAt", "archivedAt"])
@pytest.mark.parametrize(
    ("sent", "delivered"),
    [
        ("2025-01-01", "2025-01-01T00:00:00.000000Z"),
        ("2025-01-01T10:00", "2025-01-01T10:00:00.000000Z"),
        ("2025-01-01 10:00:00Z", "2025-01-01T10:00:00.000000Z"),
        ("2025-01-01t10:00:00z", "2025-01-01T10:00:00.000000Z"),
        ("20250101T100000Z", "2025-01-01T10:00:00.000000Z"),
        ("2025-01-01T10:00:00+02:00", "2025-01-01T08:00:00.000000Z"),
        ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000000Z"),
        ("2016-12-31T23:59:60.25Z", "2017-01-01T00:00:00.250000Z"),
        ("2016-12-31T15:59:60-08:00", "2017-01-01T00:00:00.000000Z"),
        ("2025-01-01T24:00:00Z", "2025-01-02T00:00:00.000000Z"),
        ("2025-01-01T24:00", "2025-01-02T00:00:00.000000Z"),
        ("2025-12-31T24:00:00.000+01:00", "2025-12-31T23:00:00.000000Z"),
    ],
)
def test_a_time_in_an_unusual_form_arrives(
    sent: str, delivered: str, name: str, api: SequenceAPI
) -> None:
    """A time in a form that not every target reads arrives as the moment that it means."""
    api.fail(listed(json.dumps({"id": "a", name: sent})))
    assert sync(api).records == [{"id": "a", name: delivered}]


@pytest.mark.parametrize(
    "sent",
    [
        "0000-01-01T00:00:00Z",
        "10000-01-01T00:00:00Z",
        "9999-12-31T24:00:00Z",
        "9999-12-31T23:59:60Z",
        "2025-01-01T24:00:01Z",
        "2025-01-01T25:00:00Z",
        "2025-01-01T00:00:00+24:00",
        "2025-01-01T23:59:61Z",
        "1735689600",
        "",
        5,
        True,
        {"planted": 1},
    ],
)
def test_a_time_that_is_none_fails_plainly(sent: object, api: SequenceAPI) -> None:
    """A creation time that is no time ends the run in words of it that give no wrong advice."""
    api.fail(listed(json.dumps({"id": "a", "createdAt": sent})))
    words = "customers: id 'a': field createdAt: expected a date-time of the years 1 to 9999"
    with pytest.raises(SequenceError, match=f"^{words}$"):
        sync(api)


@pytest.mark.parametrize(
    "schema",
    [
        None,
        {},
        {"type": "string"},
        {"type": ["string", "null"], "format": "date"},
        {"type": "integer"},
        {"type": "object", "properties": {"a": {"type": "string"}}},
    ],
)
def test_the_creation_time_is_normalised_whatever_the_catalog(
    schema: dict[str, Any] | None, api: SequenceAPI
) -> None:
    """Whatever the catalog says of createdAt, it arrives in its one form, and is the bookmark."""
    api.fail(listed('{"id": "a", "createdAt": "2025-01-01T02:00:00.5+02:00"}'))
    synced = sync(api, catalog=declaring(createdAt=schema))
    assert synced.records == [{"id": "a", "createdAt": "2025-01-01T00:00:00.500000Z"}]
    assert synced.bookmark["replication_key_value"] == "2025-01-01T00:00:00.500000Z"


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


@pytest.mark.parametrize("created_at", ["9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"])
def test_a_time_that_no_calendar_has_in_utc_fails(created_at: str, api: SequenceAPI) -> None:
    """A creation time before year 1 or after year 9999 in UTC is one of no known form."""
    api.fail(item(createdAt=created_at))
    with pytest.raises(SequenceError, match="createdAt"):
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


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"billingEmails": [None]}, "billingEmails[0]"),
        ({"integrationIds": [None]}, "integrationIds[0]"),
        ({"organizations": [{"members": [None]}]}, "organizations[0].members[0]"),
    ],
)
def test_null_in_a_list_arrives_or_is_named(
    fields: dict[str, Any], path: str, api: SequenceAPI
) -> None:
    """Null as an element of a list arrives as null, or ends the run in words of its place."""

    def outcome() -> dict[str, Any] | str:
        try:
            return sync(api, page_size=10).records[3]
        except SequenceError as error:
            return str(error)

    api.fail(item(**fields), None)
    read = outcome()
    if isinstance(read, str):
        assert api.customers[-4].id in read
        assert path in read
    else:
        assert {name: read[name] for name in fields} == fields


@pytest.mark.parametrize("given", [{}, {"createdAt": None}], ids=["missing", "null"])
def test_a_customer_without_a_creation_time_arrives(given: dict[str, Any]) -> None:
    """A customer without a creation time arrives; the next run reads on from the others."""
    dated = {"id": "dated", "createdAt": "2025-01-01T00:00:00Z"}
    with SequenceAPI([{"id": "first", **given}, dated, {"id": "last", **given}], raw=True) as api:
        ended = run(config=settings(api, page_size=1))
        assert ended.exit_code == 0
        assert {one["id"]: one.get("createdAt") for one in ended.records} == {
            "first": None,
            "dated": "2025-01-01T00:00:00.000000Z",
            "last": None,
        }
        assert ended.bookmark["replication_key_value"] == "2025-01-01T00:00:00.000000Z"


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
        assert failed_plainly(ended)
        assert "label" in last_line(ended)
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


# Characters that can't be stored


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


@pytest.mark.parametrize("text", ["\\u0000", "\\ud83d\\ude80", "\U0001f680", "\ufffd"])
def test_storable_characters_are_no_warning(
    text: str, api: SequenceAPI, caplog: pytest.LogCaptureFixture
) -> None:
    """Text about escapes, which holds none of these characters, arrives as it is."""
    api.fail(item(legalName=text))
    assert sync(api).records[3]["legalName"] == text
    assert warnings(caplog) == []


# Words


@pytest.mark.parametrize(
    "fault",
    [faults.status(401), faults.answer(lambda page: page.update(items=None)), item(id=7)],
    ids=["a refusal", "a broken page", "a broken item"],
)
def test_the_way_to_a_failure_is_shown_at_debug_level(fault: Fault) -> None:
    """At debug level the log shows where in the code a failure arose, after the plain line."""
    with SequenceAPI(30) as api:
        api.fail(fault, None)
        ended = run(config=settings(api), environment={"LOGLEVEL": "DEBUG"})
        lines = ended.stderr.splitlines()
        (error,) = [n for n, line in enumerate(lines) if "| ERROR " in line]
        assert ended.exit_code == 1
        assert "Raised at" in lines[error + 1]
        assert any("client.py" in line or "records.py" in line for line in lines[error + 2 :])


def test_a_target_that_stops_reading_is_named(tmp_path: Path) -> None:
    """A target that goes away ends the run with exit code 1 and a line that points to it."""
    config, log = tmp_path / "config.json", tmp_path / "log"
    with SequenceAPI(3000) as api, log.open("wb") as stderr:
        config.write_text(json.dumps(settings(api)))
        tap = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "tap_sequence", "--config", str(config)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=stderr,
        )
        assert tap.stdout
        for _ in range(5):
            tap.stdout.readline()
        tap.stdout.close()
        ended = Run(tap.wait(timeout=30), "", log.read_text())
    assert failed_plainly(ended)
    assert "target" in ended.last_line
