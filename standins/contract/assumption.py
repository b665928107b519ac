"""An assumption, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from standins.contract.probes import Probes


class Verdict(Enum):
    """What became of an assumption, in the words of the report; the gravest last."""

    UNSEEN = "could not be seen"
    HOLDS = "holds"
    HARMLESS = "differs, and the tap is right anyway"
    HARMFUL = "differs, and the stream must not be used"

    @property
    def gravity(self) -> int:
        """How grave it is."""
        return list(Verdict).index(self)


Part = tuple[Verdict, str]
"""What was seen of one stream."""

_MOST_NAMES = 6


class UnseenError(Exception):
    """Something could not be seen; the text says why."""


@dataclass(frozen=True)
class Finding:
    """What was seen of an assumption.

    Attributes:
        verdict: What became of it.
        seen: What was seen, in words that tell nothing of what the account holds.
        streams: The streams that the verdict is about, where it isn't about all.
        parts: What was seen of which streams, where it was looked at several.
    """

    verdict: Verdict
    seen: str
    streams: tuple[str, ...] = ()
    parts: Mapping[Part, list[str]] = field(default_factory=dict)


class Guess(NamedTuple):
    """A choice of the stand-in's own, where the documents say nothing.

    Attributes:
        module: The module in `standins/sequence_api` that has it.
        name: What to change there.
        choice: The choice, in words.
    """

    module: str
    name: str
    choice: str


@dataclass(frozen=True, kw_only=True)
class Assumption:
    """One thing that the documents of the API leave open, or that the tap takes their word for.

    Attributes:
        name: What it is called in reports and tests.
        sentence: What is assumed.
        otherwise: What the tap does where it isn't so.
        guess: Which choice of the stand-in would have to change then; None if it only follows the
            documents.
        check: Looks whether it is so.
    """

    name: str
    sentence: str
    otherwise: str
    guess: Guess | None
    check: Callable[[Probes], Finding]


def assumption(
    name: str, sentence: str, *, otherwise: str, guess: Guess | None = None
) -> Callable[[Callable[[Probes], Finding]], Assumption]:
    """Declare the assumption that a function checks."""

    def declare(check: Callable[[Probes], Finding]) -> Assumption:
        return Assumption(
            name=name, sentence=sentence, otherwise=otherwise, guess=guess, check=check
        )

    return declare


def by_stream(streams: Iterable[str], look: Callable[[str], Part]) -> Finding:
    """Look at several streams, and say which of them differ.

    Args:
        streams: Their names.
        look: Looks at one; what could not be seen it raises.
    """
    parts: dict[Part, list[str]] = {}
    for stream in streams:
        try:
            part = look(stream)
        except UnseenError as error:
            part = Verdict.UNSEEN, str(error)
        parts.setdefault(part, []).append(stream)
    if not parts:
        return Finding(Verdict.UNSEEN, "there is no such list")
    worst = max((verdict for verdict, _ in parts), key=lambda verdict: verdict.gravity)
    ordered = sorted(parts, key=lambda part: -part[0].gravity)
    seen = "; ".join(f"{part[1]}: {_names(part[0], parts[part])}" for part in ordered)
    differs = worst in {Verdict.HARMLESS, Verdict.HARMFUL}
    concerned = [name for part, names in parts.items() if part[0] is worst for name in names]
    return Finding(worst, seen, tuple(concerned) if differs else (), parts)


def _names(verdict: Verdict, names: list[str]) -> str:
    """Name streams, or count them where there is nothing to say of them."""
    many = verdict is Verdict.HOLDS and len(names) > _MOST_NAMES
    return f"{len(names)} streams" if many else ", ".join(names)


def holds(words: str) -> Part:
    """Say that it is as assumed."""
    return Verdict.HOLDS, words


def harmless(words: str) -> Part:
    """Say that it differs, and the tap is right anyway."""
    return Verdict.HARMLESS, words


def harmful(words: str) -> Part:
    """Say that it differs, and the stream must not be used."""
    return Verdict.HARMFUL, words
