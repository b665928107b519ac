"""Settings of the tests, and what several files of them start from."""

from __future__ import annotations

import os
import ssl
import time
from typing import TYPE_CHECKING

import pytest
import trustme
from hypothesis import settings

from standins.postgres import Database, postgres
from standins.sequence_api import VERSIONS, SequenceAPI
from tap_sequence.api.client import Client as APIClient
from tests.support import commands
from tests.support.billing import Billing, billing_of
from tests.support.clients import Client, client_of
from tests.support.documents import definition
from tests.support.targets import Target
from tests.support.waits import over_at_once
from tests.support.workers import Scheduler, slow_first

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator
    from pathlib import Path


# Some hundred processes start, in half the time where the bytecode of what they import is kept
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# In UTC a time whose zone is mistaken for the machine's would be right by chance. As POSIX writes a
# zone, so that no machine has to know its name
os.environ.setdefault("TZ", "NPT-5:45")
time.tzset()

# An example that starts a server and runs the tap takes as long as the machine is busy
settings.register_profile("default", deadline=None, print_blob=True)
settings.load_profile("default")


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """Start no workers for single files: that takes longer than they save."""
    return None if config.args_source is config.ArgsSource.TESTPATHS else 0


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Scheduler:
    """Hand the tests out by our rules."""
    return Scheduler(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let a worker begin with the slowest tests."""
    if hasattr(config, "workerinput"):
        slow_first(items)


@pytest.fixture
def api() -> Iterator[SequenceAPI]:
    """The API, with enough customers to be read from both ends in pages of ten."""
    with SequenceAPI(200) as started:
        yield started


@pytest.fixture
def few() -> Iterator[SequenceAPI]:
    """The API, with few customers."""
    with SequenceAPI(3) as started:
        yield started


@pytest.fixture
def client() -> Iterator[Client]:
    """A client and its API, with thirty customers."""
    with client_of(customers=30) as started:
        yield started


@pytest.fixture
def waits() -> Iterator[list[float]]:
    """The waits between tries, each of which is over at once."""
    with over_at_once() as taken:
        yield taken


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make request_timeout a fraction of a second."""
    always = property(lambda _: 0.4, lambda _, __: None)
    monkeypatch.setattr(APIClient, "request_timeout", always, raising=False)


@pytest.fixture
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep this machine's own proxies and certificates out."""
    for name in os.environ:
        if name.lower().endswith(("_proxy", "_ca_bundle")):
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    """An authority whose certificates nobody trusts who isn't told to."""
    return trustme.CA()


@pytest.fixture(scope="session")
def tls(authority: trustme.CA) -> Callable[[socket.socket], socket.socket]:
    """What lets a connection speak TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    return lambda connection: context.wrap_socket(connection, server_side=True)


@pytest.fixture(scope="session")
def server() -> Iterator[Database]:
    """PostgreSQL, in a time zone of its own."""
    with postgres() as started:
        started.query("ALTER SYSTEM SET timezone = 'Asia/Kolkata'")
        started.query("SELECT pg_reload_conf()")
        yield started


@pytest.fixture
def database(server: Database) -> Iterator[Database]:
    """An empty database."""
    with postgres(server.url) as created:
        yield created


@pytest.fixture(scope="session")
def target_postgres(tmp_path_factory: pytest.TempPathFactory) -> Target:
    """The loader target-postgres, as meltano.yml has it."""
    given = definition("target-postgres")
    folder = tmp_path_factory.mktemp("target-postgres")
    return Target(given, commands.install(folder / "venv", *given["pip_url"].split()))


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The project's own tap, with what it needs now: an older installation may lack it."""
    system = f"sqlite:///{tmp_path_factory.mktemp('meltano') / 'meltano.db'}"
    commands.call(
        *(commands.MELTANO, "install", "tap-sequence"),
        folder=commands.ROOT,
        variables={"MELTANO_DATABASE_URI": system},
    )


@pytest.fixture(scope="session", params=[VERSIONS[0], VERSIONS[-1]])
def billing(
    request: pytest.FixtureRequest,
    server: Database,
    target_postgres: Target,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Billing]:
    """An account as the oldest and the newest version show it, loaded with the views."""
    with (
        postgres(server.url) as database,
        billing_of(
            request.param, database, target_postgres, tmp_path_factory.mktemp("billing")
        ) as loaded,
    ):
        yield loaded


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tap's wheel, as it would be published."""
    return commands.wheel(tmp_path_factory.mktemp("dist"))
