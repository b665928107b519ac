"""Does the tap get every customer through faults that pass, and give up on those that don't?"""

from __future__ import annotations

import socket
import threading
import time
from collections import Counter
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from threading import Barrier
from typing import TYPE_CHECKING, Any

import pytest

from standins.sequence_api import SequenceAPI, faults
from tap_sequence.errors import SequenceError
from tests.sync import Synced, sync
from tests.tap import run, settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from standins.sequence_api import Request
    from standins.sequence_api.faults import Fault

LONGEST_JITTER = 2.5

NOTICED = 0.5
"""Seconds within which a failure is noticed, and by which the wait after it is shorter."""

HTML = "<html><body><h1>The gateway is upset</h1></body></html>"
DOCUMENTED = {"error": {"type": "Broken", "message": "a wheel came off", "errors": []}}


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return the waits of this test, each of which is over at once."""
    taken: list[float] = []
    monkeypatch.setattr(time, "sleep", taken.append)
    return taken


def ids(api: SequenceAPI) -> list[str]:
    """Return the ids of all customers, in order."""
    return sorted(customer.id for customer in api.customers)


def slow_down(retry_after: str | None) -> Fault:
    """Answer that there were too many requests."""
    return faults.status(429, headers={} if retry_after is None else {"Retry-After": retry_after})


def in_order(order: str) -> Callable[[Request], bool]:
    """Return what picks the requests for pages of one sort order, without the first page."""
    return lambda request: request.query["sortOrder"] == order and "after" in request.query


def first_tries(number: int) -> Callable[[Request], bool]:
    """Return what picks the first requests for each page, so many of them."""
    asked: Counter[tuple[str, str | None]] = Counter()

    def picks(request: Request) -> bool:
        page = request.query["sortOrder"], request.query.get("after")
        asked[page] += 1
        return asked[page] <= number

    return picks


# What Retry-After asks for


def test_waits_the_seconds_that_retry_after_asks_for() -> None:
    """A 429 makes the tap wait the seconds of its Retry-After, and every customer arrives."""
    with SequenceAPI(150) as api:
        api.fail(slow_down("42"))
        ended = run(config=settings(api))
        assert ended.exit_code == 0
        assert [42 - NOTICED <= wait <= 42 + LONGEST_JITTER for wait in ended.waits] == [True]
        assert "429 Too Many Requests" in ended.warnings[0]
        assert sorted(record["id"] for record in ended.records) == ids(api)


def test_waits_until_the_date_that_retry_after_names() -> None:
    """A 429 makes the tap wait until the HTTP date of its Retry-After."""
    with SequenceAPI(150) as api:
        until = datetime.now(UTC) + timedelta(seconds=200)
        api.fail(slow_down(format_datetime(until, usegmt=True)))
        ended = run(config=settings(api))
        (wait,) = ended.waits
        assert ended.exit_code == 0
        assert 150 < wait <= 200 + LONGEST_JITTER
        assert len(ended.records) == 150


def test_waits_no_longer_than_its_longest_wait() -> None:
    """A Retry-After of a month makes the tap wait its longest wait, and say so."""
    with SequenceAPI(150) as api:
        api.fail(slow_down("2592000"))
        ended = run(config=settings(api))
        (wait,) = ended.waits
        assert ended.exit_code == 0
        assert 300 - NOTICED <= wait <= 300 + LONGEST_JITTER
        assert "2592000" in ended.warnings[0]
        assert "300" in ended.warnings[0]
        assert len(ended.records) == 150


def test_waits_without_retry_after() -> None:
    """Several 429 in a row that ask for no wait get longer and longer ones."""
    with SequenceAPI(150) as api:
        api.fail(slow_down(None), times=5)
        ended = run(config=settings(api))
        assert ended.exit_code == 0
        assert [wait >= 2**tries for tries, wait in enumerate(ended.waits)] == [True] * 5
        assert len(ended.records) == 150


@pytest.mark.parametrize(
    "asked",
    ["0", "-5", "-inf", "nan", "soon", "", " ", "1e", "Thu, 01 Jan 1970 00:00:00 GMT", "GMT"],
)
def test_a_retry_after_that_asks_for_nothing_is_none(asked: str, waits: list[float]) -> None:
    """A Retry-After in the past, or without sense, counts as none."""
    with SequenceAPI(30) as api:
        api.fail(slow_down(asked))
        assert len(sync(api).ids) == 30
        assert [1 - NOTICED <= wait <= 1 + LONGEST_JITTER for wait in waits] == [True]


@pytest.mark.parametrize("asked", ["301", "1e9", "inf", "9" * 400, "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_an_absurd_retry_after_is_capped(
    asked: str, waits: list[float], caplog: pytest.LogCaptureFixture
) -> None:
    """A Retry-After past the longest wait is cut to it, with a line in the log."""
    with SequenceAPI(30) as api:
        api.fail(slow_down(asked))
        assert len(sync(api).ids) == 30
        assert [300 - NOTICED <= wait <= 300 + LONGEST_JITTER for wait in waits] == [True]
        assert sum("waiting 300 s" in line for line in caplog.messages) == 1


@pytest.mark.parametrize(
    "asked",
    ["Mon, 01 Jan 99999999999999999999 00:00:00 GMT", "Mon, 01 Jan 2035 00:00:00 +" + "9" * 30],
)
def test_a_date_beyond_all_calendars_is_none(asked: str, waits: list[float]) -> None:
    """A Retry-After with a date that no calendar has counts as none."""
    with SequenceAPI(30) as api:
        api.fail(slow_down(asked))
        assert len(sync(api).ids) == 30
        assert len(waits) == 1


def test_waits_until_a_date_in_the_oldest_form(waits: list[float]) -> None:
    """A Retry-After in the form of asctime, the third that HTTP allows, is a date in UTC."""
    until = datetime.now(UTC) + timedelta(seconds=200)
    with SequenceAPI(30) as api:
        api.fail(slow_down(f"{until:%a %b %e %H:%M:%S %Y}"))
        assert len(sync(api).ids) == 30
        assert [150 < wait <= 200 + LONGEST_JITTER for wait in waits] == [True]


def test_jitter_is_only_added(waits: list[float]) -> None:
    """However often it is drawn, no jitter makes a wait shorter than what was asked for."""
    with SequenceAPI(200) as api:
        api.fail(slow_down("9"), None, first_tries(4))
        assert len(sync(api, page_size=10).ids) == 200
        assert len(waits) >= 80
        assert min(waits) >= 9 - NOTICED
        assert max(waits) <= 9 + LONGEST_JITTER
        assert len(set(waits)) > 1


def test_another_overload_asks_for_a_wait_too(waits: list[float]) -> None:
    """The Retry-After of a 503 is heard as that of a 429."""
    with SequenceAPI(30) as api:
        api.fail(faults.status(503, headers={"Retry-After": "77"}))
        assert len(sync(api).ids) == 30
        assert [77 - NOTICED <= wait <= 77 + LONGEST_JITTER for wait in waits] == [True]


@pytest.mark.parametrize("order", ["DESC", "ASC"])
def test_each_end_of_a_long_list_waits(order: str) -> None:
    """A 429 at either end of a list that is read from both makes the tap wait and go on."""
    with SequenceAPI(1500) as api:
        api.fail(slow_down("20"), times=2, when=in_order(order), skip=2)
        ended = run(config=settings(api))
        assert ended.exit_code == 0
        assert [20 - NOTICED <= wait <= 20 + LONGEST_JITTER for wait in ended.waits] == [True, True]
        assert sorted(record["id"] for record in ended.records) == ids(api)


# Outages of the API


@pytest.mark.parametrize("status", [408, 425, 500, 502, 503, 504])
@pytest.mark.parametrize("body", [None, HTML, DOCUMENTED], ids=["no body", "HTML", "JSON"])
@pytest.mark.parametrize("order", ["DESC", "ASC"])
def test_a_server_error_is_tried_again(
    status: int, body: str | dict[str, Any] | None, order: str, waits: list[float]
) -> None:
    """An error that can pass, whatever its body, at either end of the list costs one wait alone."""
    with SequenceAPI(200) as api:
        api.fail(faults.status(status, body), when=in_order(order), skip=3)
        assert sorted(sync(api, page_size=10).ids) == ids(api)
        assert len(waits) == 1


def test_a_bad_gateway_is_tried_again() -> None:
    """A run that meets a gateway's HTML pages goes on when they are over, and has all customers."""
    with SequenceAPI(250) as api:
        api.fail(faults.status(502, HTML), times=3, skip=1)
        ended = run(config=settings(api))
        assert ended.exit_code == 0
        assert [len(ended.waits), len(ended.warnings)] == [3, 3]
        assert sorted(record["id"] for record in ended.records) == ids(api)


