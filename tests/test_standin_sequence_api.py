"""Does the stand-in for Sequence's API keep to what the API's documents say?"""

from __future__ import annotations

import base64
import contextlib
import itertools
import json
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from uuid import UUID

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st

from standins.sequence_api import ABSENT, VERSIONS, SequenceAPI, faults

if TYPE_CHECKING:
    from collections.abc import Iterator

    from standins.sequence_api import Request

examples = settings(max_examples=60, deadline=None)


class Client:
    """A client that reads what it is told to, and asserts nothing."""

    def __init__(self, api: SequenceAPI) -> None:
        self.api = api
        self.session = requests.Session()
        self.session.auth = (api.client_id, api.client_secret)

    def get(self, query: str = "", timeout: float = 5, **headers: str) -> requests.Response:
        """One answer, whatever it is."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        url = f"{self.api.url}/customers{query and '?'}{query}"
        return self.session.get(url, headers=named, timeout=timeout)

    def page(self, **parameters: object) -> dict[str, Any]:
        """One answer, decoded; anything but a page is an error."""
        answer = self.get(urlencode(parameters))
        assert answer.status_code == 200, answer.text
        page: dict[str, Any] = answer.json()
        return page

    def pages(self, **parameters: object) -> Iterator[list[Any]]:
        """The items of one page after the other."""
        while True:
            page = self.page(**parameters)
            yield page["items"]
            if not (after := page["pagination"].get("after")):
                return
            parameters["after"] = after

    def ids(self, **parameters: object) -> list[str]:
        """The ids of all pages, archived customers included unless the parameters say no."""
        parameters = {"includeArchived": "true", "limit": 100} | parameters
        return [item["id"] for page in self.pages(**parameters) for item in page]


@contextlib.contextmanager
def serving(*args: Any, **kwargs: Any) -> Iterator[Client]:
    """A client and its API, made with these arguments."""
    with SequenceAPI(*args, **kwargs) as api:
        client = Client(api)
        with client.session:
            yield client


@pytest.fixture
def client() -> Iterator[Client]:
    """A client and its API, with thirty customers."""
    with serving(customers=30) as started:
        yield started


def ids(items: list[Any]) -> list[str]:
    """The ids of some items."""
    return [item["id"] for item in items]


def oldest_first(api: SequenceAPI) -> list[str]:
    """The ids of all customers."""
    return [customer.id for customer in api.customers]


# Paging

moments = st.integers(0, 3).map(lambda micros: f"2025-01-01T00:00:00.{micros:06d}Z")
populations = st.lists(moments, max_size=40)


@examples
@given(times=populations, limit=st.integers(1, 9), order=st.sampled_from(["ASC", "DESC"]))
def test_pages_of_any_size_hold_each_customer_once(
    times: list[str], limit: int, order: str
) -> None:
    """All pages together hold each customer once, in order, also where creation times are equal."""
    with serving(customers=[{"createdAt": time} for time in times]) as client:
        read = client.ids(limit=limit, sortOrder=order)
        expected = [
            each.id for each in sorted(client.api.customers, key=lambda c: (c.micros, c.id))
        ]
        assert read == (expected if order == "ASC" else expected[::-1])


@examples
@given(times=populations, limits=st.tuples(st.integers(1, 9), st.integers(1, 9)))
def test_both_orders_are_mirror_images(times: list[str], limits: tuple[int, int]) -> None:
    """Oldest first is newest first, reversed, ties included."""
    with serving(customers=[{"createdAt": time} for time in times]) as client:
        up = client.ids(limit=limits[0], sortOrder="ASC")
        assert up == client.ids(limit=limits[1], sortOrder="DESC")[::-1]


@examples
@given(
    times=populations,
    late=st.lists(moments, max_size=8),
    limit=st.integers(1, 5),
    order=st.sampled_from(["ASC", "DESC"]),
)
def test_customers_added_while_paging_shift_nothing(
    times: list[str], late: list[str], limit: int, order: str
) -> None:
    """Whoever was there at the start is read once, wherever others are added meanwhile."""
    with serving(customers=[{"createdAt": time} for time in times]) as client:
        there = {customer.id for customer in client.api.customers}
        read: list[str] = []
        coming = iter(late)
        for page in client.pages(limit=limit, sortOrder=order, includeArchived="true"):
            read += ids(page)
            for moment in itertools.islice(coming, 2):
                client.api.add(created_at=moment)
        assert Counter(name for name in read if name in there) == Counter(there)
        assert len(read) == len(set(read))


@examples
@given(count=st.integers(0, 25), limit=st.integers(1, 7), order=st.sampled_from(["ASC", "DESC"]))
def test_before_leads_back_the_way_that_after_led(count: int, limit: int, order: str) -> None:
    """Each page's `before` gives the page that came in front of it."""
    with serving(customers=count) as client:
        query = {"limit": limit, "sortOrder": order, "includeArchived": "true"}
        page = client.page(**query)
        assert "before" not in page["pagination"]
        while after := page["pagination"].get("after"):
            following = client.page(**query, after=after)
            back = client.page(**query, before=following["pagination"]["before"])
            assert ids(back["items"]) == ids(page["items"])
            page = following


