"""Settings of the tests."""

from __future__ import annotations

import os

from hypothesis import settings

# Some hundred processes start, in half the time where the bytecode of what they import is kept
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# An example that starts a server and runs the tap takes as long as the machine is busy
settings.register_profile("default", deadline=None, print_blob=True)
settings.load_profile("default")
