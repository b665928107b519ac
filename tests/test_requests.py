"""What does a request look like, where does it go, and how many are there?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from standins.sequence_api import SequenceAPI, faults
from tap_sequence.errors import SequenceError
from tests.support.accounts import token
from tests.support.sync import sync

if TYPE_CHECKING:
    from pathlib import Path

FIRST_PAGE = {"includeArchived": "true", "limit": "100", "sortOrder": "DESC"}


def test_first_page() -> None:
    """The first page is asked for with a limit, newest first, archived customers included."""
    with SequenceAPI(1) as api:
        sync(api)
    (request,) = api.requests
    assert (request.method, request.path) == ("GET", "/api/customers")
    assert request.query == FIRST_PAGE


def test_later_pages() -> None:
    """A later page is asked for with the cursor that the page before it named, and else alike."""
    cursors: list[str | None] = []
    note = faults.answer(lambda answer: cursors.append(answer["pagination"].get("after")))
    with SequenceAPI(250) as api:
        api.fail(note, None)
        sync(api)
    second, third, none = cursors
    assert none is None
    assert [request.query for request in api.requests[1:]] == [
        {**FIRST_PAGE, "after": second},
        {**FIRST_PAGE, "after": third},
    ]


def test_query_is_sent_once() -> None:
    """No parameter is sent twice or without a value."""
    with SequenceAPI(250) as api:
        sync(api, page_size=90)
    for request in api.requests:
        pairs = request.raw_query.split(b"&")
        assert len(pairs) == len(request.query)
        assert all(request.query.values())


def test_headers() -> None:
    """A request says who asks and that it wants JSON, and has no other header of its own."""
    with SequenceAPI(250) as api:
        sync(api)
    basic = token(api.client_id, api.client_secret)
    for request in api.requests:
        assert request.headers["Authorization"] == f"Basic {basic}"
        assert request.headers["Accept"] == "application/json"
        assert {name for name, _ in request.raw_headers} == {
            b"accept",
            b"accept-encoding",
            b"authorization",
            b"connection",
            b"host",
            b"user-agent",
        }


def test_netrc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Credentials in the user's .netrc are not sent in place of the settings."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(netrc))
    with SequenceAPI(3) as api:
        assert len(sync(api).records) == 3


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects(status: int) -> None:
    """A redirect is not followed: the secret goes nowhere but to api_url."""
    with SequenceAPI(3) as elsewhere, SequenceAPI(3) as api:
        api.fail(
            faults.status(status, headers={"Location": f"{elsewhere.url}/customers"}), times=None
        )
        with pytest.raises(SequenceError, match=f"GET /customers: {status} "):
            sync(api)
        assert len(api.requests) == 1
        assert not elsewhere.requests


@pytest.mark.parametrize(
    ("customers", "requests"), [(0, 1), (1, 1), (100, 1), (101, 2), (200, 2), (250, 3)]
)
def test_number_of_requests_of_a_complete_read(customers: int, requests: int) -> None:
    """A complete read makes one request for each hundred customers, and one if there are none."""
    with SequenceAPI(customers) as api:
        assert len(sync(api).records) == customers
        assert len(api.requests) == requests


def test_number_of_requests_without_news() -> None:
    """A run with nothing new makes one request, however many customers there are."""
    with SequenceAPI(2500) as api:
        state = sync(api).state
        api.clear()
        assert sync(api, state=state).bookmark == state["bookmarks"]["customers"]
        assert len(api.requests) == 1


def test_number_of_requests_with_news() -> None:
    """A run with 230 new customers among 2,500 makes three requests, and brings each once."""
    with SequenceAPI(2500) as api:
        state = sync(api).state
        api.clear()
        added = {customer.id for customer in api.add(230)}
        ids = sync(api, state=state).ids
        assert len(api.requests) == 3
    assert len(ids) == len(set(ids))
    assert added <= set(ids)