def test_newest_come_first_unless_asked_otherwise(client: Client) -> None:
    """Without `sortOrder` the list is in descending order of creation."""
    assert client.ids() == oldest_first(client.api)[::-1]


def test_a_page_has_a_size_when_none_is_asked_for(client: Client) -> None:
    """Without `limit` a page holds a number of customers that a client cannot know."""
    assert len(client.page()["items"]) == 20


def test_a_page_holds_as_many_as_asked_for() -> None:
    """`limit` may be 1 to 100."""
    with serving(customers=120) as client:
        for limit in (1, 99, 100):
            assert len(client.page(limit=limit, includeArchived="true")["items"]) == limit


@pytest.mark.parametrize(("last_page", "said"), [("null", None), ("empty", "")])
def test_the_last_page_can_say_so_in_other_ways(last_page: str, said: str | None) -> None:
    """The last page's `after`, and the first page's `before`, can be null or an empty string."""
    with serving(customers=5, last_page=last_page) as client:
        pagination = client.page(limit=100)["pagination"]
        assert pagination["after"] == said
        assert pagination["before"] == said


def test_the_last_page_has_no_cursor(client: Client) -> None:
    """Where no page follows there is no `after`, also when the last page is full."""
    assert "after" not in client.page(limit=30, includeArchived="true")["pagination"]
    assert "after" in client.page(limit=29, includeArchived="true")["pagination"]


def test_total_counts_all_pages(client: Client) -> None:
    """`totalResultSize` is the number of customers that match, whatever the page."""
    total = client.page(limit=1, includeArchived="true")["pagination"]["totalResultSize"]
    assert total == 30
    assert client.page(limit=1)["pagination"]["totalResultSize"] == len(
        client.api.listed(include_archived=False)
    )


def test_total_can_be_left_out() -> None:
    """`totalResultSize` is optional."""
    with serving(customers=3, total=False) as client:
        assert "totalResultSize" not in client.page()["pagination"]


def test_an_empty_list_is_one_page() -> None:
    """Without customers the answer has no items and no cursor."""
    with serving(customers=0) as client:
        assert client.page(limit=100) == {"items": [], "pagination": {"totalResultSize": 0}}


# What is refused


def keys(answer: requests.Response) -> list[str]:
    """Which parameters an answer refuses."""
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/json"
    return [error["key"] for error in answer.json()["errors"]]


@pytest.mark.parametrize("limit", ["0", "101", "-1", "1.0", "+5", "007", "", "many", "%D9%A3"])
def test_limit_out_of_range(client: Client, limit: str) -> None:
    """A `limit` that is no whole number from 1 to 100 is refused."""
    assert keys(client.get(f"limit={limit}")) == ["limit"]


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
    assert keys(client.get(query)) == [query.partition("=")[0]]


def test_all_mistakes_at_once(client: Client) -> None:
    """A refusal names every parameter that is wrong."""
    assert keys(client.get("limit=0&sortOrder=up&colour=red")) == ["colour", "limit", "sortOrder"]


@pytest.mark.parametrize("query", ["%FF=1", "email=%FF", "email", "a&b"])
def test_a_query_that_is_none(client: Client, query: str) -> None:
    """A query string that cannot be decoded is refused."""
    assert client.get(query).status_code == 400


