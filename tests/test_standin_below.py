"""Are the stand-in's lists below a parent what the documents say, and what a test makes them?"""

from __future__ import annotations

import itertools
import time
from collections import Counter, defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlencode

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st

from standins.sequence_api import VERSIONS, SequenceAPI, faults
from standins.sequence_api.lists import BELOW

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LISTS = {description.name: description for description in BELOW}
EACH = [(name, version) for name, one in LISTS.items() for version in one.versions]
PAGED = [name for name, one in LISTS.items() if one.paged]
WHOLE = [name for name, one in LISTS.items() if not one.paged and not one.single]
TOTALS = ("netTotal", "totalTax", "grossTotal")
DOCUMENTS = {
    "invoices": ("invoice_line_items", "invoice_line_item_groups"),
    "credit_notes": ("credit_note_line_items", "credit_note_line_item_groups"),
}
ADDING_UP = [(parents, name) for parents, names in DOCUMENTS.items() for name in names]
MISSING = {
    "2024-01-01": {"contacts", "invoice_currency_conversions"},
    "2024-05-09": {"invoice_currency_conversions"},
    "2024-07-30": set(),
}

Item = dict[str, Any]


@pytest.fixture(scope="module")
def api() -> Iterator[SequenceAPI]:
    """An account that no test changes."""
    with SequenceAPI(100, rows={"credit_grants": 200, "credit_notes": 200}) as started:
        yield started


def get(
    api: SequenceAPI, name: str, parent: str, version: str = VERSIONS[-1], **parameters: object
) -> requests.Response:
    """One answer, whatever it is."""
    path = LISTS[name].path.format(parent)
    return requests.get(
        f"{api.url}{path}?{urlencode(parameters)}",
        auth=(api.client_id, api.client_secret),
        headers={"Sequence-Version": version},
        timeout=5,
    )


def read(api: SequenceAPI, name: str, parent: str, **parameters: Any) -> list[Item]:
    """What there is below a parent: the items of all pages, or the one object."""
    items: list[Item] = []
    if LISTS[name].paged:
        parameters = {"limit": 100, **parameters}
    while True:
        page = get(api, name, parent, **parameters).json()
        items += page.get("items", [page])
        if not (after := page.get("pagination", {}).get("after")):
            return items
        parameters["after"] = after


def of(api: SequenceAPI, name: str, parent: str, version: str = VERSIONS[-1]) -> list[Item]:
    """What there is below a parent, without a request."""
    return cast("list[Item]", api.below(name).of(parent, version))


def parents(api: SequenceAPI, name: str) -> list[str]:
    """The ids of a list's parents, oldest first."""
    return [row.id for row in api[LISTS[name].parent].rows]


def ids(items: list[Item]) -> list[str]:
    """The ids of items."""
    return [item["id"] for item in items]


def summed(items: list[Item]) -> list[Decimal]:
    """The totals of all lines."""
    return [sum((Decimal(item[name]) for item in items), Decimal(0)) for name in TOTALS]


def totals(item: Item) -> list[Decimal]:
    """A document's own totals."""
    return [Decimal(item[name]) for name in TOTALS]


