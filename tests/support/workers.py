"""Which tests run beside each other, and in which order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

if TYPE_CHECKING:
    import pytest

MELTANO = ["test_main_job.py", "test_whole_account.py", "test_meltano.py", "test_kills.py"]
"""Files of tests that run Meltano in this project, where two runs get in each other's way."""

SLOW = [
    *MELTANO,
    "test_projects.py",
    "test_documentation.py",
    "test_analysts.py",
    "test_invoice_views.py",
    "test_contract_views.py",
    "test_targets.py",
    "test_recipes.py",
]
"""Files that take longest: begun first, they leave no worker idle at the end."""


class Scheduler(LoadScopeScheduling):  # type: ignore[misc]  # xdist declares no types
    """Keeps the tests of a file on one worker, with what they have set up.

    The marks that xdist has for this mean nothing under pytest 9.2.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return "Meltano" if file.rpartition("/")[2] in MELTANO else file


def slow_first(items: list[pytest.Item]) -> None:
    """Put the tests in order."""
    items.sort(key=lambda item: SLOW.index(item.path.name) if item.path.name in SLOW else len(SLOW))