@pytest.mark.parametrize("name", ["label=x", "billingStatus=ACTIVE"])
def test_filters_of_the_latest_version_alone(client: Client, name: str) -> None:
    """`label` and `billingStatus` are parameters of the latest version, and unknown before it."""
    assert client.get(name, Sequence_Version="2024-07-30").status_code == 200
    for version in ("2024-01-01", "2024-05-09"):
        assert keys(client.get(name, Sequence_Version=version)) == [name.partition("=")[0]]


@examples
@given(text=st.text(max_size=40))
def test_no_text_is_a_cursor_by_chance(text: str) -> None:
    """Whatever was not given out as a cursor is refused."""
    with serving(customers=1) as client:
        assert keys(client.get(urlencode({"after": text}))) == ["after"]


@pytest.mark.parametrize(
    "held", ["", "x", "x#1", "x#one#DESC", "x#1#ASC", "x# 1#DESC", "x#01#DESC", "\udcff#1#DESC"]
)
def test_garbage_in_a_cursors_disguise(client: Client, held: str) -> None:
    """Base64 of something else is no cursor either."""
    text = base64.b64encode(held.encode("utf-8", "surrogateescape")).decode()
    assert keys(client.get(urlencode({"after": text}))) == ["after"]


def test_a_cursor_belongs_to_its_order(client: Client) -> None:
    """A cursor of the descending list is refused by the ascending one, and the reverse."""
    for order, other in (("ASC", "DESC"), ("DESC", "ASC")):
        cursor = client.page(limit=1, sortOrder=order)["pagination"]["after"]
        assert client.page(limit=1, sortOrder=order, after=cursor)["items"]
        refused = client.get(urlencode({"limit": 1, "sortOrder": other, "after": cursor}))
        assert keys(refused) == ["after"]


def test_one_direction_at_a_time(client: Client) -> None:
    """`before` and `after` in one request are refused."""
    cursor = client.page(limit=1)["pagination"]["after"]
    both = client.get(urlencode({"after": cursor, "before": cursor}))
    assert keys(both) == ["after", "before"]


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
    with serving(customers=1, client_id="another", client_secret=chosen) as client:
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


# Versions


def test_the_version_is_told(client: Client) -> None:
    """Every answer says which version it has: the one asked for, else the key's own."""
    client.api.version = "2024-05-09"
    assert client.get().headers["Sequence-Version"] == "2024-05-09"
    assert client.get("limit=0").headers["Sequence-Version"] == "2024-05-09"
    for version in VERSIONS:
        answer = client.get(Sequence_Version=version)
        assert answer.headers["Sequence-Version"] == version
        assert answer.json()["items"] == client.api.listed(version, include_archived=False)[:20]


def test_unknown_version(client: Client) -> None:
    """A version that does not exist is refused under the documented name."""
    answer = client.get(Sequence_Version="2024-07-31")
    assert answer.status_code == 400
    assert answer.json()["error"]["type"] == "UnrecognisedApiVersion"


REQUIRED = {"id", "createdAt", "legalName", "address", "taxStatus"}
OPTIONAL = {"url", "label", "archivedAt"}
SHAPES = {
    "2024-01-01": (
        REQUIRED | {"email", "billingEmails", "sequenceAccountId", "externalIds"},
        OPTIONAL | {"contactName", "telephone"},
    ),
    "2024-05-09": (
        REQUIRED | {"email", "billingEmails", "integrationIds"},
        OPTIONAL | {"contactName", "telephone"},
    ),
    "2024-07-30": (
        REQUIRED | {"integrationIds", "organizations", "customProperties"},
        OPTIONAL | {"domain"},
    ),
}
NESTED = {
    "address": ({"line1", "town", "postcode", "country"}, {"line2", "state"}),
    "externalIds": ({"key", "value", "syncTime"}, set()),
    "organizations": ({"id", "owner", "members"}, set()),
}


def fits(value: dict[str, object], shape: tuple[set[str], set[str]]) -> bool:
    """Whether an object has all required fields, and others only if they are optional."""
    return shape[0] <= value.keys() <= shape[0] | shape[1]