def walked(value: object, path: str = "") -> Iterator[tuple[str, object]]:
    """All values in an item, by their paths."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from walked(inner, f"{path}.{name}".lstrip("."))
    elif isinstance(value, list):
        for inner in value:
            yield from walked(inner, f"{path}[]")
    if path and not path.endswith("[]"):
        yield path, value


# What is served


def test_names(api: SequenceAPI) -> None:
    """The lists below a parent have names of their own, and are had by them."""
    assert api.names_below == tuple(LISTS)
    assert not {*api.names_below} & {*api.names, *api.logs}
    assert api["contacts"] is api.below("contacts")
    with pytest.raises(KeyError):
        api.below("invoices")


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", LISTS)
def test_each_version_has_its_lists(api: SequenceAPI, name: str, version: str) -> None:
    """A list is there in the versions that document it; in others it answers 404."""
    parent = parents(api, name)[-1]
    missing = name in MISSING[version]
    assert get(api, name, parent, version).status_code == (404 if missing else 200)
    assert not missing or of(api, name, parent, version) == []


@pytest.mark.parametrize(("name", "version"), EACH)
def test_items_have_the_fields_of_their_version(api: SequenceAPI, name: str, version: str) -> None:
    """Items have each field that their version describes, nested ones too, and no other."""
    described = dict(LISTS[name].shape.paths(version))
    values = defaultdict(list)
    items: list[Any] = api.below(name).listed(version)
    for path, value in itertools.chain.from_iterable(map(walked, items)):
        values[path].append(value)
    free = {path for path in values if ".customFields[]" in path and path not in described}
    assert values.keys() - free == described.keys()
    for path, letter in described.items():
        assert letter != "R" or None not in values[path], path
        if "." not in path and "[" not in path:
            there = sum(path in item for item in items)
            assert there == len(items) if letter == "R" else 0 < there < len(items), path


@pytest.mark.parametrize("name", LISTS)
def test_what_is_served_is_what_is_listed(api: SequenceAPI, name: str) -> None:
    """Requests get what `of` says, and all of `of` is what `listed` says, newest parent first."""
    items: list[Item] = []
    for parent in reversed(parents(api, name)):
        items += of(api, name, parent)
    assert api.below(name).listed() == items
    switch: dict[str, Any] = {"includeArchived": "true"} if name == "contacts" else {}
    for parent in parents(api, name)[-20:]:
        assert read(api, name, parent, **switch) == of(api, name, parent)


@pytest.mark.parametrize("name", WHOLE)
def test_lists_that_come_whole(api: SequenceAPI, name: str) -> None:
    """A list without pages is answered as items alone, and takes no `limit`."""
    parent = parents(api, name)[-1]
    assert get(api, name, parent).json().keys() == {"items"}
    answer = get(api, name, parent, limit=100, after="x")
    assert [error["key"] for error in answer.json()["errors"]] == ["limit", "after"]


@pytest.mark.parametrize("name", LISTS)
def test_ids(api: SequenceAPI, name: str) -> None:
    """Ids are of one parent alone, but those of balances: two customers can have one currency."""
    items: list[Any] = api.below(name).listed()
    unique = len(set(ids(items))) == len(items)
    assert unique is (name != "credit_balances")


def test_how_many_there_are() -> None:
    """Most parents have a few rows, some have none, and some have more than a page."""
    api = SequenceAPI(300)
    for name in ("contacts", "credit_balances", "invoice_currency_conversions", *DOCUMENTS):
        for below in DOCUMENTS.get(name, (name,))[:1]:
            sizes = Counter(len(of(api, below, parent)) for parent in parents(api, below))
            assert sizes[0] > 0, below
            assert sizes[1] + sizes[2] + sizes[3] > 20, below
    sizes = Counter(len(of(api, "invoice_line_items", one.id)) for one in api["invoices"].rows)
    assert 2 <= sum(number for size, number in sizes.items() if size > 100) <= 15


def test_the_same_seed_gives_the_same_rows() -> None:
    """Two accounts with one seed have the same rows below their parents, others have not."""
    first, second, third = (SequenceAPI(20, seed=seed) for seed in (1, 1, 2))
    for name in reversed(first.names_below):
        assert first.below(name).listed() == second.below(name).listed()
        assert first.below(name).listed() != third.below(name).listed()


# Parents


@pytest.mark.parametrize("name", LISTS)
def test_parents_that_are_not_there(name: str) -> None:
    """A parent that was removed, or never was, answers 404; so does a path to nothing."""
    with SequenceAPI(20) as api:
        parent = parents(api, name)[3]
        assert get(api, name, parent).status_code == 200
        api[LISTS[name].parent].remove(parent)
        for gone in (parent, "never"):
            answer = get(api, name, gone)
            assert answer.status_code == 404
            assert answer.json()["error"].keys() == {"type", "message", "errors"}
        assert get(api, name, parents(api, name)[3] + "/x").status_code == 404
        with pytest.raises(KeyError):
            api.below(name).of(parent)


@pytest.mark.parametrize("name", LISTS)
def test_hidden_parents_answer(name: str) -> None:
    """What is below an archived parent, or one without a quantity, is there."""
    with SequenceAPI(60) as api:
        rows = api[LISTS[name].parent].rows
        hidden = [row.id for row in rows if row.archived or row.empty]
        assert hidden or LISTS[name].parent == "credit_notes"
        assert {get(api, name, parent).status_code for parent in hidden} <= {200}


def test_balances_are_of_grants() -> None:
    """A customer has a balance for each currency or metric of its grants, and none without."""
    with SequenceAPI(20, rows={"credit_grants": 60}) as api:
        grants = defaultdict(set)
        for row in api["credit_grants"].rows:
            grants[row.fields["customerId"]].add(row.id)
        for customer in api.customers:
            items = read(api, "credit_balances", customer.id)
            held = [grant for item in items for grant in item["grants"]]
            assert set(ids(held)) == grants[customer.id]
            for item in items:
                left = sum(Decimal(grant["currentBalance"]) for grant in item["grants"])
                assert Decimal(item["balance"]) == left
        (new,) = api["credit_grants"].add(customer_id=api.customers[0].id, currency="CHF")
        items = read(api, "credit_balances", api.customers[0].id)
        assert new.id in {grant["id"] for item in items for grant in item["grants"]}


def test_archived_contacts_are_hidden(api: SequenceAPI) -> None:
    """Archived contacts are listed with `includeArchived` alone."""
    found = 0
    for customer in api.customers[:30]:
        every = ids(read(api, "contacts", customer.id, includeArchived="true"))
        shown = ids(read(api, "contacts", customer.id))
        archived = [one["id"] for one in of(api, "contacts", customer.id) if one.get("archivedAt")]
        assert set(every) - set(shown) == set(archived)
        assert ids(cast("list[Item]", api["contacts"].of(customer.id, include_archived=False))) == (
            shown
        )
        found += len(archived)
    assert found


def test_a_detail_shows_what_the_list_shows(api: SequenceAPI) -> None:
    """An invoice on its own has every field of the list's item with the same value, and more."""
    for version, more in zip(VERSIONS, (True, False, True), strict=True):
        found = set()
        for row in api["invoices"].rows[:50]:
            item = cast("Item", row.item(version))
            (detail,) = of(api, "invoice_details", row.id, version)
            assert {name: detail[name] for name in item} == item
            found |= detail.keys() - item.keys()
        assert bool(found) is more


