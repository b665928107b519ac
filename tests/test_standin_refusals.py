"""Does the stand-in refuse what the API's documents rule out?"""

from __future__ import annotations

import base64
from urllib.parse import urlencode

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.clients import Client, client_of, refused

examples = settings(max_examples=60, deadline=None)


@pytest.mark.parametrize("limit", ["0", "101", "-1", "1.0", "+5", "007", "", "many", "%D9%A3"])
def test_limit_out_of_range(client: Client, limit: str) -> None:
    """A `limit` that is no whole number from 1 to 100 is refused."""
    assert refused(client.get(f"limit={limit}")) == ["limit"]


@pytest.mark.parametrize(
    "query",
    [
        "sortOrder=asc",
        "sortOrder=",
        "includeArchived=True",
        "includeArchived=1",
        "billingStatus=active",
        "sortBy=createdAt",
        "created_at=2025-01-01",
        "Limit=5",
        "page=2",
        "label=a&label=b",
        "limit=5&limit=5",
    ],
)
def test_undocumented_parameters(client: Client, query: str) -> None:
    """A parameter or value that is not documented, or is given twice, is refused by name."""
    assert refused(client.get(query)) == [query.partition("=")[0]]


def test_all_mistakes_at_once(client: Client) -> None:
    """A refusal names every parameter that is wrong."""
    assert refused(client.get("limit=0&sortOrder=up&colour=red")) == [
        "colour",
        "limit",
        "sortOrder",
    ]


@pytest.mark.parametrize("query", ["%FF=1", "email=%FF", "email", "a&b"])
def test_a_query_that_is_none(client: Client, query: str) -> None:
    """A query string that cannot be decoded is refused."""
    assert client.get(query).status_code == 400


@pytest.mark.parametrize("name", ["label=x", "billingStatus=ACTIVE"])
def test_filters_of_the_latest_version_alone(client: Client, name: str) -> None:
    """`label` and `billingStatus` are parameters of the latest version, and unknown before it."""
    assert client.get(name, Sequence_Version="2024-07-30").status_code == 200
    for version in ("2024-01-01", "2024-05-09"):
        assert refused(client.get(name, Sequence_Version=version)) == [name.partition("=")[0]]


@examples
@given(text=st.text(max_size=40))
def test_no_text_is_a_cursor_by_chance(text: str) -> None:
    """Whatever was not given out as a cursor is refused."""
    with client_of(customers=1) as client:
        assert refused(client.get(urlencode({"after": text}))) == ["after"]


@pytest.mark.parametrize(
    "held", ["", "x", "x#1", "x#one#DESC", "x#1#ASC", "x# 1#DESC", "x#01#DESC", "\udcff#1#DESC"]
)
def test_garbage_in_a_cursors_disguise(client: Client, held: str) -> None:
    """Base64 of something else is no cursor either."""
    text = base64.b64encode(held.encode("utf-8", "surrogateescape")).decode()
    assert refused(client.get(urlencode({"after": text}))) == ["after"]


def test_a_cursor_belongs_to_its_order(client: Client) -> None:
    """A cursor of the descending list is refused by the ascending one, and the reverse."""
    for order, other in (("ASC", "DESC"), ("DESC", "ASC")):
        cursor = client.page(limit=1, sortOrder=order)["pagination"]["after"]
        assert client.page(limit=1, sortOrder=order, after=cursor)["items"]
        answer = client.get(urlencode({"limit": 1, "sortOrder": other, "after": cursor}))
        assert refused(answer) == ["after"]


def test_one_direction_at_a_time(client: Client) -> None:
    """`before` and `after` in one request are refused."""
    cursor = client.page(limit=1)["pagination"]["after"]
    both = client.get(urlencode({"after": cursor, "before": cursor}))
    assert refused(both) == ["after", "before"]


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Basic",
        "Basic !",
        "Bearer sample-client-secret",
        "Basic " + base64.b64encode(b"sample-client-id:wrong").decode(),
        "Basic " + base64.b64encode(b"sample-client-id").decode(),
    ],
)
def test_credentials(client: Client, authorization: str | None) -> None:
    """Missing or wrong credentials are answered with 401, whatever else is wrong."""
    headers = {} if authorization is None else {"Authorization": authorization}
    answer = requests.get(f"{client.api.url}/customers?limit=0", headers=headers, timeout=5)
    assert answer.status_code == 401
    assert "items" not in answer.json()


def test_credentials_can_be_chosen() -> None:
    """The key is what the constructor, or the attribute, says."""
    chosen = "a:b"
    with client_of(customers=1, client_id="another", client_secret=chosen) as client:
        assert client.get().status_code == 200
        client.api.client_secret = chosen[:2]
        assert client.get().status_code == 401


def test_other_paths_and_methods(client: Client) -> None:
    """There is one path, and it can only be read."""
    for path in ("", "/customer", "/customers/", "/customers/1", "/v1/customers"):
        assert client.session.get(f"{client.api.url}{path}", timeout=5).status_code == 404
    for method in ("POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"):
        answer = client.session.request(method, f"{client.api.url}/customers", timeout=5)
        assert (answer.status_code, answer.headers["Allow"]) == (405, "GET")


def test_unknown_version(client: Client) -> None:
    """A version that does not exist is refused under the documented name."""
    answer = client.get(Sequence_Version="2024-07-31")
    assert answer.status_code == 400
    assert answer.json()["error"]["type"] == "UnrecognisedApiVersion"
