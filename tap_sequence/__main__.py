"""The command line, `tap-sequence` or `python -m tap_sequence`, and how it ends."""

from __future__ import annotations

import gc
import logging
import sys
import traceback
from pathlib import Path

from singer_sdk.exceptions import (
    ConfigValidationError,
    MapExpressionError,
    StreamMapConfigError,
)

from tap_sequence.errors import SequenceError, Stopped
from tap_sequence.mistakes import in_one_line
from tap_sequence.tap import TapSequence


def main() -> None:
    """Run the tap, with the process's arguments, environment and standard output.

    Exits with 0 if all was read, 1 after an error, 2 if the arguments can't be understood, and 128
    plus the signal's number after a signal.
    """
    # In its own messages urllib3 shows URLs, and with them the filters' values
    logging.getLogger("urllib3").setLevel(logging.CRITICAL)
    gc.freeze()  # what was imported stays, and need not be searched again and again
    try:
        TapSequence.cli()
    except Stopped as error:
        TapSequence.logger.warning("Stopped by %s; the next run carries on", error.signal.name)
        raise
    except ConfigValidationError as error:
        _fail(in_one_line(error.errors), error)
    except SequenceError as error:
        _fail(str(error), error)
    except (MapExpressionError, StreamMapConfigError) as error:
        _fail(f"stream_maps: {error}", error)
    except OSError as error:
        _fail(f"{error.strerror}: {error.filename}" if error.filename else str(error), error)
    except Exception as error:  # noqa: BLE001  the last place that can turn it into words
        if type(error).__name__ == "JSONDecodeError":  # simplejson's, with which the SDK reads them
            _fail("a file given with --config, --state or --catalog is not JSON", error)
        # Without the error's own text, which could hold whatever was being processed
        frame = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(frame.filename).name}, line {frame.lineno}"
        _fail(
            f"unexpected {type(error).__name__} in {where}; LOGLEVEL=DEBUG shows the way there",
            error,
        )


def _fail(message: str, error: Exception) -> None:
    TapSequence.logger.error(message)
    if TapSequence.logger.isEnabledFor(logging.DEBUG):
        TapSequence.logger.debug("Raised at\n%s", "".join(traceback.format_tb(error.__traceback__)))
    sys.exit(1)


if __name__ == "__main__":
    main()
