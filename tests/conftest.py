"""Settings of the tests."""

from __future__ import annotations

from hypothesis import settings

# An example that starts a server and runs the tap takes as long as the machine is busy
settings.register_profile("default", deadline=None, print_blob=True)
settings.load_profile("default")
