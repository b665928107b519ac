"""Does the stand-in page through its list as the API's documents say?"""

from __future__ import annotations

import itertools
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.clients import Client, client_of, oldest_first

examples = settings(max_examples=60, deadline=None)

moments = st.integers(0, 3).map(lambda micros: f"2025-01-01T00:00:00.{micros:06d}Z")

populations = st.lists(moments, max_size=40)


@examples
@given(times=populations, limit=st.integers(1, 9), order=st.sampled_from(["ASC", "DESC"]))
def test_pages_of_any_size_hold_each_customer_once(
    times: list[str], limit: int, order: str
) -> None:
    """All pages together hold each customer once, in order, also where creation times are equal."""
    with client_of(customers=[{"createdAt": time} for time in times]) as client:
        read = client.ids(limit=limit, sortOrder=order)
        expected = [
            each.id for each in sorted(client.api.customers, key=lambda c: (c.micros, c.id))
        ]
        assert read == (expected if order == "ASC" else expected[::-1])


@examples
@given(times=populations, limits=st.tuples(st.integers(1, 9), st.integers(1, 9)))
def test_both_orders_are_mirror_images(times: list[str], limits: tuple[int, int]) -> None:
    """Oldest first is newest first, reversed, ties included."""
    with client_of(customers=[{"createdAt": time} for time in times]) as client:
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
    with client_of(customers=[{"createdAt": time} for time in times]) as client:
        there = {customer.id for customer in client.api.customers}
        read: list[str] = []
        coming = iter(late)
        for page in client.pages(limit=limit, sortOrder=order, includeArchived="true"):
            read += [item["id"] for item in page]
            for moment in itertools.islice(coming, 2):
                client.api.add(created_at=moment)
        assert Counter(name for name in read if name in there) == Counter(there)
        assert len(read) == len(set(read))


@examples
@given(count=st.integers(0, 25), limit=st.integers(1, 7), order=st.sampled_from(["ASC", "DESC"]))
def test_before_leads_back_the_way_that_after_led(count: int, limit: int, order: str) -> None:
    """Each page's `before` gives the page that came in front of it."""
    with client_of(customers=count) as client:
        query = {"limit": limit, "sortOrder": order, "includeArchived": "true"}
        page = client.page(**query)
        assert "before" not in page["pagination"]
        while after := page["pagination"].get("after"):
            following = client.page(**query, after=after)
            back = client.page(**query, before=following["pagination"]["before"])
            assert [item["id"] for item in back["items"]] == [item["id"] for item in page["items"]]
            page = following


def test_newest_come_first_unless_asked_otherwise(client: Client) -> None:
    """Without `sortOrder` the list is in descending order of creation."""
    assert client.ids() == oldest_first(client.api)[::-1]


def test_a_page_has_a_size_when_none_is_asked_for(client: Client) -> None:
    """Without `limit` a page holds a number of customers that a client cannot know."""
    assert len(client.page()["items"]) == 20


def test_a_page_holds_as_many_as_asked_for() -> None:
    """`limit` may be 1 to 100."""
    with client_of(customers=120) as client:
        for limit in (1, 99, 100):
            assert len(client.page(limit=limit, includeArchived="true")["items"]) == limit


@pytest.mark.parametrize(("last_page", "said"), [("null", None), ("empty", "")])
def test_the_last_page_can_say_so_in_other_ways(last_page: str, said: str | None) -> None:
    """The last page's `after`, and the first page's `before`, can be null or an empty string."""
    with client_of(customers=5, last_page=last_page) as client:
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
    with client_of(customers=3, total=False) as client:
        assert "totalResultSize" not in client.page()["pagination"]


def test_an_empty_list_is_one_page() -> None:
    """Without customers the answer has no items and no cursor."""
    with client_of(customers=0) as client:
        assert client.page(limit=100) == {"items": [], "pagination": {"totalResultSize": 0}}
