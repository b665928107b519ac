"""What a run says of records that were not as declared."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet
    from logging import Logger

    from tap_sequence.records.reader import RecordReader


def warn_of_records(
    stream: str, reader: RecordReader, declared: AbstractSet[str], logger: Logger
) -> None:
    """Say, once a stream has been read, what of its records was changed or unexpected.

    Args:
        stream: The stream's name.
        reader: What has read its records.
        declared: The fields that the tap knows, whatever the catalog declares.
        logger: What is told.
    """
    if unknown := reader.unknown_fields - declared:
        logger.warning(
            "%s: the API sent fields that this version of the tap does not know, and they were "
            "dropped (upgrade it to have them): %s",
            stream,
            _in_words(unknown),
        )
    if missing := reader.unknown_fields & declared:
        logger.warning(
            "%s: the API sent fields that the catalog does not declare, and they were dropped "
            "(discover it again to have them): %s",
            stream,
            _in_words(missing),
        )
    if reader.surprises:
        logger.warning(
            "%s: the API sent values of other types than declared, and they were delivered as they "
            "came: %s",
            stream,
            ", ".join(sorted(reader.surprises)[:20]),
        )
    if reader.cut:
        logger.warning(
            "%s: the API sent times where dates are declared, and their dates were delivered: %s",
            stream,
            ", ".join(sorted(reader.cut)),
        )
    if reader.characters_removed:
        logger.warning(
            "%s: some texts held NUL characters or halves of surrogate pairs, which databases "
            "can't store: these characters were removed",
            stream,
        )


def _in_words(fields: AbstractSet[str]) -> str:
    """Name some fields; what is no field's name could be a customer's."""
    shown = sorted(name for name in fields if re.fullmatch("[a-z][A-Za-z0-9_]{0,40}", name))[:20]
    hidden = len(fields) - len(shown)
    return ", ".join([*shown, *([f"{hidden} more"] if hidden else [])])
