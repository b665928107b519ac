"""Generates documentation and configuration from the streams: `uv run -m tools.generate`.

That is all of docs/streams.md, and a block of each file for Meltano: which streams to select, and
which arrays to load as jsonb. The rest of those files stays as it is.
"""

from __future__ import annotations

from pathlib import Path

from tap_sequence.tap import TapSequence
from tools.blocks import generated, schema, selection
from tools.page import page

ROOT = Path(__file__).parent.parent


def contents() -> dict[Path, str]:
    """Return what each file should contain."""
    streams = TapSequence(validate_config=False, setup_mapper=False).discover_streams()
    select = selection(streams)
    blocks = {
        "meltano.yml": select + schema(streams),
        "docs/sequence.meltano.yml": select + schema(streams),
        "plugin.yaml": select,
    }
    files = {ROOT / name: block for name, block in blocks.items()}
    return {
        ROOT / "docs" / "streams.md": page(streams),
        **{file: generated(file.read_text("utf-8"), block) for file, block in files.items()},
    }


if __name__ == "__main__":
    for written, text in contents().items():
        written.write_text(text, encoding="utf-8")