@pytest.mark.parametrize("when", ["at first", "on the way", "on the way from the oldest"])
def test_an_outage_of_two_minutes_is_waited_for(when: str, waits: list[float]) -> None:
    """An API that is down until more than two minutes were waited costs no customer."""
    with SequenceAPI(200) as api:
        order = "ASC" if when.endswith("oldest") else "DESC"
        api.fail(
            faults.status(503),
            None,
            lambda request: (
                sum(waits) <= 120
                and (when == "at first" or in_order(order)(request))
                and len(api.requests) > (0 if when == "at first" else 4)
            ),
        )
        assert sorted(sync(api, page_size=10).ids) == ids(api)
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


def test_an_outage_with_long_waits_fails_within_the_hour(waits: list[float]) -> None:
    """An API that asks for its longest wait again and again is given up within an hour."""
    with SequenceAPI(30) as api:
        api.fail(slow_down("100000"), None)
        with pytest.raises(SequenceError, match=r"429 Too Many Requests.*tries"):
            sync(api)
        assert 120 < sum(waits) < 3600


def test_every_page_has_its_own_tries(waits: list[float]) -> None:
    """Faults on one page leave the next one all of its tries."""
    with SequenceAPI(250) as api:
        api.fail(faults.status(500), None, first_tries(9))
        assert sorted(sync(api).ids) == ids(api)
        assert len(waits) == 27


