"""Does the stand-in list customers in the shape that the API's documents give them?"""

from __future__ import annotations

import itertools
import json
import time
from collections import Counter
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from standins.sequence_api import ABSENT, VERSIONS, SequenceAPI
from tests.support.clients import Client, client_of, oldest_first

examples = settings(max_examples=60, deadline=None)


def test_the_version_is_told(client: Client) -> None:
    """Every answer says which version it has: the one asked for, else the key's own."""
    client.api.version = "2024-05-09"
    assert client.get().headers["Sequence-Version"] == "2024-05-09"
    assert client.get("limit=0").headers["Sequence-Version"] == "2024-05-09"
    for version in VERSIONS:
        answer = client.get(Sequence_Version=version)
        assert answer.headers["Sequence-Version"] == version
        assert answer.json()["items"] == client.api.listed(version, include_archived=False)[:20]


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
    with client_of(customers=300, version=version) as client:
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
    """Fifty thousand customers take no more than a second or two of work, over some years."""
    started = time.thread_time()
    api = SequenceAPI(customers=50_000)
    assert time.thread_time() - started < 3
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
    with client_of(customers=given_ones) as client:
        second, first, third = client.page(includeArchived="true")["items"]
        assert [item["id"] for item in [first, second, third]] == ["a", "b", "c"]
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
    with client_of(customers=60) as client:
        for version in VERSIONS:
            client.api.version = version
            read = list(itertools.chain(*client.pages(includeArchived="true", limit=7)))
            assert read == client.api.listed(version)
            read = list(itertools.chain(*client.pages()))
            assert read == client.api.listed(include_archived=False)


@pytest.mark.parametrize("name", ["legalName", "email", "label", "billingStatus", "alias"])
def test_filters(name: str) -> None:
    """A filter gives those whose value is equal; `alias`, those who have it among their aliases."""
    with client_of(customers=80) as client:
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
        listed: list[Any] = client.api.listed(**{name: wanted})
        assert expected
        assert client.ids(**{name: wanted}) == expected[::-1]
        assert [each["id"] for each in listed] == expected[::-1]
        if name != "billingStatus":
            assert client.ids(**{name: f"{wanted}x"}) == []


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@examples
@given(items=st.lists(json_values, max_size=12), limit=st.integers(1, 5))
def test_raw_items_are_answered_word_for_word(items: list[Any], limit: int) -> None:
    """Any JSON can be an item, and each is on one page."""
    with client_of(customers=items, raw=True) as client:
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
    with client_of(customers=[*raw, {"id": "0"}, 7], raw=True) as client:
        items = client.page()["items"]
        oldest = {"id": "0", "createdAt": texts[0]}
        assert items.index(oldest) == len(items) - 1
        assert items.index({"id": "1", "createdAt": texts[1]}) == len(items) - 2
        assert 7 in items[:-2]
        client.api.add_raw({"id": "lone \ud800"})
        assert client.page()["items"][0] == {"id": "lone \ud800"}
        client.api.change("1", colour=["red"])
        assert {"id": "1", "createdAt": texts[1], "colour": ["red"]} in client.page()["items"]
