"""Are the rows of the stand-in's lists what their descriptions say, and what a test makes them?"""

from __future__ import annotations

import itertools
import re
import time
from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
import requests

from standins.sequence_api import ABSENT, VERSIONS, SequenceAPI
from standins.sequence_api.lists import DESCRIPTIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from standins.sequence_api import DescribedRow

LISTS = {description.name: description for description in DESCRIPTIONS}
EACH = [(name, version) for name, one in LISTS.items() for version in one.versions]
DATED = [name for name, one in LISTS.items() if "updatedAt" in one.shape.names(VERSIONS[-1])]
DAY = re.compile(r"\d{4}-\d\d-\d\d")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z")


@pytest.fixture(scope="module")
def api() -> SequenceAPI:
    """An account that no test changes, with some hundred rows in every list."""
    return SequenceAPI(300, rows=300)


def listed(api: SequenceAPI, name: str, version: str = VERSIONS[-1]) -> list[dict[str, Any]]:
    """The items of a list."""
    items: list[Any] = api[name].listed(version)
    return items


def walked(value: object, path: str = "") -> Iterator[tuple[str, object]]:
    """All values in an item, by their paths; `<LINEAR>` stands for the kind of a structure."""
    if isinstance(value, dict):
        kind = f"<{value['pricingType']}>" if "pricingType" in value else ""
        for name, inner in value.items():
            yield from walked(inner, f"{path}{kind}.{name}".lstrip("."))
    elif isinstance(value, list):
        for inner in value:
            yield from walked(inner, f"{path}[]")
    if path and not path.endswith("[]"):
        yield path, value


# Shapes


@pytest.mark.parametrize(("name", "version"), EACH)
def test_items_have_the_fields_of_their_version(api: SequenceAPI, name: str, version: str) -> None:
    """Items have each field that their version describes, nested ones too, and no other."""
    described = dict(LISTS[name].shape.paths(version))
    values = defaultdict(list)
    for path, value in itertools.chain.from_iterable(map(walked, listed(api, name, version))):
        values[path].append(value)
    free = tuple(path for path in values if path not in described and opaque(path, described))
    assert values.keys() - free == described.keys()
    for path, letter in described.items():
        assert letter != "R" or None not in values[path], path
        assert letter != "n" or None in values[path], path


def opaque(path: str, described: dict[str, str]) -> bool:
    """Whether a path leads into a map, or into an array of anything."""
    return any(path.startswith((f"{one}.", f"{one}[]")) for one in described if one.endswith(FREE))


FREE = ("customFields", "propertyFilters", "roles", "subRates")


@pytest.mark.parametrize(("name", "version"), EACH)
def test_fields_are_there_as_often_as_described(api: SequenceAPI, name: str, version: str) -> None:
    """Required fields are always there, optional ones now and then."""
    items = listed(api, name, version)
    for path, letter in LISTS[name].shape.paths(version):
        if "." not in path and "[" not in path:
            there = sum(path in item for item in items)
            assert there == 300 if letter == "R" else 0 < there < 300, path


@pytest.mark.parametrize("name", LISTS)
def test_a_row_is_the_same_in_every_version(api: SequenceAPI, name: str) -> None:
    """Fields that two versions have in common have the same value in both."""
    versions = [listed(api, name, version) for version in LISTS[name].versions]
    for items in zip(*versions, strict=True):
        for one, other in itertools.pairwise(items):
            for field in one.keys() & other.keys():
                if not isinstance(one[field], dict | list):
                    assert one[field] == other[field] or None in (one[field], other[field])


def test_times_and_dates(api: SequenceAPI) -> None:
    """Times have any number of fractional digits, dates none, and nothing comes from the future."""
    digits = set()
    for name in DATED:
        for item in listed(api, name):
            for field in {"createdAt", "updatedAt", "acceptedAt"} & item.keys():
                if item[field] is not None:
                    assert TIME.fullmatch(item[field])
                    digits.add(len(item[field].partition(".")[2].rstrip("Z")))
            if item.get("createdAt") and item.get("updatedAt"):
                assert item["createdAt"][:19] <= item["updatedAt"][:19] <= "2025-09-30T16:47:49"
    assert digits == {0, 1, 2, 3, 4, 5, 6}
    for item in listed(api, "invoices"):
        assert DAY.fullmatch(item["accountingDate"])


