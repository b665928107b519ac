"""The command line: ``tap-sequence`` and ``python -m tap_sequence``."""


def main() -> None:
    """Run the tap."""
    raise NotImplementedError