@pytest.mark.parametrize("version", VERSIONS)
def test_items_have_the_versions_shape(version: str) -> None:
    """An item has the fields of its version and no other, nested ones included."""
    seen: set[str] = set()
    with serving(customers=300, version=version) as client:
        for item in itertools.chain(*client.pages(limit=100, includeArchived="true")):
            seen |= item.keys()
            assert fits(item, SHAPES[version])
            assert fits(item["address"], NESTED["address"])
            for name in ("externalIds", "organizations"):
                assert all(fits(each, NESTED[name]) for each in item.get(name, []))
            pending = {"isPending"} if version == "2024-07-30" else set()
            service = ({"service", "id"} | pending, {"lastSynced"})
            assert all(fits(each, service) for each in item.get("integrationIds", []))
            for organization in item.get("organizations", []):
                for party in (organization["owner"], *organization["members"]):
                    assert party.keys() == {"id", "name"}
            properties = item.get("customProperties", {})
            assert all(isinstance(value, str) for value in properties.values())
    assert seen == set.union(*SHAPES[version])


# Customers


def test_customers_are_awkward() -> None:
    """Drawn customers show what the documents allow: nulls, gaps, ties, every kind of text."""
    api = SequenceAPI(customers=500)
    items: list[Any] = api.listed("2024-05-09")
    texts = "".join(item["legalName"] + str(item.get("label")) for item in items)
    fractions = {len(item["createdAt"].partition(".")[2].rstrip("Z")) for item in items}
    assert fractions == {0, 1, 2, 3, 4, 5, 6}
    assert all(character in texts for character in "\"'\\\n\té株ל🚀")
    for name in ("label", "url", "archivedAt", "telephone", "contactName"):
        assert {None, ABSENT} < {item.get(name, ABSENT) for item in items}
    assert any(not item["billingEmails"] for item in items)
    assert max(Counter(customer.micros for customer in api.customers).values()) > 1
    assert {customer.archived for customer in api.customers} == {True, False}
    assert len({item["id"] for item in items}) == 500
    assert all(UUID(item["id"]).version == 7 for item in items)
    assert sorted(oldest_first(api)) != oldest_first(api)


def test_the_same_seed_gives_the_same_customers() -> None:
    """Two stand-ins with one seed list the same, those with another do not."""
    first, second, third = (SequenceAPI(customers=50, seed=seed) for seed in (1, 1, 2))
    assert first.listed() == second.listed()
    assert first.listed() != third.listed()
    assert first.add(3)[-1].fields == second.add(3)[-1].fields


def test_nobody_comes_from_the_future() -> None:
    """All are created before now, the last one when the constructor says."""
    api = SequenceAPI(customers=50, newest="2025-03-01T00:00:00.5Z")
    newest = datetime.fromisoformat(api.customers[-1].created_at)
    assert newest == datetime(2025, 3, 1, 0, 0, 0, 500_000, tzinfo=UTC)
    api = SequenceAPI(customers=50)
    api.add(50)
    assert datetime.fromisoformat(api.customers[-1].created_at) < datetime.now(UTC)


def test_many_customers_are_made_quickly() -> None:
    """Fifty thousand customers take no more than a second or two, over some years."""
    started = time.perf_counter()
    api = SequenceAPI(customers=50_000)
    assert time.perf_counter() - started < 2
    assert api.customers[0].created_at > "2020"


def test_archived_customers_are_hidden_unless_asked_for(client: Client) -> None:
    """Archived customers are listed with `includeArchived=true` alone, with their `archivedAt`."""
    victim = client.api.customers[3].id
    client.api.change(victim, archived_at=None)
    assert victim in client.ids(includeArchived="false")
    client.api.archive(victim)
    assert victim not in client.ids(includeArchived="false")
    items = {item["id"]: item for page in client.pages(includeArchived="true") for item in page}
    assert items[victim]["archivedAt"] == "2025-09-30T16:47:48.637920Z"


