"""What the documents leave open of event logs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Ids = Literal["v7", "v4"]
Sorting = Literal["creation", "eventTimestamp"]


@dataclass
class Switches:
    """How an event log behaves.

    Attributes:
        ids: The version of the UUIDs that are their ids: 7 holds the creation time, 4 none.
        sorted_by: What they are listed by.
        inclusive: Whether a filter on a time lets that very time through.
    """

    ids: Ids = "v7"
    sorted_by: Sorting = "creation"
    inclusive: bool = False
