"""Which tests run beside each other, and in which order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

if TYPE_CHECKING:
    import pytest

MELTANO = ["test_main_job.py", "test_whole_account.py", "test_meltano.py", "test_kills.py"]
"""Files of tests that run Meltano in this project, where two runs get in each other's way."""

WAREHOUSES = [
    "test_analysts.py",
    "test_invoice_views.py",
    "test_contract_views.py",
    "test_views.py",
    "test_line_views.py",
    "test_gone_postgres.py",
    "test_money.py",
    "test_targets.py",
]
"""Files of tests for which a loader is installed, and lists are loaded: once for all of them."""

SLOW = [
    *([file] for file in MELTANO),
    ["test_projects.py"],
    ["test_documentation.py"],
    WAREHOUSES,
    ["test_recipes.py"],
]
"""Files that take longest: begun first, they leave no worker idle at the end.

Those in one list stay in pytest's order, which runs together what needs the same parameter.
"""


class Scheduler(LoadScopeScheduling):  # type: ignore[misc]  # xdist declares no types
    """Keeps the tests of a file, or of some files, on one worker, with what they have set up.

    The marks that xdist has for this mean nothing under pytest 9.2.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        name = file.rpartition("/")[2]
        groups = {"Meltano": MELTANO, "warehouses": WAREHOUSES}
        return next((group for group, files in groups.items() if name in files), file)


def slow_first(items: list[pytest.Item]) -> None:
    """Put the tests in order."""
    ranks = {file: rank for rank, files in enumerate(SLOW) for file in files}
    items.sort(key=lambda item: ranks.get(item.path.name, len(SLOW)))
