"""Does the stand-in serve from its start to its stop, and tell what it was asked?"""

from __future__ import annotations

import base64
import itertools
import signal
import subprocess
import sys
import threading
import time

import pytest
import requests

from standins.sequence_api import SequenceAPI, faults
from tests.support.clients import Client, client_of, oldest_first
from tests.support.waits import PATIENCE


def test_requests_are_logged(client: Client) -> None:
    """Each request is kept: what was asked, with which headers, and what was answered."""
    before = time.monotonic()
    client.get("limit=3&legalName=a%20b+c", Sequence_Version="2024-05-09")
    client.get("limit=0")
    first, second = client.api.requests
    assert (first.method, first.path, first.status) == ("GET", "/api/customers", 200)
    assert first.query == {"limit": "3", "legalName": "a b c"}
    assert first.headers["Sequence-Version"] == "2024-05-09"
    secret = base64.b64encode(b"sample-client-id:sample-client-secret").decode()
    assert first.headers["authorization"] == f"Basic {secret}"
    assert before <= first.time <= second.time <= time.monotonic()
    assert second.status == 400
    client.api.clear()
    assert client.api.requests == []


def test_refusing_connections(client: Client) -> None:
    """Stopped, it refuses connections; started again, it is on the same port, as it was."""
    url = client.api.url
    whole = client.get().content
    for _ in range(3):
        client.api.stop()
        with pytest.raises(requests.exceptions.ConnectionError, match="refused"):
            requests.get(f"{url}/customers", timeout=5)
        client.api.start()
        assert client.api.url == url
        assert client.get().content == whole


def test_a_given_port() -> None:
    """The port can be chosen, and one that is taken is an error at once."""
    with SequenceAPI(customers=1) as first:
        port = first.port
        with pytest.raises(OSError, match="in use"), SequenceAPI(customers=1, port=port):
            pass
    with SequenceAPI(customers=1, port=port) as second:
        assert second.port == port


def test_stopping_does_not_wait() -> None:
    """Stopping takes a moment, also while requests hang, which it ends."""
    arrived = threading.Semaphore(0)
    with SequenceAPI(customers=1) as api:
        api.fail(faults.before(arrived.release), times=None)
        api.fail(faults.hang(4 * PATIENCE), times=None)

        def ask() -> None:
            auth = (api.client_id, api.client_secret)
            with pytest.raises(requests.exceptions.ConnectionError):
                requests.get(f"{api.url}/customers", auth=auth, timeout=4 * PATIENCE)

        waiting = [threading.Thread(target=ask) for _ in range(3)]
        for each in waiting:
            each.start()
        assert all(arrived.acquire(timeout=PATIENCE) for _ in waiting)
        stopping = time.monotonic()
    for each in waiting:
        each.join(PATIENCE)
    assert time.monotonic() - stopping < PATIENCE
    assert not any(each.is_alive() for each in waiting)


def test_it_can_be_stopped_by_a_request(client: Client) -> None:
    """The API can go away when a certain request arrives, and come back."""
    client.api.fail(faults.before(client.api.stop))
    for problem in ("Connection reset", "Connection refused"):
        with pytest.raises(requests.exceptions.ConnectionError, match=problem):
            client.get()
    client.api.start()
    assert client.get().status_code == 200


def test_many_clients_at_once() -> None:
    """Clients that read while customers are added and changed all get whole pages."""
    with client_of(customers=200) as client:
        there = set(oldest_first(client.api))
        failed: list[BaseException] = []

        def read(order: str) -> None:
            try:
                reader = Client(client.api)
                with reader.session:
                    assert there <= set(reader.ids(limit=9, sortOrder=order))
            except BaseException as error:  # noqa: BLE001  told by the main thread
                failed.append(error)

        readers = [threading.Thread(target=read, args=(order,)) for order in ("ASC", "DESC") * 2]
        for each in readers:
            each.start()
        while any(each.is_alive() for each in readers):
            client.api.add()
            client.api.change(client.api.customers[5].id, label="x")
            time.sleep(0.001)  # lets the readers have their turn
    assert failed == []


def test_for_a_person_with_curl() -> None:
    """`python -m standins.sequence_api` prints a command that works, and runs until Ctrl-C."""
    command = [sys.executable, "-m", "standins.sequence_api", "--customers", "3", "--warm"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        assert process.stdout
        lines = list(itertools.islice(process.stdout, 4))
        url, client_id, client_secret = (line.split()[-1] for line in lines[:3])
        answer = requests.get(f"{url}/customers", auth=(client_id, client_secret), timeout=5)
        assert len(answer.json()["items"]) <= 3
        assert lines[3].startswith(f"curl -u {client_id}:{client_secret} '{url}/customers")
        process.send_signal(signal.SIGINT)
        assert process.wait(5) == 0
