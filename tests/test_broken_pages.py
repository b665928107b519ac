"""Does a page that makes no sense end the run, and an empty one not?"""

from __future__ import annotations

import json
from base64 import b64decode
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from standins.sequence_api import Request, SequenceAPI, faults
from standins.sequence_api.app import cursor
from standins.sequence_api.faults import Answerer, Fault
from standins.sequence_api.messages import Answer, encoded
from tap_sequence.errors import SequenceError
from tests.support.accounts import ids, settings
from tests.support.answers import ORDERS, circle, fail_at_end, first_page_again
from tests.support.logs import warnings
from tests.support.sync import Synced, sync
from tests.support.tap import run

if TYPE_CHECKING:
    from collections.abc import Callable
    from threading import Event


@pytest.mark.parametrize("length", [1, 2], ids=["A→A", "A→B→A"])
def test_a_circle_of_pages_fails(length: int) -> None:
    """A cursor that comes a second time ends the run."""
    with SequenceAPI(450) as api:
        api.fail(circle(length), None)
        ended = run(config=settings(api))
        assert ended.failed_plainly
        assert "the API named a cursor a second time" in ended.last_line
        assert len(api.requests) == length + 1


@pytest.mark.parametrize("length", [1, 2, 5])
def test_a_circle_at_the_newest_end_fails(length: int, api: SequenceAPI) -> None:
    """A circle at the newest end of a list that is read from both ends the run."""
    fail_at_end(api, "DESC", circle(length), None, skip=1)
    with pytest.raises(SequenceError, match="the API named a cursor a second time"):
        sync(api, page_size=10)


def test_a_page_that_comes_again_and_again_fails(api: SequenceAPI) -> None:
    """A page that comes a second time ends the run, whatever cursors it names."""
    api.fail(first_page_again(), None)
    with pytest.raises(SequenceError, match="the API sent the same page a second time"):
        sync(api, page_size=10)


def test_a_last_page_that_came_before_is_noticed(caplog: pytest.LogCaptureFixture) -> None:
    """Where the last page is another one again, the customers that it lacks are missed."""
    with SequenceAPI(200) as api:
        api.fail(first_page_again(), None)
        sync(api)
    assert "100 customers, fewer than the 200" in warnings(caplog)[-1]


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (lambda page: page.pop("items") and None, "an array called items"),
        (lambda page: [page], "expected an object, got an array"),
        (lambda page: page["items"].insert(2, "planted"), "item to be an object, got a string"),
    ],
    ids=["no items", "an array", "an item that is a string"],
)
def test_a_body_that_is_no_page_fails(edit: Callable[[Any], object], words: str) -> None:
    """A 200 that is no page ends the run after one request, in words of what was expected."""
    with SequenceAPI(30) as api:
        api.fail(faults.answer(edit), None)
        ended = run(config=settings(api))
        assert ended.failed_plainly
        assert words in ended.last_line
        assert "expected" in ended.last_line
        assert "planted" not in ended.stderr
        assert len(api.requests) == 1


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (lambda page: page.update(items=None), "expected an array called items, got null"),
        (lambda page: page.update(items={}), "expected an array called items, got an object"),
        (lambda page: page.update(items="x"), "expected an array called items, got a string"),
        (lambda _: "x", "expected an object, got a string"),
        (lambda _: {"error": {"message": "x"}}, "expected an array called items"),
        (lambda page: page.update(pagination=[]), "an object called pagination, got an array"),
        (lambda page: page["pagination"].update(after=7), "after to be a string, got a number"),
        (lambda page: page["pagination"].update(after="\0"), "pagination.after without NUL"),
        (lambda page: page["pagination"].update(after="a\ud800"), "pagination.after without NUL"),
        (lambda page: page["items"].append(None), "every item to be an object, got null"),
        (lambda page: page["items"].append([]), "every item to be an object, got an array"),
        (lambda page: page["items"].append({}), "expected the key id in every item"),
        (lambda page: page["items"][0].pop("id") and None, "expected the key id in every item"),
        (lambda page: page["items"][0].update(id=None), "the key id in every item, got null"),
        (lambda page: page["items"][0].update(id=7), "the key id in every item, got a number"),
        (
            lambda page: page["items"][0].update(id=""),
            "key id in every item, got an empty string",
        ),
        (
            lambda page: page["items"][0].update(id="\0"),
            "key id in every item, got an empty string",
        ),
        (lambda page: page["items"][0].update(id=["x"]), "the key id in every item, got an array"),
    ],
)
def test_a_body_on_the_way_that_is_no_page_fails(
    edit: Callable[[Any], object], words: str, api: SequenceAPI
) -> None:
    """A body that is no page fails, says what was expected, and leaves a state."""
    first = Synced()
    fail_at_end(api, "DESC", faults.answer(edit), None, skip=4)
    with pytest.raises(SequenceError, match=words):
        sync(api, into=first, page_size=10)
    api.recover()
    second = sync(api, state=first.state, page_size=10)
    assert {*first.ids, *second.ids} == ids(api)


def empty_pages(api: SequenceAPI, order: str, number: int) -> Event:
    """Put so many empty pages, each with a cursor of its own, between two pages with customers."""

    async def send(request: Request, answer: Answerer) -> Answer:
        identity, micros, _ = b64decode(request.query["after"]).decode().rsplit("#", 2)
        identity = identity[:-1] if order == "DESC" else f"{identity}0"
        proper = answer()
        page = json.loads(proper.body)
        page["items"] = []
        page["pagination"]["after"] = cursor((int(micros), identity), order)
        return replace(proper, body=encoded(page))

    return fail_at_end(api, order, Fault(send), number, skip=4)


@pytest.mark.parametrize("order", ORDERS)
def test_an_empty_page_is_not_the_end(order: str) -> None:
    """A run goes on after empty pages that name a next one, at either end, without a warning."""
    with SequenceAPI(200) as api:
        all_sent = empty_pages(api, order, 3)
        ended = run(config=settings(api, page_size=10))
        assert [ended.exit_code, ended.warnings, all_sent.is_set()] == [0, [], True]
        assert sorted(ended.ids) == sorted(ids(api))


@pytest.mark.parametrize("number", [1, 12])
@pytest.mark.parametrize("order", ORDERS)
def test_many_empty_pages_are_not_the_end(number: int, order: str) -> None:
    """However many empty pages come in a row, the customers behind them arrive."""
    with SequenceAPI(800) as api:
        all_sent = empty_pages(api, order, number)
        assert sorted(sync(api, page_size=10).ids) == sorted(ids(api))
        assert all_sent.is_set()


def test_an_empty_page_is_not_the_end_of_what_is_new(api: SequenceAPI) -> None:
    """An incremental run goes on after an empty page too."""
    state = sync(api).state
    added = api.add(50)
    all_sent = empty_pages(api, "DESC", 1)
    read = sync(api, state=state, page_size=10, lookback_window=0).ids
    assert all_sent.is_set()
    assert {customer.id for customer in added} <= set(read)
