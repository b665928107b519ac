"""Does the stand-in go wrong as it is told to?"""

from __future__ import annotations

import socket
import time
from typing import Any

import pytest
import requests

from standins.sequence_api import Request, faults
from tests.support.clients import Client, client_of, refused


@pytest.mark.parametrize("retry_after", ["2", "Wed, 21 Oct 2015 07:28:00 GMT", "soon", None])
def test_rate_limit(client: Client, retry_after: str | None) -> None:
    """A 429 has the `Retry-After` that the script says, or none, and is over after its time."""
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    client.api.fail(faults.status(429, headers=headers), times=2)
    for _ in range(2):
        answer = client.get()
        assert (answer.status_code, answer.headers.get("Retry-After")) == (429, retry_after)
        assert answer.content == b""
    assert client.get().status_code == 200


def test_statuses_with_bodies(client: Client) -> None:
    """Any status comes with JSON, HTML, no body, or the documented shapes of an error."""
    client.api.fail(faults.status(500, {"a": "é"}))
    client.api.fail(faults.status(502, "<html>", {"Content-Type": "text/plain"}))
    client.api.fail(faults.error(403, "Forbidden", "no"))
    client.api.fail(faults.errors(422, {"limit": "no"}))
    client.api.fail(faults.cursor_refused())
    assert client.get().json() == {"a": "é"}
    second = client.get()
    assert (second.text, second.headers["Content-Type"]) == ("<html>", "text/plain")
    third = client.get()
    error = {"type": "Forbidden", "message": "no", "errors": []}
    assert (third.status_code, third.json()) == (403, {"error": error})
    fourth = client.get()
    assert fourth.status_code == 422
    assert fourth.json() == {"errors": [{"key": "limit", "error": "no"}]}
    assert refused(client.get()) == ["after"]
    assert [each.status for each in client.api.requests] == [500, 502, 403, 422, 400]


def test_reset(client: Client) -> None:
    """A reset connection ends before any byte of an answer, and the next one is served."""
    client.api.fail(faults.reset())
    with socket.create_connection(("127.0.0.1", client.api.port), timeout=5) as raw:
        raw.sendall(b"GET /api/customers HTTP/1.1\r\nHost: x\r\n\r\n")
        with pytest.raises(ConnectionResetError):
            raw.recv(1)
    assert client.get().status_code == 200
    assert [each.status for each in client.api.requests] == [None, 200]


@pytest.mark.parametrize("after", [0, 1, 1000])
def test_cut(client: Client, after: int) -> None:
    """A cut answer announces its whole body and ends after so many bytes."""
    whole = client.get().content
    client.api.fail(faults.cut(after))
    with client.session.get(f"{client.api.url}/customers", stream=True, timeout=5) as answer:
        assert int(answer.headers["Content-Length"]) == len(whole)
        with pytest.raises(requests.exceptions.ChunkedEncodingError, match="IncompleteRead"):
            _ = answer.content
    assert client.get().content == whole


def test_hang(client: Client) -> None:
    """A request that hangs is not answered in time, and does not hold up others."""
    client.api.fail(faults.hang(60))
    with pytest.raises(requests.exceptions.ReadTimeout):
        client.get(timeout=(5, 0.05))
    assert client.get().status_code == 200
    client.api.fail(faults.hang(0.05))
    started = time.perf_counter()
    assert client.get().status_code == 200
    assert time.perf_counter() - started >= 0.05


def test_bodies(client: Client) -> None:
    """A 200 can have any body, with the other headers of an answer."""
    client.api.fail(faults.body("<html>é</html>"))
    client.api.fail(faults.body(b'{"items": [', "application/json"))
    first, second = client.get(), client.get()
    assert (first.status_code, first.content) == (200, "<html>é</html>".encode())
    assert first.headers["Content-Type"] == "text/html"
    assert first.headers["Sequence-Version"] == "2024-07-30"
    assert (second.status_code, second.content) == (200, b'{"items": [')


def test_edited_answers(client: Client) -> None:
    """An answer can be changed in place or replaced; refusals stay as they are."""

    def spoil(page: dict[str, Any]) -> None:
        page["items"][0] = "no object"
        page["items"][1]["legalName"] = "NUL \0 \ud800"

    client.api.fail(faults.answer(spoil))
    client.api.fail(faults.answer(lambda page: [page["pagination"]]))
    client.api.fail(faults.answer(lambda _: {}))
    client.api.fail(faults.answer(lambda _: {}))
    page = client.get().json()
    assert page["items"][0] == "no object"
    assert page["items"][1]["legalName"] == "NUL \0 \ud800"
    assert client.get().json()[0].keys() == {"after", "totalResultSize"}
    assert client.get().json() == {}
    assert refused(client.get("limit=0")) == ["limit"]


def test_another_version_in_the_answer(client: Client) -> None:
    """The answer can name another version than it has, or none."""
    client.api.fail(faults.version("2030-01-01"))
    client.api.fail(faults.version(None))
    assert client.get().headers["Sequence-Version"] == "2030-01-01"
    assert "Sequence-Version" not in client.get().headers
    assert client.get().headers["Sequence-Version"] == "2024-07-30"


def test_something_happens_before_an_answer(client: Client) -> None:
    """What happens when a request arrives is in its answer, and the next fault is not used up."""
    client.api.fail(faults.before(client.api.add), times=2)
    client.api.fail(faults.status(500), skip=1)
    assert client.page(includeArchived="true")["pagination"]["totalResultSize"] == 31
    assert client.get().status_code == 500
    assert len(client.api.customers) == 32
    assert client.api.pending == 0


def test_faults_queue(client: Client) -> None:
    """Faults come in the order of their scripts, each as often as scripted."""
    client.api.fail(faults.status(500), times=2)
    client.api.fail(faults.status(502))
    client.api.fail(faults.status(503), skip=4)
    codes = [client.get().status_code for _ in range(6)]
    assert codes == [500, 500, 502, 200, 503, 200]


def test_faults_for_some_requests(client: Client) -> None:
    """A fault can be for certain requests, for good, until it is called off."""

    def ascending(request: Request) -> bool:
        return request.query.get("sortOrder") == "ASC"

    client.api.fail(faults.status(500), times=None, when=ascending, skip=1)
    orders = ["ASC", "DESC", "ASC", "ASC", "DESC"]
    codes = [client.get(f"sortOrder={order}").status_code for order in orders]
    assert codes == [200, 200, 500, 500, 200]
    client.api.recover()
    assert client.get("sortOrder=ASC").status_code == 200


def test_a_tests_own_error_is_raised_at_the_end() -> None:
    """An error in a function of a script is not lost among the retries of a client."""

    def wrong() -> None:
        raise LookupError("in a script")

    def use() -> None:
        with client_of(customers=1) as client:
            client.api.fail(faults.before(wrong))
            assert client.get().status_code == 500
            assert client.get().status_code == 200

    with pytest.raises(LookupError, match="in a script"):
        use()


def test_latency(client: Client) -> None:
    """Each request takes as long as the setting says, which can change."""
    client.api.latency = 0.05
    started = time.perf_counter()
    client.get()
    assert time.perf_counter() - started >= 0.05
    client.api.latency = 0


def test_outage(client: Client) -> None:
    """While the API is down, every connection is dropped, the open ones too."""
    client.get()
    client.api.down = True
    for _ in range(2):
        with pytest.raises(requests.exceptions.ConnectionError):
            client.get()
    client.api.down = False
    assert client.get().status_code == 200
    assert [each.status for each in client.api.requests] == [200, None, None, 200]
