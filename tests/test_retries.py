"""Does the tap get every customer through faults that pass, and give up on those that don't?"""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from standins.sequence_api import Request, SequenceAPI, faults
from standins.sequence_api.faults import Fault
from tap_sequence.api import retries
from tap_sequence.errors import SequenceError
from tests.support.accounts import KEY, ids, settings
from tests.support.answers import ORDERS, fail_at_end, first_tries
from tests.support.servers import CLOSED, WHOLE, endlessly, nobody_listening, serving
from tests.support.sync import Synced, sync
from tests.support.tap import run
from tests.support.waits import over_at_once

if TYPE_CHECKING:
    from collections.abc import Iterable

    from standins.sequence_api.faults import Answerer
    from standins.sequence_api.messages import Answer


HTML = "<html><body><h1>The gateway is upset</h1></body></html>"

DOCUMENTED = {"error": {"type": "Broken", "message": "a wheel came off", "errors": []}}


@pytest.mark.parametrize("status", [408, 425, 500, 502, 503, 504])
@pytest.mark.parametrize("body", [None, HTML, DOCUMENTED], ids=["no body", "HTML", "JSON"])
@pytest.mark.parametrize("order", ORDERS)
def test_a_server_error_is_tried_again(
    status: int, body: str | dict[str, Any] | None, order: str, waits: list[float]
) -> None:
    """An error that can pass, whatever its body, at either end of the list costs one wait alone."""
    with SequenceAPI(200) as api:
        fail_at_end(api, order, faults.status(status, body), skip=4)
        assert sorted(sync(api, page_size=10).ids) == sorted(ids(api))
        assert len(waits) == 1


def test_a_bad_gateway_is_tried_again() -> None:
    """A run that meets a gateway's HTML pages goes on when they are over, and has all customers."""
    with SequenceAPI(250) as api:
        api.fail(faults.status(502, HTML), times=3, skip=1)
        ended = run(config=settings(api))
        assert ended.exit_code == 0
        assert [len(ended.waits), len(ended.warnings)] == [3, 3]
        assert sorted(ended.ids) == sorted(ids(api))


@pytest.mark.parametrize("skip", [0, 5], ids=["at first", "on the way"])
@pytest.mark.parametrize("order", ORDERS)
def test_an_outage_of_two_minutes_is_waited_for(order: str, skip: int, waits: list[float]) -> None:
    """An API that is down until more than two minutes were waited costs no customer."""

    async def send(_: Request, answer: Answerer) -> Answer:
        return replace(answer(), status=503) if sum(waits) <= 120 else answer()

    with SequenceAPI(200) as api:
        fail_at_end(api, order, Fault(send), None, skip=skip)
        assert sorted(sync(api, page_size=10).ids) == sorted(ids(api))
        assert 120 < sum(waits) < 600


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (
            faults.status(500, DOCUMENTED),
            "GET /customers: 500 Internal Server Error (Broken)",
        ),
        (faults.body(HTML), "GET /customers: 200, but no JSON"),
    ],
    ids=["an outage", "a page of a gateway"],
)
def test_an_outage_for_ever_fails(fault: Fault, words: str) -> None:
    """After tries for more than two minutes and less than an hour the run fails in plain words."""
    with SequenceAPI(250) as api:
        api.fail(fault, None, skip=1)
        ended = run(config=settings(api))
        assert ended.exit_code == 1
        assert 120 < sum(ended.waits) < 3600
        assert ended.last_line.startswith(words)
        assert f"after {len(ended.waits) + 1} tries" in ended.last_line
        assert len(api.requests) == 1 + len(ended.waits) + 1
        assert "Traceback" not in ended.stderr


def test_every_page_has_its_own_tries(waits: list[float]) -> None:
    """Faults on one page leave the next one all of its tries."""
    with SequenceAPI(250) as api:
        api.fail(faults.status(500), None, first_tries(9))
        assert sorted(sync(api).ids) == sorted(ids(api))
        assert len(waits) == 27


def test_the_next_run_carries_on_after_an_outage(waits: list[float]) -> None:
    """What a run that gave up has not read, the next one does."""
    with SequenceAPI(300) as api:
        fail_at_end(api, "DESC", faults.status(500), None, skip=5)
        first = Synced()
        with pytest.raises(SequenceError):
            sync(api, into=first, page_size=10)
        api.recover()
        waits.clear()
        second = sync(api, state=first.state, page_size=10)
        assert {*first.ids, *second.ids} == ids(api)
        assert len(second.ids) < 300
        assert not waits


