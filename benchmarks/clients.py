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
QUIET = {"RUNTIME__DLTHUB_TELEMETRY": "false"}
"""Keeps dlt from calling home, which would be measured."""

TOLD = {"BENCHMARKS_SCHEMAS": str(CACHE)}
"""Tells peers where they find what the tap declares."""


@dataclass(frozen=True)
class Client:
    """A program that reads a whole list.

    Attributes:
        name: Its name in the tables.
        peer: Name of the folder in `peers` with its requirements file.
        package: The package it is built on, whose version is shown.
        command: Returns the program and its arguments, given the folder of its environment's
            programs and its own new folder for files.
        ids: Returns the ids of the records it delivered, given its standard output and that
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
        cost, delivered = self.run(variables, folder)
        if not len(delivered) == len(set(delivered)) == customers:
            raise FailedError(
                f"{self.name} delivered {len(set(delivered))} of {customers} customers, in "
                f"{len(delivered)} records"
            )
        return cost

    def run(self, variables: Mapping[str, str], folder: Path) -> tuple[Cost, list[str]]:
        """Run it once.

        Args:
            variables: The environment variables through which it finds the API.
            folder: A new folder.

        Returns:
            What it cost, and the ids that it delivered.

        Raises:
            FailedError: If it ended with an error.
        """
        command = self.command(programs(self.peer), folder)
        cost, output = measure(command, {**TOLD, **QUIET, **variables}, folder)
        return cost, list(self.ids(output, folder))

    @property
    def version(self) -> str:
        """The package it is built on, with its version."""
        return f"{self.package} {version(self.peer, self.package)}"


LINE_ITEMS = "invoice_line_items"


def catalog(stream: str) -> Path:
    """Return the file with the tap's catalog of one stream."""
    return CACHE / f"{stream}.catalog.json"


def write_schemas() -> None:
    """Write the schemas, where the peers that declare one find it, and catalogs for the tap."""
    written = subprocess.run(  # noqa: S603  the arguments are this file's own
        [programs(TAP) / TAP, "--discover"], cwd=ROOT, check=True, capture_output=True
    )
    streams = {each["tap_stream_id"]: each for each in json.loads(written.stdout)["streams"]}
    for name, stream in streams.items():
        (CACHE / f"{name}.schema.json").write_text(json.dumps(stream["schema"]), "utf-8")
    for name in ("customers", LINE_ITEMS):
        stream = streams[name]
        (whole,) = (each for each in stream["metadata"] if not each["breadcrumb"])
        whole["metadata"]["selected"] = True  # line items are not by default
        catalog(name).write_text(json.dumps({"streams": [stream]}), "utf-8")


def lines(output: Path) -> Iterator[dict[str, Any]]:
    """Yield what each line of a file says in JSON."""
    with output.open(encoding="utf-8") as file:
        yield from map(json.loads, file)


def singer_ids(output: Path, _: Path) -> Iterator[str]:
    """Yield the ids in a tap's RECORD messages."""
    return (line["record"]["id"] for line in lines(output) if line["type"] == "RECORD")


def airbyte_ids(output: Path, _: Path) -> Iterator[str]:
    """Yield the ids in the RECORD messages of one of Airbyte's sources."""
    return (line["record"]["data"]["id"] for line in lines(output) if line["type"] == "RECORD")


def dlt_rows(folder: Path, table: str) -> Iterator[dict[str, Any]]:
    """Yield the rows that dlt extracted for a table."""
    for file in folder.glob(f"**/{table}.*.typed-jsonl.gz"):
        with gzip.open(file, "rt", encoding="utf-8") as extracted:
            for line in extracted:
                rows = json.loads(line)
                yield from rows if isinstance(rows, list) else [rows]


def dlt_ids(table: str) -> Callable[[Path, Path], Iterator[str]]:
    """Return what yields the ids that dlt extracted for a table."""
    return lambda _, folder: (row["id"] for row in dlt_rows(folder, table))


CLIENTS = (
    Client(
        name=TAP,
        peer="tap-sequence",
        package="singer-sdk",
        command=lambda bin_, _: [bin_ / TAP, "--config=ENV", "--catalog", catalog("customers")],
        ids=singer_ids,
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
        ids=singer_ids,
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
        ids=dlt_ids("customers"),
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
        ids=airbyte_ids,
    ),
    Client(
        name="a bare loop of requests and json",
        peer="bare-loop",
        package="requests",
        command=lambda bin_, _: [bin_ / "python", PEERS / "bare-loop" / "read.py"],
        ids=lambda output, _: (line["id"] for line in lines(output)),
    ),
)
"""The tap first, then its alternatives, then the minimum."""