# Pages


@pytest.mark.parametrize("name", PAGED)
def test_pages(name: str) -> None:
    """Pages of any size hold each row once, in one order, which can be turned round."""
    with SequenceAPI(20) as api:
        parent = parents(api, name)[5]
        api.below(name).give(parent, 230)
        keys = ids(read(api, name, parent))
        assert keys == ids(of(api, name, parent))
        assert len(set(keys)) == 230
        assert ids(read(api, name, parent, limit=33)) == keys
        assert ids(read(api, name, parent, sortOrder="ASC")) == keys[::-1]
        page = get(api, name, parent).json()
        assert len(page["items"]) == 20
        assert page["pagination"]["totalResultSize"] == 230


@pytest.mark.parametrize("name", PAGED)
def test_cursors_belong_to_a_parent_and_an_order(name: str) -> None:
    """A cursor of another parent, of another list or of another order is refused."""
    with SequenceAPI(20) as api:
        one, other = parents(api, name)[:2]
        api.below(name).give(one, 5)
        api.below(name).give(other, 5)
        cursor = get(api, name, one, limit=2).json()["pagination"]["after"]
        assert len(get(api, name, one, after=cursor).json()["items"]) == 3
        assert get(api, name, other, after=cursor).status_code == 400
        assert get(api, name, one, after=cursor, sortOrder="ASC").status_code == 400
        for beside in PAGED:
            if beside != name and LISTS[beside].parent == LISTS[name].parent:
                assert get(api, beside, one, after=cursor).status_code == 400


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("contacts", {"includeArchived": "yes"}),
        ("contacts", {"sortOrder": "ASC"}),
        ("invoice_line_items", {"limit": "0"}),
        ("invoice_line_items", {"includeArchived": "true"}),
        ("invoice_line_item_groups", {"sortBy": "index"}),
        ("invoice_details", {"limit": "1"}),
        ("credit_note_line_items", {"sortOrder": "up"}),
    ],
)
def test_wrong_parameters(api: SequenceAPI, name: str, wrong: dict[str, str]) -> None:
    """What a list does not document, or a value that can't be, is refused by name."""
    answer = get(api, name, parents(api, name)[0], **wrong)
    assert answer.status_code == 400
    assert [error["key"] for error in answer.json()["errors"]] == list(wrong)


# Sums


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(("documents", "name"), ADDING_UP)
def test_lines_add_up(api: SequenceAPI, documents: str, name: str, version: str) -> None:
    """The lines of a document, and its groups, come to the document's totals, to the last digit."""
    for row in api[documents].rows:
        assert summed(of(api, name, row.id, version)) == totals(cast("Item", row.item(version)))


