"""Reads of parents' lists, kept for the streams of the same run that would read them alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from types import TracebackType

    from tap_sequence.reading.progress import Terms
    from tap_sequence.singer.delivery import Delivery

MOST = 10_000
"""Records that a read which is kept may have delivered: with more, to read the list once more is no
matter beside what is asked for below them."""


class Beginning(NamedTuple):
    """What a read depends on.

    Attributes:
        parent: The name of the parent's stream.
        state: The state that it begins with.
        terms: Everything else.
    """

    parent: str
    state: Mapping[str, Any]
    terms: Terms


class ParentReads:
    """The reads of parents' lists in one run, kept while it is entered as a context.

    A stream below the same parent that begins with the same state would be delivered the same, but
    for what has changed in the minutes since. That comes with the next run, for both.
    """

    def __init__(self) -> None:
        """Keep none."""
        self._kept: list[tuple[Beginning, list[Delivery]]] | None = None

    def __enter__(self) -> Self:
        """Begin to keep them."""
        self._kept = []
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        raised: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Forget them."""
        self._kept = None

    def pages(
        self, beginning: Beginning, read: Callable[[], Iterator[Delivery]]
    ) -> Iterator[Delivery]:
        """Yield what a read delivers, or an earlier one that began alike has delivered.

        Args:
            beginning: What the read depends on.
            read: Reads the list.
        """
        for known, kept in self._kept or ():
            if known == beginning:
                yield from kept
                return
        pages: list[Delivery] = []
        records = 0
        for page in read():
            records += len(page.records)
            if records <= MOST:
                pages.append(page)
            yield page
        if records <= MOST and self._kept is not None:
            self._kept.append((beginning, pages))
