"""Does the stand-in keep to what the API's documents say of each list?"""

from __future__ import annotations

import contextlib
import itertools
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlencode

import pytest
import requests

from standins.sequence_api import VERSIONS, SequenceAPI, faults

if TYPE_CHECKING:
    from collections.abc import Iterator

NAMES = SequenceAPI(0).names
ORDERED = ("customers", "invoices", "credit_notes", "billing_schedules", "quotes")
UNORDERED = [name for name in NAMES if name not in ORDERED]
PAGED = [name for name in NAMES if name != "seat_balances"]
MISSING = {
    "2024-01-01": {"quotes", "usage_metrics", "seat_metrics"},
    "2024-05-09": {"quotes", "usage_metrics", "tax_rates", "tax_registrations"},
    "2024-07-30": set(),
}
SWITCHES = {
    "customers": "includeArchived",
    "billing_schedules": "includeArchivedSchedules",
    "quotes": "includeArchived",
    "list_prices": "includeArchived",
}


class Client:
    """A client of one list, which asserts nothing but that it gets pages.

    Attributes:
        version: The version that is asked for.
        usual: What is sent where a test says nothing else: all rows, a hundred to a page.
    """

    def __init__(self, api: SequenceAPI, name: str, version: str = VERSIONS[-1]) -> None:
        self.api = api
        self.list = api[name]
        self.version = version
        self.usual: dict[str, object] = {"limit": 100} if name in PAGED else {}
        if name in SWITCHES:
            self.usual[SWITCHES[name]] = "true"
        if name == "invoices":
            self.usual["excludeZeroQuantity"] = "false"

    def of(self, name: str) -> Self:
        """A client of another list."""
        return type(self)(self.api, name, self.version)

    def get(self, **parameters: object) -> requests.Response:
        """One answer, whatever it is."""
        return requests.get(
            f"{self.api.url}{self.list.endpoint.path}?{urlencode(parameters)}",
            auth=(self.api.client_id, self.api.client_secret),
            headers={"Sequence-Version": self.version},
            timeout=5,
        )

    def page(self, **parameters: object) -> dict[str, Any]:
        """One answer, decoded; anything but a page is an error."""
        answer = self.get(**{**self.usual, **parameters})
        assert answer.status_code == 200, answer.text
        page: dict[str, Any] = answer.json()
        return page

    def pages(self, **parameters: object) -> Iterator[list[str]]:
        """The keys of one page after the other."""
        key = "versionId" if self.list.endpoint.name == "tax_rates" else "id"
        while True:
            page = self.page(**parameters)
            yield [item[key] for item in page["items"]]
            if not (after := page["pagination"].get("after")):
                return
            parameters["after"] = after

    def keys(self, **parameters: object) -> list[str]:
        """The keys of all pages."""
        return list(itertools.chain(*self.pages(**parameters)))

    def refused(self, **parameters: object) -> list[str]:
        """Which parameters an answer refuses."""
        answer = self.get(**parameters)
        assert answer.status_code == 400, answer.text
        return [error["key"] for error in answer.json()["errors"]]


@contextlib.contextmanager
def serving(name: str, rows: int = 30) -> Iterator[Client]:
    """A client of a list that has so many rows, as all others have."""
    with SequenceAPI(rows, rows=rows) as api:
        yield Client(api, name)


@pytest.fixture(scope="module")
def api() -> Iterator[SequenceAPI]:
    """An account that no test changes, with a hundred rows in every list."""
    with SequenceAPI(100, rows=100) as started:
        yield started


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", NAMES)
def test_each_version_has_its_lists(api: SequenceAPI, name: str, version: str) -> None:
    """A list is there in the versions that document it; in others it answers 404."""
    answer = Client(api, name, version).get()
    if name not in MISSING[version]:
        assert answer.status_code == 200
        assert answer.json()["items"]
        return
    assert answer.status_code == 404
    assert answer.json()["error"].keys() == {"type", "message", "errors"}
    assert answer.headers["Sequence-Version"] == version


# Pages and their order


@pytest.mark.parametrize("name", PAGED)
def test_pages_hold_each_row_once(api: SequenceAPI, name: str) -> None:
    """Pages of any size hold each row once, in one order."""
    client = Client(api, name)
    keys = client.keys()
    assert sorted(keys) == sorted(row.id for row in api[name].rows)
    for limit in (13, 50, 99):
        assert client.keys(limit=limit) == keys


