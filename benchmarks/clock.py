"""Runs a command, and reports what its whole process cost.

python -I -S clock.py COST OUTPUT LOG COMMAND...

Linux counts a parent process's memory towards its child's peak. So this one imports next to
nothing, and does nothing else.
"""

import os
import sys
import time


def main(cost: str, output: str, log: str, *command: str) -> int:
    """Run the command, and write what it cost: wall and processor seconds, and kilobytes."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    files = (
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, output, flags, 0o600),
        (os.POSIX_SPAWN_OPEN, 2, log, flags, 0o600),
    )
    started = time.perf_counter()
    child = os.posix_spawnp(command[0], command, os.environ, file_actions=files)
    _, status, used = os.wait4(child, 0)
    wall = time.perf_counter() - started
    with open(cost, "w", encoding="ascii") as file:  # noqa: PTH123  pathlib is a large import
        file.write(f"{wall} {used.ru_utime + used.ru_stime} {used.ru_maxrss}")
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
