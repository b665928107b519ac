"""What runs in the test's process have logged."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return the warnings."""
    return [one.getMessage() for one in caplog.records if one.levelname == "WARNING"]
