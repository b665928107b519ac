"""Runs that are cut short."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.sync import Synced, sync

if TYPE_CHECKING:
    from collections.abc import Callable

    from standins.sequence_api import SequenceAPI


class Killed(BaseException):
    """The process ends here."""


def killed(
    api: SequenceAPI, where: Callable[[Synced, dict[str, Any]], object], **options: Any
) -> Synced:
    """Run the tap until it has written something, and is about to write a message."""
    synced = Synced()

    def see(message: dict[str, Any]) -> None:
        if where(synced, message):
            raise Killed

    with pytest.raises(Killed):
        sync(api, see=see, into=synced, **options)
    return synced


def killed_after(records: int, api: SequenceAPI, **options: Any) -> Synced:
    """Run the tap until it has written so many records and would write another."""
    return killed(
        api,
        lambda synced, message: message["type"] == "RECORD" and len(synced.records) >= records,
        **options,
    )


def killed_between_ends(api: SequenceAPI) -> Synced:
    """Run the tap until it has read from both ends."""

    def read_from_both(synced: Synced, _: dict[str, Any]) -> object:
        left = synced.state and synced.bookmark.get("interrupted_reads")
        return left and left[0]["from_oldest"]

    return killed(api, read_from_both)
