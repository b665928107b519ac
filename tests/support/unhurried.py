"""The tap's command line, in which every wait is written down and over at once.

The first argument names the file for the waits, the others are the tap's.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tap_sequence.__main__ import main
from tests.support.waits import over_at_once

if __name__ == "__main__":
    file = Path(sys.argv.pop(1))

    def note(seconds: float) -> None:
        """Write a wait down."""
        with file.open("a", encoding="utf-8") as lines:
            lines.write(f"{seconds}\n")

    with over_at_once(note):
        main()
