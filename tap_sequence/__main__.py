"""The command line, `tap-sequence` or `python -m tap_sequence`, and how it ends."""

from __future__ import annotations

import gc
import logging
import os
import signal
import sys
import traceback
from pathlib import Path
from typing import NoReturn

import click
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
        sys.exit(_run())
    except Stopped as error:
        TapSequence.logger.warning(
            "Stopped by %s; the next run carries on from the last state that was kept",
            error.signal.name,
        )
        raise
    except ConfigValidationError as error:
        _fail(in_one_line(error.errors), error)
    except SequenceError as error:
        _fail(str(error), error)
    except (MapExpressionError, StreamMapConfigError) as error:
        _fail(f"stream_maps: {' '.join(str(error).split())}", error)
    except BrokenPipeError as error:
        _fail("the target stopped reading; its own log says why", error)
    except OSError as error:
        what = error.strerror or type(error).__name__
        _fail(f"{what}: {error.filename}" if error.filename else what, error)
    except Exception as error:  # noqa: BLE001  the last place that can turn it into words
        # Without the error's own text, which could hold whatever was being processed
        frame = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(frame.filename).name}, line {frame.lineno}"
        _fail(
            f"unexpected {type(error).__name__} in {where}; LOGLEVEL=DEBUG shows the way there",
            error,
        )


def _run() -> int:
    """Run the command line, and return the exit code."""
    ignored = _without_unknown_log_levels()
    try:
        command = TapSequence.cli  # sets up the log
    except (ImportError, ValueError, TypeError, AttributeError, KeyError) as error:
        message = "SINGER_SDK_LOG_CONFIG: the file holds no configuration of Python's logging"
        raise SequenceError(message) from error
    TapSequence.logger.addFilter(_is_said_by_the_tap)
    for name in ignored:
        TapSequence.logger.warning("%s: no such level, ignored", name)
    if sys.stdout is None:  # closed by whoever started the process
        message = "standard output is closed, and with it the way to the target"
        raise SequenceError(message)
    code = 0
    try:
        # Not by click's own main: it ends without a word where nobody reads what is written
        with command.make_context(TapSequence.name, sys.argv[1:]) as context:
            command.invoke(context)
    except click.exceptions.Exit as ended:
        code = ended.exit_code
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except KeyboardInterrupt:  # before the tap has a handler of its own
        raise Stopped(signal.SIGINT) from None
    sys.stdout.flush()
    return code


def _is_said_by_the_tap(record: logging.LogRecord) -> bool:
    """Hold back what the SDK says of environment variables, which this tap reads itself."""
    return record.msg != "Skipping parse of env var settings..."


def _without_unknown_log_levels() -> list[str]:
    """Remove variables that name no log level, which other programs may know; return their names.

    The SDK ends in a traceback on them, before there is a log.
    """
    names = [
        name
        for name in ("LOGLEVEL", "TAP_SEQUENCE_LOGLEVEL")
        if (os.environ.get(name) or "INFO").upper() not in logging.getLevelNamesMapping()
    ]
    for name in names:
        del os.environ[name]
    return names


def _fail(message: str, error: Exception) -> NoReturn:
    TapSequence.logger.error(message)
    if TapSequence.logger.isEnabledFor(logging.DEBUG):
        TapSequence.logger.debug("Raised at\n%s", "".join(traceback.format_tb(error.__traceback__)))
    if sys.stdout is not None:
        try:
            sys.stdout.flush()
        except OSError:
            # Python tries again at its exit, and would fail in its own words
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(1)


if __name__ == "__main__":
    main()