@pytest.mark.parametrize("name", ORDERED)
def test_ordered_lists_are_in_order(api: SequenceAPI, name: str) -> None:
    """A list with a documented order has the newest rows first, and can be turned round."""
    client = Client(api, name)
    oldest = [row.id for row in sorted(api[name].rows, key=lambda row: (row.micros, row.id))]
    assert client.keys() == client.keys(sortOrder="DESC") == oldest[::-1]
    assert client.keys(sortOrder="ASC", limit=30) == oldest


@pytest.mark.parametrize("name", UNORDERED)
def test_other_lists_are_in_no_order(api: SequenceAPI, name: str) -> None:
    """Where no order is documented, it is neither by time nor by key, and can't be chosen."""
    client = Client(api, name)
    keys = client.keys()
    times = {row.id: row.micros for row in api[name].rows}
    assert 25 < sum(times[one] < times[other] for one, other in itertools.pairwise(keys)) < 75
    assert 25 < sum(one < other for one, other in itertools.pairwise(keys)) < 75
    if name != "prices":
        assert client.refused(sortOrder="DESC") == ["sortOrder"]


def test_prices_can_be_turned_round_in_the_latest_version(api: SequenceAPI) -> None:
    """Prices take `sortOrder` in the latest version alone, for an order that tells nothing."""
    assert Client(api, "prices").keys(sortOrder="ASC") == Client(api, "prices").keys()[::-1]
    for version in VERSIONS[:2]:
        assert Client(api, "prices", version).refused(sortOrder="ASC") == ["sortOrder"]


@pytest.mark.parametrize("name", UNORDERED)
def test_new_rows_land_anywhere(name: str) -> None:
    """Where there is no order, new rows are neither first nor last."""
    with serving(name) as client:
        new = {row.id for row in client.list.add(30)}
        assert 5 < sum(key in new for key in client.keys()[:30]) < 25


@pytest.mark.parametrize("name", PAGED)
def test_what_happens_while_paging_shifts_nothing(name: str) -> None:
    """Rows that stay are read once, though others come, change and go between the pages."""
    with serving(name, rows=40) as client:
        stay = {row.id for row in client.list.rows}
        read: list[str] = []
        for page in client.pages(limit=7):
            read += page
            for gone in sorted(stay.difference(read))[:1]:
                client.list.remove(gone)
                stay.remove(gone)
                client.list.add(3)
                client.list.change(3)
        assert len(read) == len(set(read))
        assert stay <= set(read)


@pytest.mark.parametrize("name", PAGED)
def test_cursors_belong_to_a_list_and_its_order(api: SequenceAPI, name: str) -> None:
    """A cursor of another list, or of another order, is refused."""
    client = Client(api, name)
    cursor = client.page(limit=1)["pagination"]["after"]
    assert client.page(after=cursor)["items"]
    for other in PAGED:
        if other != name:
            assert client.of(other).refused(after=cursor) == ["after"]
    if name in (*ORDERED, "prices"):
        assert client.refused(after=cursor, sortOrder="ASC") == ["after"]


def test_seat_balances_come_whole(api: SequenceAPI) -> None:
    """Seat balances take neither `limit` nor a cursor, and their pagination has none."""
    client = Client(api, "seat_balances")
    page = client.page()
    assert len(page["items"]) == 100
    assert page["pagination"] == {"totalResultSize": 100}
    assert client.refused(limit=100, after="x", before="x") == ["limit", "after", "before"]


def test_seat_balances_can_come_in_pages() -> None:
    """They can come in pages all the same: `after` leads to the next, or to the same again."""
    with serving("seat_balances") as client:
        client.list.cut = "led"
        first, second = client.pages()
        assert (len(first), len({*first, *second})) == (20, 30)
        client.list.cut = "stuck"
        once, again = itertools.islice(client.pages(), 2)
        assert once == again == first


# What is refused


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", NAMES)
def test_undocumented_parameters(api: SequenceAPI, name: str, version: str) -> None:
    """What a version does not document is refused by name, and so is a value that cannot be."""
    client = Client(api, name, version)
    if name in MISSING[version]:
        return
    assert client.refused(colour="red", updatedAfter="2025-01-01") == ["colour", "updatedAfter"]
    if name in PAGED:
        assert client.refused(limit=101) == ["limit"]
        assert client.refused(after="MDE4NDUy") == ["after"]
    if name in ORDERED:
        assert client.refused(sortBy="createdAt", sortOrder="up") == ["sortBy", "sortOrder"]


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("billing_schedules", {"includeArchivedSchedules": "yes"}),
        ("billing_schedules", {"includeArchived": "true"}),
        ("billing_schedules", {"startingBefore": "2025-1-1"}),
        ("customer_aliases", {"includeArchived": "true"}),
        ("invoices", {"excludeZeroQuantity": "False"}),
        ("invoices", {"invoiceStatus": "PAID"}),
        ("invoices", {"dueBefore": "2025-01-01T00:00:00Z"}),
        ("invoices", {"netTotal": "1,5"}),
        ("list_prices", {"includeArchived": "1"}),
        ("quotes", {"includeArchivedSchedules": "true"}),
        ("seat_balances", {"customerIds": ",".join("a" * 26)}),
    ],
)
def test_wrong_values(api: SequenceAPI, name: str, wrong: dict[str, str]) -> None:
    """A parameter of another list, or a value that its type rules out, is refused."""
    assert Client(api, name).refused(**wrong) == list(wrong)