def test_customers_with_some_fields_given() -> None:
    """A customer can be given in part, the rest is drawn; without a time the last is the newest."""
    given_ones = [
        {"id": "a", "legal_name": "First", "url": ABSENT},
        {"id": "b", "legalName": "Second", "url": None},
        {"id": "c", "createdAt": "1999-12-31T23:59:59Z"},
    ]
    with serving(customers=given_ones) as client:
        second, first, third = client.page(includeArchived="true")["items"]
        assert ids([first, second, third]) == ["a", "b", "c"]
        assert first["legalName"] == "First"
        assert "url" not in first
        assert second["url"] is None
        assert third["createdAt"] == "1999-12-31T23:59:59Z"
        assert fits(third, SHAPES["2024-07-30"])


def test_mistakes_of_a_test_are_told() -> None:
    """A field, an id or a time that cannot be is refused, and changes nothing."""
    api = SequenceAPI(customers=[{"id": "a"}])
    with pytest.raises(TypeError, match="no colour"):
        api.add(colour="red")
    with pytest.raises(TypeError, match="no phone"):
        SequenceAPI(customers=[{"phone": "1"}])
    with pytest.raises(ValueError, match="already"):
        api.add(id="a")
    with pytest.raises(KeyError):
        api.change("b", label="x")
    with pytest.raises(ValueError, match="soon"):
        api.change("a", created_at="soon")
    with pytest.raises(TypeError, match="no colour"):
        api.listed(colour="red")
    assert len(api.customers) == 1


def test_newcomers_are_the_newest(client: Client) -> None:
    """Who is added comes after all others, unless a time is given."""
    newest = [customer.id for customer in client.api.add(3)]
    (late,) = client.api.add(created_at=datetime(2020, 2, 3, 4, 5, 6, 7, tzinfo=UTC))
    assert client.ids()[:3] == newest[::-1]
    assert client.ids()[-1] == late.id
    assert late.created_at == "2020-02-03T04:05:06.000007Z"


def test_changes_are_seen(client: Client) -> None:
    """A change is in the next answer, however often the page was asked for before."""
    target = client.api.customers[-1].id
    client.page(includeArchived="true")
    client.api.change(target, label="changed", address={"line1": "1"})
    item = client.page(includeArchived="true")["items"][0]
    assert (item["id"], item["label"], item["address"]) == (target, "changed", {"line1": "1"})
    client.api.change(target, created_at="2001-01-01T00:00:00Z")
    assert client.ids()[-1] == target


def test_listed_is_what_a_client_reads() -> None:
    """`listed` gives the items of all pages, in every version, with and without the archived."""
    with serving(customers=60) as client:
        for version in VERSIONS:
            client.api.version = version
            read = list(itertools.chain(*client.pages(includeArchived="true", limit=7)))
            assert read == client.api.listed(version)
            read = list(itertools.chain(*client.pages()))
            assert read == client.api.listed(include_archived=False)


@pytest.mark.parametrize("name", ["legalName", "email", "label", "billingStatus", "alias"])
def test_filters(name: str) -> None:
    """A filter gives those whose value is equal; `alias`, those who have it among their aliases."""
    with serving(customers=80) as client:
        field = "aliases" if name == "alias" else name
        values = [each.fields[field] for each in client.api.customers if each.fields.get(field)]
        wanted: Any = values[5]
        wanted = wanted[0] if name == "alias" else wanted
        expected = [
            each.id
            for each in client.api.customers
            if wanted == each.fields.get(field)
            or (name == "alias" and wanted in each.fields[field])  # type: ignore[operator]
        ]
        assert expected
        assert client.ids(**{name: wanted}) == expected[::-1]
        assert ids(client.api.listed(**{name: wanted})) == expected[::-1]
        if name != "billingStatus":
            assert client.ids(**{name: f"{wanted}x"}) == []


# Items word for word

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@examples
@given(items=st.lists(json_values, max_size=12), limit=st.integers(1, 5))
def test_raw_items_are_answered_word_for_word(items: list[Any], limit: int) -> None:
    """Any JSON can be an item, and each is on one page."""
    with serving(customers=items, raw=True) as client:
        pages = client.pages(limit=limit, includeArchived="true")
        read = list(itertools.chain(*pages))
    assert sorted(map(json.dumps, read)) == sorted(map(json.dumps, items))
    assert read == client.api.listed("2024-01-01")


