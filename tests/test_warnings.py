"""Is what a run gets over told of in one warning, and a normal run warned of nothing?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from standins.sequence_api import VERSIONS, SequenceAPI, faults
from tap_sequence.errors import SequenceError
from tests.support.accounts import settings
from tests.support.answers import ORDERS, fail_at_end, item
from tests.support.catalogs import discovered
from tests.support.logs import warnings
from tests.support.sync import Synced, sync
from tests.support.tap import run

if TYPE_CHECKING:
    from standins.sequence_api.faults import Fault


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
    lacking = faults.answer(lambda page: page.update(items=page["items"][:6]))
    fail_at_end(api, order, lacking, skip=1)
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


@pytest.mark.parametrize("text", ["\\u0000", "\\ud83d\\ude80", "\U0001f680", "\ufffd"])
def test_storable_characters_are_no_warning(
    text: str, api: SequenceAPI, caplog: pytest.LogCaptureFixture
) -> None:
    """Text about escapes, which holds none of these characters, arrives as it is."""
    api.fail(item(legalName=text))
    assert sync(api).records[3]["legalName"] == text
    assert warnings(caplog) == []
