"""The page docs/assumptions.md: `uv run -m standins.contract.page` writes it."""

from __future__ import annotations

from pathlib import Path

from standins.contract.asking import MOST
from standins.contract.checks import ASSUMPTIONS
from standins.sequence_api.otherwise import OTHERWISE

PAGE = Path("docs", "assumptions.md")

_HEAD = f"""\
# What the tap assumes of Sequence's API

Nobody who wrote this tap could call the API. Its published documents leave much open; the tap is
meant to be right either way, or to fail in plain words. If you have a key, of the sandbox perhaps,
one command in a clone of this repository shows which way it is:

```bash
export TAP_SEQUENCE_CLIENT_ID=…
export TAP_SEQUENCE_CLIENT_SECRET=…
export TAP_SEQUENCE_API_URL=https://sandbox.sequencehq.com/api
uv run -m standins.contract --json report.json
```

It takes the tap's settings, from files (`--config`) too, only reads, makes at most {MOST} requests
at the tap's own pace, one of them with a wrong secret, and takes a minute or two. It prints names
of fields, types, counts and versions: no value, id or cursor, and no credential. The exit code is 1
if a stream must not be used. Please attach `report.json` to an issue of the kind *What the API
does*, above all where something differs.

## Each assumption, and what the tap does otherwise

Tests have the [stand-in](../standins/sequence_api) behave in each of the ways in the second
column. The command has to notice, and the tap has to deliver what there is, or say why not.

| Assumption | How it can be otherwise | What the tap does then |
|---|---|---|
"""

_GUESSES = """
## What the stand-in guesses

Where the documents say nothing, the stand-in behaves in one of the possible ways. These are its
guesses; a report says which one to change.

| Assumption | The stand-in's choice | Where |
|---|---|---|
"""

_TAIL = """
## What reading can't show

- Whether each change of a row moves its `updatedAt`, and whether that is visible at once.
- How long a cursor stays valid, and what a 429 looks like: the command provokes none.
- Whether superseded events stay listed.
- How far Sequence's clock is from yours.
- Whether what is archived or deleted is shown by lists that have no switch for it.
- Whether line items get new ids when an invoice is recalculated.
"""


def page() -> str:
    """Return the page."""
    return f"{_HEAD}{_assumptions()}{_GUESSES}{_guesses()}{_TAIL}"


def _assumptions() -> str:
    rows = []
    for one in ASSUMPTIONS:
        words = "<br>".join(way.words for way in OTHERWISE[one.name])
        rows.append(f"| `{one.name}`: {one.sentence} | {words} | {one.otherwise} |\n")
    return "".join(rows)


def _guesses() -> str:
    return "".join(
        f"| `{one.name}` | {one.guess.choice} | `{one.guess.name}` in `{one.guess.module}.py` |\n"
        for one in ASSUMPTIONS
        if one.guess
    )


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