def test_raw_items_are_sorted_by_time() -> None:
    """Raw items are listed by creation time, those without one beside the item given before."""
    texts = ["2025-01-01T00:00:00Z", "2025-01-01T00:00:00.1Z", "2024-12-31T23:00:00-02:00", "never"]
    raw: list[object] = [
        {"id": str(number), "createdAt": text} for number, text in enumerate(texts)
    ]
    with serving(customers=[*raw, {"id": "0"}, 7], raw=True) as client:
        items = client.page()["items"]
        oldest = {"id": "0", "createdAt": texts[0]}
        assert items.index(oldest) == len(items) - 1
        assert items.index({"id": "1", "createdAt": texts[1]}) == len(items) - 2
        assert 7 in items[:-2]
        client.api.add_raw({"id": "lone \ud800"})
        assert client.page()["items"][0] == {"id": "lone \ud800"}
        client.api.change("1", colour=["red"])
        assert {"id": "1", "createdAt": texts[1], "colour": ["red"]} in client.page()["items"]


# The log of requests


def test_requests_are_logged(client: Client) -> None:
    """Each request is kept: what was asked, with which headers, and what was answered."""
    before = time.monotonic()
    client.get("limit=3&legalName=a%20b+c", Sequence_Version="2024-05-09")
    client.get("limit=0")
    first, second = client.api.requests
    assert (first.method, first.path, first.status) == ("GET", "/api/customers", 200)
    assert first.query == {"limit": "3", "legalName": "a b c"}
    assert first.headers["Sequence-Version"] == "2024-05-09"
    secret = base64.b64encode(b"sample-client-id:sample-client-secret").decode()
    assert first.headers["authorization"] == f"Basic {secret}"
    assert before <= first.time <= second.time <= time.monotonic()
    assert second.status == 400
    client.api.clear()
    assert client.api.requests == []


# Faults


@pytest.mark.parametrize("retry_after", ["2", "Wed, 21 Oct 2015 07:28:00 GMT", "soon", None])
def test_rate_limit(client: Client, retry_after: str | None) -> None:
    """A 429 has the `Retry-After` that the script says, or none, and is over after its time."""
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    client.api.fail(faults.status(429, headers=headers), times=2)
    for _ in range(2):
        answer = client.get()
        assert (answer.status_code, answer.headers.get("Retry-After")) == (429, retry_after)
        assert answer.content == b""
    assert client.get().status_code == 200


def test_statuses_with_bodies(client: Client) -> None:
    """Any status comes with JSON, HTML, no body, or the documented shapes of an error."""
    client.api.fail(faults.status(500, {"a": "é"}))
    client.api.fail(faults.status(502, "<html>", {"Content-Type": "text/plain"}))
    client.api.fail(faults.error(403, "Forbidden", "no"))
    client.api.fail(faults.errors(422, {"limit": "no"}))
    client.api.fail(faults.cursor_refused())
    assert client.get().json() == {"a": "é"}
    second = client.get()
    assert (second.text, second.headers["Content-Type"]) == ("<html>", "text/plain")
    third = client.get()
    error = {"type": "Forbidden", "message": "no", "errors": []}
    assert (third.status_code, third.json()) == (403, {"error": error})
    fourth = client.get()
    assert fourth.status_code == 422
    assert fourth.json() == {"errors": [{"key": "limit", "error": "no"}]}
    assert keys(client.get()) == ["after"]
    assert [each.status for each in client.api.requests] == [500, 502, 403, 422, 400]


def test_reset(client: Client) -> None:
    """A reset connection ends before any byte of an answer, and the next one is served."""
    client.api.fail(faults.reset())
    with socket.create_connection(("127.0.0.1", client.api.port), timeout=5) as raw:
        raw.sendall(b"GET /api/customers HTTP/1.1\r\nHost: x\r\n\r\n")
        with pytest.raises(ConnectionResetError):
            raw.recv(1)
    assert client.get().status_code == 200
    assert [each.status for each in client.api.requests] == [None, 200]


@pytest.mark.parametrize("after", [0, 1, 1000])
def test_cut(client: Client, after: int) -> None:
    """A cut answer announces its whole body and ends after so many bytes."""
    whole = client.get().content
    client.api.fail(faults.cut(after))
    with client.session.get(f"{client.api.url}/customers", stream=True, timeout=5) as answer:
        assert int(answer.headers["Content-Length"]) == len(whole)
        with pytest.raises(requests.exceptions.ChunkedEncodingError, match="IncompleteRead"):
            _ = answer.content
    assert client.get().content == whole