def test_decimals_are_exact(api: SequenceAPI) -> None:
    """Decimals are texts or numbers as documented, now and then with more digits than a float."""
    texts = [item["netTotal"] for item in listed(api, "invoices")]
    numbers = [item["amount"] for item in listed(api, "credit_grants")]
    assert all(isinstance(text, str) for text in texts)
    assert all(isinstance(number, int | Decimal) for number in numbers)
    for values in (texts, map(str, numbers)):
        assert any(str(float(value)) != value and len(value) > 17 for value in values)
    for item in listed(api, "invoices"):
        net, tax, gross = (Decimal(item[f]) for f in ("netTotal", "totalTax", "grossTotal"))
        assert net + tax == gross


# Relations


def test_references_lead_somewhere(api: SequenceAPI) -> None:
    """What a row refers to exists, and the two sides agree."""
    items = {name: {row["id"]: row for row in listed(api, name)} for name in api.names}
    for name, field, other in [
        ("customer_aliases", "customerId", "customers"),
        ("invoices", "customerId", "customers"),
        ("invoices", "billingScheduleId", "billing_schedules"),
        ("invoices", "sequenceAccountId", "sequence_accounts"),
        ("credit_notes", "invoiceId", "invoices"),
        ("credit_grants", "taxRateId", "tax_rates"),
        ("billing_schedules", "customerId", "customers"),
        ("billing_schedules", "lastInvoiceId", "invoices"),
        ("discounts", "billingScheduleId", "billing_schedules"),
        ("quotes", "createdBy", "users"),
        ("billing_products", "id", "products"),
        ("prices", "productId", "products"),
        ("prices", "listPriceId", "list_prices"),
        ("seat_balances", "id", "customers"),
        ("tax_registrations", "customerId", "customers"),
    ]:
        for row in items[name].values():
            assert row.get(field) is None or row[field] in items[other], (name, field)
    for key, note in items["credit_notes"].items():
        if invoice := items["invoices"].get(note.get("invoiceId") or ""):
            assert key in invoice["creditNoteIds"]
            assert note["customerId"] == invoice["customerId"]
    for schedule in items["billing_schedules"].values():
        assert schedule["prices"] == [items["prices"][one["id"]] for one in schedule["prices"]]


def test_tax_rates_have_several_versions(api: SequenceAPI) -> None:
    """A tax rate is listed once for each of its versions: its id alone is no key."""
    items = listed(api, "tax_rates")
    assert len({item["id"] for item in items}) == 150
    assert len({item["versionId"] for item in items}) == 300
    assert len({(item["id"], item["version"]) for item in items}) == 300


# How many


def test_lists_are_in_proportion_to_the_customers() -> None:
    """Every list has some rows where there is a customer, and more where there are more."""
    for customers, least in ((0, 0), (1, 1), (250, 2)):
        api = SequenceAPI(customers)
        assert all(len(api[name].rows) >= least for name in api.names)
        assert all(len(api[name].rows) <= 4 * customers for name in api.names)
    assert len(api["invoices"].rows) == 1000


def test_rows_can_be_chosen() -> None:
    """A list can have so many rows, or certain ones; the others keep their number."""
    users: list[dict[str, object]] = [
        {"id": "a", "email": "a@example.com"},
        {"id": "b", "state": None, "roles": ABSENT},
    ]
    api = SequenceAPI(10, rows={"invoices": 7, "users": users})
    assert len(api["invoices"].rows) == 7
    assert len(api["quotes"].rows) == 4
    items = {item["id"]: item for item in listed(api, "users")}
    assert items.keys() == {"a", "b"}
    assert items["a"]["email"] == "a@example.com"
    assert items["b"]["state"] is None
    assert "roles" not in items["b"]
    assert {item["createdBy"] for item in listed(api, "quotes")} <= {"a", "b"}


def test_mistakes_of_a_test_are_told() -> None:
    """A list, a field, a key or a time that cannot be is refused."""
    with pytest.raises(ValueError, match="no list invoice"):
        SequenceAPI(1, rows={"invoice": 1})
    with pytest.raises(TypeError, match="no colour"):
        SequenceAPI(1, rows={"users": [{"colour": "red"}]})
    users = SequenceAPI(1)["users"]
    with pytest.raises(TypeError, match="no colour"):
        users.add(colour="red")
    with pytest.raises(ValueError, match="already"):
        users.add(id=users.rows[0].id)
    with pytest.raises(KeyError):
        users.change("nobody")
    with pytest.raises(KeyError):
        SequenceAPI(1)["invoice"]