def test_the_next_run_carries_on_after_an_outage(waits: list[float]) -> None:
    """What a run that gave up has not read, the next one does."""
    with SequenceAPI(300) as api:
        api.fail(faults.status(500), None, when=in_order("DESC"), skip=4)
        first = Synced()
        with pytest.raises(SequenceError):
            sync(api, into=first, page_size=10)
        api.recover()
        waits.clear()
        second = sync(api, state=first.state, page_size=10)
        assert sorted({*first.ids, *second.ids}) == ids(api)
        assert len(second.ids) < 300
        assert not waits


@pytest.mark.parametrize(
    "fault",
    [
        faults.status(504),
        faults.status(400),
        faults.cursor_refused(),
        faults.body("{}", "application/json"),
        faults.answer(lambda answer: answer["pagination"].update(after="again")),
        faults.answer(lambda answer: answer["items"][0].update(id="")),
    ],
    ids=["outage", "refusal", "cursor", "no page", "circle", "no id"],
)
@pytest.mark.parametrize("skip", [0, 1, 4])
def test_what_fails_for_good_at_the_oldest_end_ends_nothing(
    fault: Fault, skip: int, waits: list[float]
) -> None:
    """Whatever fails for good at the oldest end, the list is read from its newest end."""
    with SequenceAPI(300) as api:
        api.fail(fault, None, when=lambda request: request.query["sortOrder"] == "ASC", skip=skip)
        assert set(sync(api, page_size=10).ids) == set(ids(api))
    assert len(waits) in {0, 9}


def test_one_refusal_that_meets_both_ends_is_waited_for_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """When the API asks both ends to wait at the same moment, the second wait is over by then."""
    slept: list[float] = []
    failed = Barrier(2)  # the two ends

    def now() -> float:
        return sum(slept)

    def failing_now() -> float:
        moment = now()
        failed.wait(5)
        return moment

    monkeypatch.setattr("tap_sequence.retries.monotonic", now)
    monkeypatch.setattr("tap_sequence.background.monotonic", failing_now)
    monkeypatch.setattr(time, "sleep", slept.append)
    with SequenceAPI(300) as api:
        api.fail(slow_down("30"), 1, in_order("DESC"), skip=3)
        api.fail(slow_down("30"), 1, in_order("ASC"), skip=3)
        assert sorted(sync(api, page_size=10).ids) == ids(api)
    assert 30 <= sum(slept) <= 30 + 2 * LONGEST_JITTER


