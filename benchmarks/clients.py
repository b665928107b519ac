"""The programs that read the list: how each is started, and what it delivered."""

from __future__ import annotations

import gzip
import json
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from benchmarks.environments import CACHE, PEERS, programs, version
from benchmarks.measuring import ROOT, FailedError, measure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from benchmarks.measuring import Cost

TAP = "tap-sequence"


@dataclass(frozen=True)
class Client:
    """A program that reads the whole list.

    Attributes:
        name: Its name in the tables.
        peer: Name of the folder in `peers` with its requirements file.
        package: The package it is built on, whose version is shown.
        command: Returns the program and its arguments, given the folder of its environment's
            programs and its own new folder for files.
        ids: Returns the ids of the customers it delivered, given its standard output and that
            folder.
    """

    name: str
    peer: str
    package: str
    command: Callable[[Path, Path], list[str | Path]]
    ids: Callable[[Path, Path], Iterator[str]]

    def read(self, customers: int, variables: Mapping[str, str], folder: Path) -> Cost:
        """Read the list once.

        Args:
            customers: How many there are.
            variables: The environment variables through which it finds the API.
            folder: A new folder.

        Returns:
            What it cost.

        Raises:
            FailedError: If it ended with an error, or did not deliver every customer once.
        """
        command = self.command(programs(self.peer), folder)
        cost, output = measure(command, {**VARIABLES, **variables}, folder)
        delivered = list(self.ids(output, folder))
        if not len(delivered) == len(set(delivered)) == customers:
            raise FailedError(
                f"{self.name} delivered {len(set(delivered))} of {customers} customers, in "
                f"{len(delivered)} records"
            )
        return cost

    @property
    def version(self) -> str:
        """The package it is built on, with its version."""
        return f"{self.package} {version(self.peer, self.package)}"


SCHEMA = CACHE / "schema.json"
CATALOG = CACHE / "catalog.json"
VARIABLES = {
    "BENCHMARKS_SCHEMA": str(SCHEMA),
    "RUNTIME__DLTHUB_TELEMETRY": "false",
}
"""Environment variables that peers need in addition to the tap's."""


def write_schema() -> None:
    """Write the schema of customers, where the peers that declare one find it, and a catalog."""
    written = subprocess.run(  # noqa: S603  the arguments are this file's own
        [programs("tap-sequence") / TAP, "--discover"], cwd=ROOT, check=True, capture_output=True
    )
    (customers,) = (
        stream
        for stream in json.loads(written.stdout)["streams"]
        if stream["tap_stream_id"] == "customers"
    )
    SCHEMA.write_text(json.dumps(customers["schema"]), "utf-8")
    CATALOG.write_text(json.dumps({"streams": [customers]}), "utf-8")


def _lines(output: Path) -> Iterator[dict[str, Any]]:
    with output.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _singer_ids(output: Path, _: Path) -> Iterator[str]:
    return (line["record"]["id"] for line in _lines(output) if line["type"] == "RECORD")


def _airbyte_ids(output: Path, _: Path) -> Iterator[str]:
    return (line["record"]["data"]["id"] for line in _lines(output) if line["type"] == "RECORD")


def _dlt_ids(_: Path, folder: Path) -> Iterator[str]:
    for file in folder.glob("**/customers.*.typed-jsonl.gz"):
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            for line in lines:
                rows = json.loads(line)
                yield from (row["id"] for row in (rows if isinstance(rows, list) else [rows]))


CLIENTS = (
    Client(
        name=TAP,
        peer="tap-sequence",
        package="singer-sdk",
        command=lambda bin_, _: [bin_ / TAP, "--config=ENV", "--catalog", CATALOG],
        ids=_singer_ids,
    ),
    Client(
        name="a tap with the SDK's defaults",
        peer="sdk-defaults",
        package="singer-sdk",
        command=lambda bin_, _: [
            bin_ / "python",
            PEERS / "sdk-defaults" / "read.py",
            "--config=ENV",
        ],
        ids=_singer_ids,
    ),
    Client(
        name="dlt's REST source, extract stage",
        peer="dlt",
        package="dlt",
        command=lambda bin_, folder: [
            bin_ / "python",
            PEERS / "dlt" / "read.py",
            folder,
            "extract",
        ],
        ids=_dlt_ids,
    ),
    Client(
        name="Airbyte's low-code CDK",
        peer="airbyte-cdk",
        package="airbyte-cdk",
        command=lambda bin_, folder: [
            bin_ / "python",
            PEERS / "airbyte-cdk" / "read.py",
            folder,
        ],
        ids=_airbyte_ids,
    ),
    Client(
        name="a bare loop of requests and json",
        peer="bare-loop",
        package="requests",
        command=lambda bin_, _: [bin_ / "python", PEERS / "bare-loop" / "read.py"],
        ids=lambda output, _: (line["id"] for line in _lines(output)),
    ),
)
"""The tap first, then its alternatives, then the minimum."""