def test_the_same_seed_gives_the_same_rows() -> None:
    """Two accounts with one seed have the same rows, however they are looked at; others do not."""
    first, second, third = (SequenceAPI(20, rows=20, seed=seed) for seed in (1, 1, 2))
    backwards = {name: listed(second, name) for name in reversed(second.names)}
    for name in first.names:
        assert listed(first, name) == backwards[name]
        assert listed(first, name) != listed(third, name)


# What happens to rows


def what_stays(row: DescribedRow, other: dict[str, object]) -> bool:
    """Whether no change touched what stays, though an optional field may be gone."""
    fields = row.fields
    stays = {"id", "createdAt", "customerId", "versionId"} & fields.keys() & other.keys()
    return all(fields[name] == other[name] or None in (fields[name], other[name]) for name in stays)


@pytest.mark.parametrize("name", LISTS)
def test_changes(name: str) -> None:
    """A change is in the next answer, later than all before it; key and creation time stay."""
    rows = SequenceAPI(20, rows=20)[name]
    before = {row.id: row.fields for row in rows.rows}
    latest = max(row.updated for row in rows.rows)
    for row in rows.change(3):
        fields = before.pop(row.id)
        assert row.fields != fields
        assert what_stays(row, fields)
        assert row.updated > latest
        latest = row.updated
    assert len(before) == 17
    assert all(row.fields == before[row.id] for row in rows.rows if row.id in before)


def test_customers_change_without_a_trace() -> None:
    """A customer that changes has other values, and nothing on it that says when."""
    customers = SequenceAPI(20)["customers"]
    before = {row.id: row.fields for row in customers.rows}
    for row in customers.change(3):
        fields = before[row.id]
        assert row.fields["email"] != fields["email"]
        assert row.fields["createdAt"] == fields["createdAt"]


@pytest.mark.parametrize("name", DATED)
def test_certain_changes(name: str) -> None:
    """A test can say what changes, and when; else it is now."""
    rows = SequenceAPI(5, rows=5)[name]
    field = {"tax_rates": "description"}.get(name, "createdAt")
    (row,) = rows.change(rows.rows[2].id, **{field: "2001-01-01T00:00:00Z"})
    assert row.fields[field] == "2001-01-01T00:00:00Z"
    assert row.updated_at[:19] >= "2025-09-30T16:47:48"
    rows.change(row.id, updated_at="2002-01-01T00:00:00Z")
    assert row.fields["updatedAt"] == "2002-01-01T00:00:00Z"
    rows.change(row.id)
    assert row.updated_at[:4] == "2025"


@pytest.mark.parametrize("name", ["billing_schedules", "quotes"])
def test_archived_rows_say_when(api: SequenceAPI, name: str) -> None:
    """A row tells when it was archived if it is, and never if it is not."""
    for row in api[name].rows:
        assert bool(row.fields.get("archivedAt")) is row.archived


def test_rows_come_and_go() -> None:
    """New rows are the newest and refer to something; removed ones are gone."""
    with SequenceAPI(10) as api:

        def read() -> list[str]:
            query = "limit=100&excludeZeroQuantity=false"
            auth = (api.client_id, api.client_secret)
            answer = requests.get(f"{api.url}/invoices?{query}", auth=auth, timeout=5)
            return [item["id"] for item in answer.json()["items"]]

        there = read()
        new = api["invoices"].add(2, memo="new")
        assert read() == [new[1].id, new[0].id, *there]
        assert {row.fields["memo"] for row in new} == {"new"}
        assert {row.fields["customerId"] for row in new} <= {one.id for one in api.customers}
        api["invoices"].remove(there[0])
        (gone,) = api["invoices"].remove()
        assert set(read()) == {new[1].id, new[0].id, *there} - {there[0], gone.id}


def test_many_rows_are_made_quickly() -> None:
    """A hundred thousand invoices take seconds, and are drawn when they are looked at."""
    started = time.perf_counter()
    api = SequenceAPI(1000, rows={"invoices": 100_000})
    page = [row.body(VERSIONS[-1]) for row in api["invoices"].rows[-100:]]
    assert time.perf_counter() - started < 10
    assert len(set(page)) == 100