def test_lines_name_their_group(api: SequenceAPI) -> None:
    """Where there are several groups, a group's totals are those of the lines that name it."""
    several = 0
    for row in api["invoices"].rows[:200]:
        lines = of(api, "invoice_line_items", row.id)
        groups = of(api, "invoice_line_item_groups", row.id)
        named = [line for line in lines if line.get("groupId")]
        if len(named) == len(lines) and len(groups) > 1:
            several += 1
            for group in groups:
                inside = [line for line in lines if line["groupId"] == group["id"]]
                assert summed(inside) == totals(group)
    assert several


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.sampled_from(["recalculate", "redraw", "total", "pay", "number", "none", "rows"]),
        max_size=6,
    ),
    st.integers(0, 79),
    st.sampled_from(sorted(DOCUMENTS)),
)
def test_lines_add_up_whatever_happens(happens: list[str], place: int, documents: str) -> None:
    """Recalculated, changed or said by a test: lines and groups come to their document's totals."""
    api = SequenceAPI(20, rows={documents: 80})
    row = api[documents].rows[place]
    lines, groups = map(api.below, DOCUMENTS[documents])
    change: dict[str, Callable[[], object]] = {
        "recalculate": lambda: api[documents].change(row.id),
        "redraw": lambda: lines.change(row.id),
        "total": lambda: api[documents].change(row.id, net_total="12.00"),
        "pay": lambda: api[documents].change(row.id, memo="paid"),
        "number": lambda: lines.give(row.id, 120),
        "none": lambda: api[documents].change(row.id, net_total="0", total_tax="0"),
        "rows": lambda: lines.give(row.id, [{"net_total": "-7.125"}, {}]),
    }
    for name in happens:
        change[name]()
        for version in VERSIONS:
            own = totals(cast("Item", row.item(version)))
            assert summed(cast("list[Item]", lines.of(row.id, version))) == own
            assert summed(cast("list[Item]", groups.of(row.id, version))) == own


def test_an_invoice_whose_totals_are_given() -> None:
    """An invoice with totals of a test's own has lines, and they add up; so after each change."""
    given_totals = {"net_total": "12.00", "total_tax": "2.4", "gross_total": "14.40"}
    api = SequenceAPI(5, rows={"invoices": [given_totals] * 60})
    for _ in range(3):
        for row in api["invoices"].rows:
            items = of(api, "invoice_line_items", row.id)
            assert items
            assert summed(items) == [Decimal("12.00"), Decimal("2.4"), Decimal("14.40")]
        api["invoices"].change(60)


# What happens


@pytest.mark.parametrize("documents", DOCUMENTS)
def test_recalculation(documents: str) -> None:
    """Drawn anew, some lines keep their ids, some get new ones, some vanish, now and then all."""
    api = SequenceAPI(50, rows={documents: 300})
    name = DOCUMENTS[documents][0]
    before = {parent: set(ids(of(api, name, parent))) for parent in parents(api, name)}
    api[documents].change(300)
    after = {parent: set(ids(of(api, name, parent))) for parent in parents(api, name)}
    there = [parent for parent in before if before[parent]]
    assert sum(bool(before[one] & after[one]) for one in there) > 150
    assert sum(bool(after[one] - before[one]) for one in there) > 100
    assert sum(bool(before[one] - after[one]) for one in there) > 100
    assert 5 < sum(not after[one] for one in there) < 60
    for row in api[documents].rows:
        if not after[row.id]:
            assert totals(row.fields) == [0, 0, 0]


def test_other_changes_leave_the_lines() -> None:
    """A change of certain fields leaves the lines as they are."""
    api = SequenceAPI(5)
    invoice = api["invoices"].rows[0].id
    before = {name: of(api, name, invoice) for name in DOCUMENTS["invoices"]}
    api["invoices"].change(invoice, payment_status="PAID")
    assert {name: of(api, name, invoice) for name in DOCUMENTS["invoices"]} == before
    assert of(api, "invoice_details", invoice)[0]["paymentStatus"] == "PAID"


@pytest.mark.parametrize("name", LISTS)
def test_rows_change_by_themselves(name: str) -> None:
    """Rows can be drawn anew without a trace on their parent."""
    api = SequenceAPI(20, rows={"credit_grants": 60, "credit_notes": 60})
    row = next(row for row in reversed(api[LISTS[name].parent].rows) if of(api, name, row.id))
    fields, before = row.fields, of(api, name, row.id)
    api.below(name).change(row.id)
    assert of(api, name, row.id) != before
    assert row.fields == fields


def test_changed_contacts_say_when() -> None:
    """A contact that changes keeps its id and its creation time, and is the last that changed."""
    api = SequenceAPI(50)
    customer = next(row.id for row in api.customers if len(of(api, "contacts", row.id)) > 1)
    everything = cast("list[Item]", api["contacts"].listed())
    latest = max(item["updatedAt"] for item in everything)
    assert all(item["createdAt"] <= item["updatedAt"] for item in everything)
    before = {item["id"]: item for item in of(api, "contacts", customer)}
    api["contacts"].change(customer)
    after = {item["id"]: item for item in of(api, "contacts", customer)}
    assert before.keys() <= after.keys()
    for key, item in before.items():
        assert after[key]["createdAt"] == item["createdAt"]
        assert after[key]["updatedAt"] > latest