# The way to the API


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (faults.reset(), "the connection broke off"),
        (faults.hang(3), "no answer within 1 s (request_timeout)"),
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
        api.fail(fault, times=2 if "timeout" not in words else 1, skip=1)
        ended = run(config=settings(api, request_timeout=1))
        assert ended.exit_code == 0
        assert [words in warning for warning in ended.warnings] == [True] * len(ended.waits)
        assert ended.waits
        assert sorted(record["id"] for record in ended.records) == ids(api)


@pytest.mark.parametrize("order", ["DESC", "ASC"])
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
        api.fail(fault, times=2, when=in_order(order), skip=3)
        assert sorted(sync(api, page_size=10).ids) == ids(api)
        assert len(waits) == 2


def test_json_beyond_measure_is_no_json(waits: list[float]) -> None:
    """A 200 with brackets that never close is as good as any other text that is no JSON."""
    with SequenceAPI(30) as api:
        api.fail(faults.body("[" * 200_000, "application/json"))
        assert len(sync(api).ids) == 30
        assert len(waits) == 1


def test_a_refused_connection_fails() -> None:
    """Where nobody listens the run fails after minutes of tries, and names host and setting."""
    with SequenceAPI(0) as api:
        config = settings(api)
    ended = run(config=config)
    assert ended.exit_code == 1
    assert 120 < sum(ended.waits) < 3600
    assert f"no connection to 127.0.0.1:{api.port}" in ended.last_line
    assert "api_url" in ended.last_line
    assert f"after {len(ended.waits) + 1} tries" in ended.last_line
    assert "Traceback" not in ended.stderr


def test_a_refused_connection_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that is restarted during the read costs a wait for each refused connection."""
    taken: list[float] = []
    with SequenceAPI(250) as api:

        def sleep(seconds: float) -> None:
            taken.append(seconds)
            if len(taken) == 4:
                api.start()

        monkeypatch.setattr(time, "sleep", sleep)
        api.fail(faults.before(api.stop), skip=1)
        assert sorted(sync(api).ids) == ids(api)
        assert len(taken) == 4


@contextmanager
def answering(*answers: bytes) -> Iterator[dict[str, Any]]:
    """Answer one connection after the other with these bytes; yield the settings to get there."""
    held: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            for answer in answers:
                connection, _ = listener.accept()
                held.append(connection)
                connection.recv(65536)
                with suppress(OSError):
                    connection.sendall(answer)

        threading.Thread(target=serve, daemon=True).start()
        yield {
            "api_url": f"http://127.0.0.1:{listener.getsockname()[1]}/api",
            "client_id": "id",
            "client_secret": "secret",
        }
        for connection in held:
            connection.close()


PAGE = b'{"items": [{"id": "one"}], "pagination": {}}'
WHOLE = b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\nconnection: close\r\n\r\n%b" % (len(PAGE), PAGE)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        pytest.param(
            WHOLE[:-10],
            "request_timeout",
            id="stalls in the body",
        ),
        pytest.param(
            b"HTTP/1.1 200 OK\r\ncontent-type: planted/text\x1b[31m\r\nconnection: close\r\n"
            b"content-length: 3\r\n\r\nabc",
            "no JSON (3 bytes, of an odd type)",
            id="no type",
        ),
        pytest.param(
            b"HTTP/1.1 200 OK\r\ncontent-length: 3, 4\r\nconnection: close\r\n\r\nabc",
            "broke off",
            id="two lengths",
        ),
        pytest.param(
            b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\nconnection: close\r\n"
            b"content-length: 3\r\n\r\nabc",
            "decompressed",
            id="no gzip",
        ),
        pytest.param(b"220 mail.example.com ESMTP\r\n\r\n", "broke off", id="no HTTP"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nabc",
            "broke off",
            id="broken chunks",
        ),
    ],
)
def test_an_answer_that_is_none_is_asked_for_again(answer: bytes, words: str) -> None:
    """What is hardly HTTP is asked for again, and the log says what was wrong with it."""
    with answering(answer, WHOLE) as config:
        ended = run(config={**config, "request_timeout": 1})
    assert ended.exit_code == 0
    assert [record["id"] for record in ended.records] == ["one"]
    assert len(ended.waits) == 1
    assert words in ended.warnings[0]