def test_hang(client: Client) -> None:
    """A request that hangs is not answered in time, and does not hold up others."""
    client.api.fail(faults.hang(60))
    with pytest.raises(requests.exceptions.ReadTimeout):
        client.get(timeout=0.05)
    assert client.get().status_code == 200
    client.api.fail(faults.hang(0.05))
    started = time.perf_counter()
    assert client.get().status_code == 200
    assert time.perf_counter() - started >= 0.05


def test_bodies(client: Client) -> None:
    """A 200 can have any body, with the other headers of an answer."""
    client.api.fail(faults.body("<html>é</html>"))
    client.api.fail(faults.body(b'{"items": [', "application/json"))
    first, second = client.get(), client.get()
    assert (first.status_code, first.content) == (200, "<html>é</html>".encode())
    assert first.headers["Content-Type"] == "text/html"
    assert first.headers["Sequence-Version"] == "2024-07-30"
    assert (second.status_code, second.content) == (200, b'{"items": [')


def test_edited_answers(client: Client) -> None:
    """An answer can be changed in place or replaced; refusals stay as they are."""

    def spoil(page: dict[str, Any]) -> None:
        page["items"][0] = "no object"
        page["items"][1]["legalName"] = "NUL \0 \ud800"

    client.api.fail(faults.answer(spoil))
    client.api.fail(faults.answer(lambda page: [page["pagination"]]))
    client.api.fail(faults.answer(lambda _: {}))
    client.api.fail(faults.answer(lambda _: {}))
    page = client.get().json()
    assert page["items"][0] == "no object"
    assert page["items"][1]["legalName"] == "NUL \0 \ud800"
    assert client.get().json()[0].keys() == {"after", "totalResultSize"}
    assert client.get().json() == {}
    assert keys(client.get("limit=0")) == ["limit"]


def test_another_version_in_the_answer(client: Client) -> None:
    """The answer can name another version than it has, or none."""
    client.api.fail(faults.version("2030-01-01"))
    client.api.fail(faults.version(None))
    assert client.get().headers["Sequence-Version"] == "2030-01-01"
    assert "Sequence-Version" not in client.get().headers
    assert client.get().headers["Sequence-Version"] == "2024-07-30"


def test_something_happens_before_an_answer(client: Client) -> None:
    """What happens when a request arrives is in its answer, and the next fault is not used up."""
    client.api.fail(faults.before(client.api.add), times=2)
    client.api.fail(faults.status(500), skip=1)
    assert client.page(includeArchived="true")["pagination"]["totalResultSize"] == 31
    assert client.get().status_code == 500
    assert len(client.api.customers) == 32
    assert client.api.pending == 0


def test_faults_queue(client: Client) -> None:
    """Faults come in the order of their scripts, each as often as scripted."""
    client.api.fail(faults.status(500), times=2)
    client.api.fail(faults.status(502))
    client.api.fail(faults.status(503), skip=4)
    codes = [client.get().status_code for _ in range(6)]
    assert codes == [500, 500, 502, 200, 503, 200]


def test_faults_for_some_requests(client: Client) -> None:
    """A fault can be for certain requests, for good, until it is called off."""

    def ascending(request: Request) -> bool:
        return request.query.get("sortOrder") == "ASC"

    client.api.fail(faults.status(500), times=None, when=ascending, skip=1)
    orders = ["ASC", "DESC", "ASC", "ASC", "DESC"]
    codes = [client.get(f"sortOrder={order}").status_code for order in orders]
    assert codes == [200, 200, 500, 500, 200]
    client.api.recover()
    assert client.get("sortOrder=ASC").status_code == 200


def test_a_tests_own_error_is_raised_at_the_end() -> None:
    """An error in a function of a script is not lost among the retries of a client."""

    def wrong() -> None:
        raise LookupError("in a script")

    def use() -> None:
        with serving(customers=1) as client:
            client.api.fail(faults.before(wrong))
            assert client.get().status_code == 500
            assert client.get().status_code == 200

    with pytest.raises(LookupError, match="in a script"):
        use()