@pytest.mark.parametrize(
    ("name", "parameter"),
    [
        ("customer_aliases", "value"),
        ("invoices", "excludeInvoiceStatus"),
        ("credit_notes", "searchCreditNoteNumber"),
        ("billing_schedules", "endingAfter"),
        ("billing_products", "name"),
        ("seat_balances", "customerIds"),
    ],
)
def test_parameters_of_the_latest_version_alone(
    api: SequenceAPI, name: str, parameter: str
) -> None:
    """What only the latest version documents is refused by the others."""
    for version in VERSIONS[:2]:
        assert Client(api, name, version).refused(**{parameter: "x"}) == [parameter]


# What is shown


@pytest.mark.parametrize("name", SWITCHES)
def test_archived_rows_are_hidden(name: str) -> None:
    """Archived rows are listed with the list's own switch alone."""
    with serving(name) as client:
        archived = {row.id for row in client.list.archive(3) + client.list.rows if row.archived}
        switch = SWITCHES[name]
        assert len(archived) >= 3
        assert archived <= set(client.keys(**{switch: "true"}))
        assert archived.isdisjoint(client.keys(**{switch: "false"}))
        del client.usual[switch]
        assert archived.isdisjoint(client.keys())
        assert len(client.list.listed(include_archived=False)) == 30 - len(archived)


@pytest.mark.parametrize(("name", "hidden"), [("invoices", True), ("seat_balances", False)])
def test_rows_without_a_quantity(api: SequenceAPI, name: str, *, hidden: bool) -> None:
    """Rows without a quantity are hidden on demand; and where the default is not documented."""
    client = Client(api, name)
    empty = {row.id for row in api[name].rows if row.empty}
    assert empty
    assert empty <= set(client.keys(excludeZeroQuantity="false"))
    assert empty.isdisjoint(client.keys(excludeZeroQuantity="true"))
    client.usual.pop("excludeZeroQuantity", None)
    assert empty.isdisjoint(client.keys()) is hidden


@pytest.mark.parametrize(
    ("name", "parameter", "field"),
    [
        ("invoices", "customerId", "customerId"),
        ("invoices", "invoiceCurrency", "currency"),
        ("invoices", "netTotal", "netTotal"),
        ("invoices", "dueBefore", "dueDate"),
        ("credit_notes", "creditNoteStatus", "status"),
        ("prices", "productId", "productId"),
        ("products", "name", "name"),
        ("quotes", "createdBy", "createdBy"),
        ("usage_metrics", "aggregationType", "aggregationType"),
    ],
)
def test_filters(api: SequenceAPI, name: str, parameter: str, field: str) -> None:
    """A filter gives some rows, and `listed` the same."""
    values = [row.fields[field] for row in api[name].rows if row.fields.get(field)]
    value = str(sorted(map(str, values))[50 if parameter == "dueBefore" else -1])
    chosen: dict[str, Any] = {parameter: value}
    items = Client(api, name).page(**chosen)["items"]
    assert 0 < len(items) < 100
    if parameter == "dueBefore":
        assert all(item[field] < value for item in items)
    else:
        assert {str(item[field]) for item in items} == {value}
    assert len(api[name].listed(**chosen)) == len(items)


def test_requests_are_counted_by_list() -> None:
    """`counts` tells how often each list was asked, and a list has its own log of requests."""
    with serving("users") as client:
        client.keys(limit=10)
        client.of("quotes").get()
        assert client.api.counts == {"users": 3, "quotes": 1}
        assert [request.query["limit"] for request in client.list.requests] == ["10"] * 3


def test_something_happens_to_a_list_between_two_requests() -> None:
    """A fault can be for one list, and change it when a certain page is asked for."""
    with serving("invoices") as client:
        client.api.fail(faults.before(client.list.add), when=client.list.concerns, skip=1)
        client.of("users").keys()
        sizes = [client.page(limit=1)["pagination"]["totalResultSize"] for _ in range(2)]
        assert sizes == [30, 31]
