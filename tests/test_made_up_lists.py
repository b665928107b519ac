"""Is a declaration enough to read a list, in each way that there is to read one?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import pytest
from singer_sdk import typing as th

from standins.sequence_api import SequenceAPI
from tap_sequence.singer.stream import SequenceStream
from tests.support.accounts import ids
from tests.support.sync import sync_declared

if TYPE_CHECKING:
    from tests.support.rows import Row

SCHEMA = th.PropertiesList(
    th.Property("id", th.StringType, required=True),
    th.Property("createdAt", th.DateTimeType),
    th.Property("archivedAt", th.DateTimeType),
    th.Property("legalName", th.StringType),
).to_dict()


class MadeUp(SequenceStream):
    """The customers, under another name and as another list would be declared."""

    name = "made_up"
    path = "/customers"
    primary_keys: ClassVar[tuple[str, ...]] = ("id",)
    archived = "includeArchived"
    schema: ClassVar[dict[str, Any]] = SCHEMA


class NewestFirst(MadeUp):
    """In order of creation, and read down to the bookmark."""

    ordered = True
    replication_key = "createdAt"


class Whole(MadeUp):
    """In no known order, and always read in full."""


class WholeFromBothEnds(MadeUp):
    """In order of creation, but without a time to replicate by."""

    ordered = True


class Changed(MadeUp):
    """In no known order, with a time of change."""

    replication_key = "archivedAt"


class TwoKeys(MadeUp):
    """With records that two properties together tell apart."""

    primary_keys = ("id", "legalName")


def archived(row: Row) -> str:
    """Return when a customer was archived, or an empty text."""
    return row.get("archivedAt") or ""


@pytest.mark.parametrize("declaration", [NewestFirst, Whole, WholeFromBothEnds, Changed, TwoKeys])
def test_first_read(declaration: type[MadeUp]) -> None:
    """A first run delivers the list, each record once."""
    with SequenceAPI(2000) as api:
        read_ids = sync_declared(api, declaration).ids
    assert len(read_ids) == 2000
    assert set(read_ids) == ids(api)


@pytest.mark.parametrize(
    ("declaration", "orders"),
    [
        (NewestFirst, {"DESC", "ASC"}),
        (WholeFromBothEnds, {"DESC", "ASC"}),
        (Whole, {None}),
        (Changed, {None}),
    ],
)
def test_order_that_is_asked_for(declaration: type[MadeUp], orders: set[str | None]) -> None:
    """A list that takes no order is asked for none, and read from one end."""
    with SequenceAPI(2000) as api:
        sync_declared(api, declaration)
    assert {request.query.get("sortOrder") for request in api.requests} == orders


@pytest.mark.parametrize("declaration", [Whole, WholeFromBothEnds, TwoKeys])
def test_always_in_full(declaration: type[MadeUp]) -> None:
    """A list without a replication key is delivered in full by each run."""
    with SequenceAPI(300) as api:
        first = sync_declared(api, declaration)
        again = sync_declared(api, declaration, state=first.state)
    assert sorted(again.ids) == sorted(first.ids)


def test_changed_records_alone() -> None:
    """A list with a time of change delivers what changed and what has no such time, no more."""
    with SequenceAPI(300) as api:
        first = sync_declared(api, Changed, lookback_window=0)
        again = sync_declared(api, Changed, state=first.state, lookback_window=0)
    newest = max(archived(row) for row in first.records)
    assert newest
    assert {row["id"] for row in again.records} == {
        row["id"] for row in first.records if archived(row) in {"", newest}
    }


def test_nothing_new() -> None:
    """A list that is read newest first costs one request where nothing is new."""
    with SequenceAPI(300) as api:
        state = sync_declared(api, NewestFirst).state
        before = len(api.requests)
        sync_declared(api, NewestFirst, state=state)
    assert len(api.requests) == before + 1


def test_two_keys_make_one() -> None:
    """Where two properties are the key, the target is told of both."""
    with SequenceAPI(3) as api:
        (schema,) = sync_declared(api, TwoKeys).schemas.values()
    assert [*schema["key_properties"]] == ["id", "legalName"]


@pytest.mark.parametrize("hook", ["post_process", "get_child_context", "parse_response"])
def test_a_hook_of_the_sdk_that_is_never_called_is_refused(hook: str) -> None:
    """A declaration with a hook of the SDK's that this tap doesn't call fails when it is made."""
    with pytest.raises(TypeError, match=f"Hooked: never called by this tap: {hook}"):
        type("Hooked", (SequenceStream,), {"name": "hooked", hook: lambda *_: None})
