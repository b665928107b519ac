"""The versions of the API, and which of them have what.

In a table a word of three letters says it, a letter for each version, oldest first: R for what is
always there, o for what is optional, n for what is optional and may be null too, - for what is not
there.
"""

from __future__ import annotations

from typing import Final

VERSIONS: Final = ("2024-01-01", "2024-05-09", "2024-07-30")

ANY: Final = "any"
"""In place of a version: what any of them has, as the latest of these has it."""


def by_version(letters: str) -> dict[str, str]:
    """The letter of each version, and of `ANY`.

    Raises:
        ValueError: If it is not one letter for each version.
    """
    had = letters.replace("-", "")
    if len(letters) != len(VERSIONS) or not had or set(had) - set("Ron"):
        raise ValueError(f"{letters!r} does not have one of R, o, n and - for each version")
    return {**dict(zip(VERSIONS, letters, strict=True)), ANY: had[-1]}
