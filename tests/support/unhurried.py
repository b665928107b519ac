"""The tap's command line, in which every wait is written down and over at once.

The first argument names the file for the waits, the others are the tap's.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from tap_sequence.__main__ import main

if __name__ == "__main__":
    waits = Path(sys.argv.pop(1))

    def sleep(seconds: float, /) -> None:
        """Write the wait down."""
        with waits.open("a", encoding="utf-8") as file:
            file.write(f"{seconds}\n")

    time.sleep = sleep  # type: ignore[assignment]  # its stub takes whatever has an index, too
    main()
