"""The tap's streams, one module for each area of Sequence's API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_sequence.streams.customers import CustomersStream

if TYPE_CHECKING:
    from tap_sequence.singer.stream import SequenceStream

STREAMS: tuple[type[SequenceStream], ...] = (CustomersStream,)
"""Every stream of the tap, in the order of the catalog."""