@pytest.mark.parametrize(
    ("fault", "tries"),
    [
        (faults.status(504), retries.TRIES),
        (faults.status(400), 1),
        (faults.cursor_refused(), 1),
        (faults.body("{}", "application/json"), 1),
        (faults.answer(lambda answer: answer["pagination"].update(after="again")), 1),
        (faults.answer(lambda answer: answer["items"][0].update(id="")), 1),
    ],
    ids=["outage", "refusal", "cursor", "no page", "circle", "no id"],
)
@pytest.mark.parametrize("skip", [0, 1, 4])
def test_what_fails_for_good_at_the_oldest_end_ends_nothing(
    fault: Fault, tries: int, skip: int, waits: list[float]
) -> None:
    """Whatever fails for good at the oldest end, the list is read from its newest end."""
    with SequenceAPI(300) as api:
        fail_at_end(api, "ASC", fault, None, skip=skip)
        assert set(sync(api, page_size=10).ids) == ids(api)
    assert len(waits) == tries - 1


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (faults.reset(), "the connection broke off"),
        (faults.hang(60), "no answer within 1 s (request_timeout)"),
        (faults.cut(0), "the answer broke off"),
        (faults.cut(5000), "the answer broke off"),
        (faults.body(HTML), "200, but no JSON (55 bytes, text/html)"),
        (faults.body('{"items": [{"id": ', "application/json"), "200, but no JSON (18 bytes"),
        (faults.body(""), "200, but no JSON (0 bytes"),
    ],
    ids=["reset", "no answer", "no body", "cut", "HTML", "broken JSON", "empty"],
)
def test_a_lost_answer_is_asked_for_again(fault: Fault, words: str) -> None:
    """An answer that does not come, or not whole, is asked for again; the log says what came."""
    with SequenceAPI(250) as api:
        times, timeout = (1, 1) if "timeout" in words else (2, 60)
        api.fail(fault, times, skip=1)
        ended = run(config=settings(api, request_timeout=timeout))
        assert ended.exit_code == 0
        assert [words in warning for warning in ended.warnings] == [True] * times
        assert len(ended.waits) == times
        assert sorted(ended.ids) == sorted(ids(api))


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize(
    "fault",
    [
        faults.reset(),
        faults.cut(0),
        faults.cut(700),
        faults.body(HTML),
        faults.body("]", "application/json"),
        faults.body(b'{"items": [{"id": "a\xff"}]}', "application/json"),
        faults.body(b'{"items": [{"id": "a", "legalName": "b\x00"}]}', "application/json"),
        faults.body('{"items": [{"id": "a", "label": NaN}]}', "application/json"),
        faults.body(" \n"),
    ],
)
def test_either_end_gets_over_a_lost_answer(fault: Fault, order: str, waits: list[float]) -> None:
    """An answer that is lost at either end of the list is asked for again, and costs nothing."""
    with SequenceAPI(200) as api:
        fail_at_end(api, order, fault, 2, skip=4)
        assert sorted(sync(api, page_size=10).ids) == sorted(ids(api))
        assert len(waits) == 2


def test_json_beyond_measure_is_no_json(waits: list[float]) -> None:
    """A 200 with brackets that never close is as good as any other text that is no JSON."""
    with SequenceAPI(30) as api:
        api.fail(faults.body("[" * 200_000, "application/json"))
        assert len(sync(api).ids) == 30
        assert len(waits) == 1


def test_a_refused_connection_fails() -> None:
    """Where nobody listens the run fails after minutes of tries, and names host and setting."""
    with nobody_listening() as port:
        ended = run(config={**KEY, "api_url": f"http://127.0.0.1:{port}/api"})
    assert ended.exit_code == 1
    assert 120 < sum(ended.waits) < 3600
    assert f"no connection to 127.0.0.1:{port}" in ended.last_line
    assert "api_url" in ended.last_line
    assert f"after {len(ended.waits) + 1} tries" in ended.last_line
    assert "Traceback" not in ended.stderr


def test_a_refused_connection_is_tried_again() -> None:
    """A server that is restarted during the read costs a wait for each refused connection."""
    waits = count(1)
    with SequenceAPI(250) as api:

        def note(_: float) -> None:
            if next(waits) == 4:
                api.start()

        api.fail(faults.before(api.stop), skip=1)
        with over_at_once(note) as taken:
            assert sorted(sync(api).ids) == sorted(ids(api))
        assert len(taken) == 4


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        pytest.param(endlessly(WHOLE[:-10], b""), "request_timeout", id="stalls in the body"),
        pytest.param(
            [CLOSED, b"content-type: planted/text\x1b[31m\r\ncontent-length: 3\r\n\r\nabc"],
            "no JSON (3 bytes, of an odd type)",
            id="no type",
        ),
        pytest.param(
            [CLOSED, b"content-length: 3, 4\r\n\r\nabc"],
            "broke off",
            id="two lengths",
        ),
        pytest.param(
            [CLOSED, b"content-encoding: gzip\r\ncontent-length: 3\r\n\r\nabc"],
            "decompressed",
            id="no gzip",
        ),
        pytest.param([b"220 mail.example.com ESMTP\r\n\r\n"], "broke off", id="no HTTP"),
        pytest.param(
            [CLOSED, b"transfer-encoding: chunked\r\n\r\nzz\r\nabc"],
            "broke off",
            id="broken chunks",
        ),
    ],
)
def test_an_answer_that_is_none_is_asked_for_again(answer: Iterable[bytes], words: str) -> None:
    """What is hardly HTTP is asked for again, and the log says what was wrong with it."""
    answers = iter([answer, [WHOLE]])
    with serving(answers.__next__, pause=0.1) as port:
        ended = run(config={**KEY, "api_url": f"http://127.0.0.1:{port}/api", "request_timeout": 2})
    assert ended.exit_code == 0
    assert ended.ids == ["one"]
    assert len(ended.waits) == 1
    assert words in ended.warnings[0]
