"""Everybody in turn, each round beginning with another one."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, TypeVar

from benchmarks.measuring import FailedError
from benchmarks.spending import Spent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from benchmarks.clients import Client

T = TypeVar("T")


def turns(things: Sequence[T], rounds: int) -> Iterator[tuple[int, T]]:
    """Yield each thing once a round, with the number of the round, from 0.

    Args:
        things: The things.
        rounds: How many rounds.
    """
    for turn in range(rounds):
        first = turn % len(things)
        for thing in (*things[first:], *things[:first]):
            yield turn, thing


def medians(
    clients: Sequence[Client], rounds: int, read: Callable[[Client], Spent], where: str
) -> dict[str, Spent | None]:
    """Return what clients took, by their names: the medians of some rounds.

    Nothing counts of a client that did not deliver all each time: that gives None.

    Args:
        clients: The clients.
        rounds: How often each of them reads.
        read: Has one of them read.
        where: What is read, to be told while it goes on.
    """
    spent: dict[str, list[Spent]] = {client.name: [] for client in clients}
    failed = set()
    for turn, client in turns(clients, rounds):
        say(f"round {turn + 1}, {where}: {client.name}")
        try:
            spent[client.name].append(read(client))
        except FailedError as error:
            say(str(error))
            failed.add(client.name)
    return {name: None if name in failed else Spent.median(taken) for name, taken in spent.items()}


def say(what: str) -> None:
    """Tell how far things are, beside the results."""
    print(what, file=sys.stderr)  # noqa: T201
