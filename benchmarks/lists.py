"""The lists that the tap reads by default, for the peers, which are told them in a file."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from math import ceil
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML

from benchmarks.measuring import ROOT
from tap_sequence.streams import STREAMS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

PAGE_SIZE = 100


@dataclass(frozen=True)
class Listed:
    """A list, as a peer has to be told of it.

    Attributes:
        name: The tap's name of it.
        path: Its path below the API's URL, without a slash in front.
        keys: The fields that tell its rows apart.
        parameters: What is sent with each of its requests, but for the page.
        paged: Whether it takes the size of a page.
        newest_first: Whether a read can stop at what an earlier one has delivered.
    """

    name: str
    path: str
    keys: tuple[str, ...]
    parameters: Mapping[str, str]
    paged: bool
    newest_first: bool

    @classmethod
    def declared(cls, stream: Any) -> Listed:
        """Return what one of the tap's streams, a class, declares."""
        return cls(
            name=stream.name,
            path=stream.path.removeprefix("/"),
            keys=tuple(stream.primary_keys),
            parameters={
                **stream.sends,
                **({stream.archived: "true"} if stream.archived else {}),
                **({"sortOrder": "DESC"} if stream.ordered else {}),
            },
            paged=stream.limited,
            newest_first=stream.ordered and stream.replication_key == "createdAt",
        )

    def identity(self, row: Mapping[str, Any]) -> str:
        """Return what tells a row from all others, those of other lists too."""
        return "/".join((self.name, *(row[key] for key in self.keys)))

    def fewest(self, rows: int) -> int:
        """Return the fewest requests that read so many rows."""
        return max(1, ceil(rows / PAGE_SIZE)) if self.paged else 1

    def fewest_again(self, rows: int) -> int:
        """Return the fewest requests in which a list that has not changed shows that."""
        return 1 if self.newest_first else self.fewest(rows)


LISTS = tuple(Listed.declared(stream) for stream in STREAMS if stream.selected_by_default)
"""In the order of the tap's catalog."""


def write_lists(file: Path) -> None:
    """Write the lists for the peers.

    Args:
        file: Where to: a JSON array of objects with the attributes of a list, and as `left_out` the
            fields that the project in `meltano.yml` does not load.
    """
    extractors = YAML(typ="safe").load(ROOT / "meltano.yml")["plugins"]["extractors"]
    excluded = [each[1:].split(".") for each in extractors[0]["select"] if each.startswith("!")]
    written = [
        {**asdict(each), "left_out": [field for name, field in excluded if name == each.name]}
        for each in LISTS
    ]
    file.write_text(json.dumps(written, indent=1), encoding="utf-8")
