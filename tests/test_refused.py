"""Does a refusal end the run at once, in one line that says what to change?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from standins.sequence_api import SequenceAPI, faults
from tap_sequence.errors import SequenceError
from tests.support.accounts import ids, settings
from tests.support.answers import fail_at_end
from tests.support.sync import Synced, sync
from tests.support.tap import run

if TYPE_CHECKING:
    from standins.sequence_api.faults import Fault


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
        (faults.errors(422), ["422 Unproc", "refused", "api_"]),
        (
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
        assert ended.failed_plainly
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
    fail_at_end(api, "DESC", faults.error(status), None, skip=5)
    with pytest.raises(SequenceError, match=f"GET /customers: {status} .*refused by request"):
        sync(api, into=first, page_size=10)
    assert [request.status for request in api.requests].count(status) == 1
    api.recover()
    second = sync(api, state=first.state, page_size=10)
    assert {*first.ids, *second.ids} == ids(api)


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
        assert ended.failed_plainly
        assert "401 Unauthorized" in ended.last_line
        assert "these are not a key's credentials" in ended.last_line
        assert "check client_id and client_secret" in ended.last_line
        assert len(api.requests) == 1