def test_rows_can_be_given() -> None:
    """A test says which rows there are, and what is in them; the rest is drawn."""
    with SequenceAPI(5) as api:
        customer, invoice = api.customers[0].id, api["invoices"].rows[0].id
        api["contacts"].give(customer, [{"id": "a", "email": "a@example.com"}, {"name": "B"}])
        contacts = read(api, "contacts", customer, includeArchived="true")
        assert {item["email"] for item in contacts if item["id"] == "a"} == {"a@example.com"}
        assert [item["name"] for item in contacts if item["id"] != "a"] == ["B"]

        api["invoice_line_items"].give(
            invoice,
            [
                {"net_total": "1.10", "total_tax": "0.1", "gross_total": "1.20", "group_id": "g"},
                {"net_total": "2", "total_tax": "0", "gross_total": "2", "group_id": "h"},
            ],
        )
        assert ids(read(api, "invoice_line_item_groups", invoice)) == ["h", "g"]
        shown = api["invoices"].rows[0].fields
        assert totals(shown) == [Decimal("3.1"), Decimal("0.1"), Decimal("3.2")]

        api["credit_balances"].give(customer, [{"id": "GBP", "balance": "5.50"}])
        assert read(api, "credit_balances", customer)[0]["balance"] == "5.50"
        api["invoice_details"].give(invoice, [{"balance": "0.01"}])
        assert read(api, "invoice_details", invoice)[0]["balance"] == "0.01"


@pytest.mark.parametrize("name", [name for name in LISTS if name != "invoice_details"])
def test_numbers_can_be_given(name: str) -> None:
    """A test says how many rows one parent has; none is a number too."""
    api = SequenceAPI(5)
    parent = parents(api, name)[0]
    for number in (7, 0, 3):
        api.below(name).give(parent, number)
        assert len(of(api, name, parent)) == number


def test_mistakes_of_a_test_are_told() -> None:
    """A parent, a field or a number that cannot be is refused."""
    api = SequenceAPI(5)
    invoice = api["invoices"].rows[0].id
    with pytest.raises(KeyError):
        api["contacts"].give("nobody", 3)
    with pytest.raises(KeyError):
        api["contacts"].change("nobody")
    with pytest.raises(TypeError, match="no colour"):
        api["invoice_line_items"].give(invoice, [{"colour": "red"}])
    with pytest.raises(ValueError, match="one object"):
        api["invoice_details"].give(invoice, 2)


# Requests


def test_requests_are_counted_by_list() -> None:
    """`counts` tells how often each list was asked, and a list which parents it was asked for."""
    with SequenceAPI(5) as api:
        one, other = parents(api, "invoice_line_items")[:2]
        for parent in (one, other, one):
            get(api, "invoice_line_items", parent, limit=7)
        get(api, "invoice_details", other)
        assert api.counts == {"invoice_line_items": 3, "invoice_details": 1}
        lines = api["invoice_line_items"]
        assert [lines.parent(request) for request in lines.requests] == [one, other, one]
        assert not any(lines.concerns(request) for request in api["invoice_details"].requests)
        with pytest.raises(ValueError, match="is no invoice_line_items"):
            lines.parent(api["invoice_details"].requests[0])


def test_something_happens_to_one_list() -> None:
    """A fault can be for one list below a parent, whichever the parent."""
    with SequenceAPI(5) as api:
        lines, parent = api["invoice_line_items"], parents(api, "invoice_line_items")[0]
        api.fail(faults.status(503), when=lines.concerns)
        api.fail(faults.before(lambda: lines.give(parent, 2)), when=lines.concerns)
        assert get(api, "invoice_line_item_groups", parent).status_code == 200
        assert get(api, "invoice_line_items", parent).status_code == 503
        assert len(read(api, "invoice_line_items", parent)) == 2


def test_rows_can_be_kept_as_json() -> None:
    """What is rendered ahead is answered as before."""
    with SequenceAPI(5) as api:
        parent = parents(api, "invoice_line_items")[0]
        before = read(api, "invoice_line_items", parent)
        api.warm("invoice_line_items", "contacts")
        assert read(api, "invoice_line_items", parent) == before


def test_rows_below_many_parents_cost_nothing_until_asked() -> None:
    """A hundred thousand invoices are made in seconds, and the lines of some in a moment."""
    started = time.perf_counter()
    api = SequenceAPI(1000, rows={"invoices": 100_000})
    found = [of(api, "invoice_line_items", row.id) for row in api["invoices"].rows[-300:]]
    assert time.perf_counter() - started < 10
    assert len(found) == 300