def test_latency(client: Client) -> None:
    """Each request takes as long as the setting says, which can change."""
    client.api.latency = 0.05
    started = time.perf_counter()
    client.get()
    assert time.perf_counter() - started >= 0.05
    client.api.latency = 0


def test_outage(client: Client) -> None:
    """While the API is down, every connection is dropped, the open ones too."""
    client.get()
    client.api.down = True
    for _ in range(2):
        with pytest.raises(requests.exceptions.ConnectionError):
            client.get()
    client.api.down = False
    assert client.get().status_code == 200
    assert [each.status for each in client.api.requests] == [200, None, None, 200]


# The server


def test_refusing_connections(client: Client) -> None:
    """Stopped, it refuses connections; started again, it is on the same port, as it was."""
    url = client.api.url
    whole = client.get().content
    for _ in range(3):
        client.api.stop()
        with pytest.raises(requests.exceptions.ConnectionError, match="refused"):
            requests.get(f"{url}/customers", timeout=5)
        client.api.start()
        assert client.api.url == url
        assert client.get().content == whole


def test_a_given_port() -> None:
    """The port can be chosen, and one that is taken is an error at once."""
    with SequenceAPI(customers=1) as first:
        port = first.port
        with pytest.raises(OSError, match="in use"), SequenceAPI(customers=1, port=port):
            pass
    with SequenceAPI(customers=1, port=port) as second:
        assert second.port == port


def test_stopping_does_not_wait() -> None:
    """Starting and stopping take a moment, also while requests hang."""
    started = time.perf_counter()
    with SequenceAPI(customers=1) as api:
        api.fail(faults.hang(60), times=None)

        def ask() -> None:
            auth = (api.client_id, api.client_secret)
            with pytest.raises(requests.exceptions.ConnectionError):
                requests.get(f"{api.url}/customers", auth=auth, timeout=30)

        waiting = [threading.Thread(target=ask) for _ in range(3)]
        for each in waiting:
            each.start()
        while len(api.requests) < 3:
            time.sleep(0.001)
        stopping = time.perf_counter()
    assert time.perf_counter() - stopping < 0.1
    for each in waiting:
        each.join()
    assert time.perf_counter() - started < 1


def test_it_can_be_stopped_by_a_request(client: Client) -> None:
    """The API can go away when a certain request arrives, and come back."""
    client.api.fail(faults.before(client.api.stop))
    for problem in ("Connection reset", "Connection refused"):
        with pytest.raises(requests.exceptions.ConnectionError, match=problem):
            client.get()
    client.api.start()
    assert client.get().status_code == 200


def test_many_clients_at_once() -> None:
    """Clients that read while customers are added and changed all get whole pages."""
    with serving(customers=200) as client:
        there = set(oldest_first(client.api))
        failed: list[BaseException] = []

        def read(order: str) -> None:
            try:
                reader = Client(client.api)
                with reader.session:
                    assert there <= set(reader.ids(limit=9, sortOrder=order))
            except BaseException as error:  # noqa: BLE001  told by the main thread
                failed.append(error)

        readers = [threading.Thread(target=read, args=(order,)) for order in ("ASC", "DESC") * 2]
        for each in readers:
            each.start()
        while any(each.is_alive() for each in readers):
            client.api.add()
            client.api.change(client.api.customers[5].id, label="x")
            time.sleep(0.001)
    assert failed == []


def test_for_a_person_with_curl() -> None:
    """`python -m standins.sequence_api` prints a command that works, and runs until Ctrl-C."""
    command = [sys.executable, "-m", "standins.sequence_api", "--customers", "3", "--warm"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        assert process.stdout
        lines = list(itertools.islice(process.stdout, 4))
        url, client_id, client_secret = (line.split()[-1] for line in lines[:3])
        answer = requests.get(f"{url}/customers", auth=(client_id, client_secret), timeout=5)
        assert len(answer.json()["items"]) <= 3
        assert lines[3].startswith(f"curl -u {client_id}:{client_secret} '{url}/customers")
        process.send_signal(signal.SIGINT)
        assert process.wait(5) == 0
