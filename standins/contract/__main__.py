"""The command: `uv run -m standins.contract`."""

from __future__ import annotations

import argparse
import json
import logging
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from singer_sdk.exceptions import ConfigValidationError

from standins.contract import report
from standins.contract.asking import MOST, Asker
from standins.contract.assumption import Assumption, Finding, UnseenError, Verdict
from standins.contract.checks import ASSUMPTIONS
from standins.contract.probes import Probes
from tap_sequence import mistakes, settings
from tap_sequence.errors import SequenceError
from tap_sequence.files import read_object
from tap_sequence.tap import VARIABLES, TapSequence

if TYPE_CHECKING:
    from collections.abc import Sequence

_APIS = {
    "https://eu.sequencehq.com/api": "production",
    "https://sandbox.sequencehq.com/api": "sandbox",
}
_SETTINGS = (
    "client_id",
    "client_secret",
    "api_url",
    "api_version",
    "request_timeout",
    "max_requests_per_minute",
)
"""The settings that count; without the others, lists are as long as they can be."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Hold all assumptions against the API, and print what was found.

    Args:
        arguments: Those on the command line, if not given.

    Returns:
        0 if nothing differs in a way that matters, else 1.
    """
    options = _options(arguments)
    # In its own messages urllib3 shows URLs, and with them cursors
    logging.getLogger("urllib3").setLevel(logging.CRITICAL)
    try:
        tap = TapSequence(config=_config(options.config))
        probes, results = results_of(tap)
        _write(options.json, tap, probes, results)
    except ConfigValidationError as error:
        return _failed(mistakes.in_one_line(error.errors))
    except SequenceError as error:
        return _failed(str(error))
    except OSError as error:
        return _failed(f"{options.json}: {error.strerror}")
    harmful = any(found.verdict is Verdict.HARMFUL for _, found in results)
    return 1 if harmful else 0


def results_of(tap: TapSequence) -> tuple[Probes, list[tuple[Assumption, Finding]]]:
    """Hold all assumptions against the API that a tap reaches.

    Raises:
        SequenceError: If it can't be reached, or the key is refused.
    """
    asker = Asker(tap.config, f"tap-sequence-contract/{tap.plugin_version}")
    streams: Any = tap.streams.values()
    probes = Probes(streams, asker, tap.config.get("api_version"))
    probes.start()
    return probes, [(one, _found(one, probes)) for one in ASSUMPTIONS]


def _found(one: Assumption, probes: Probes) -> Finding:
    try:
        return one.check(probes)
    except UnseenError as error:
        return Finding(Verdict.UNSEEN, str(error))
    except SequenceError:
        raise
    except Exception as error:  # noqa: BLE001  the other assumptions can be looked at all the same
        # Without its text, which could hold a value
        return Finding(Verdict.UNSEEN, f"an answer that nobody thought of: {type(error).__name__}")


def _config(names: Sequence[str]) -> dict[str, Any]:
    config: dict[str, Any] = {}
    for name in names:
        if name != "ENV":
            config |= read_object("--config", name)
    if not names or "ENV" in names:
        config |= settings.from_environment(_SETTINGS, VARIABLES)
    return {name: config[name] for name in _SETTINGS if name in config}


def _write(
    file: str | None, tap: TapSequence, probes: Probes, results: list[tuple[Assumption, Finding]]
) -> None:
    if file != "-":
        sys.stdout.write(f"{report.as_table(results, probes.asker.requests)}\n")
    if file is None:
        return
    made = report.as_json(
        results,
        tap=str(tap.plugin_version),
        day=f"{datetime.now(UTC):%Y-%m-%d}",
        api=_APIS.get(tap.config["api_url"].rstrip("/"), "another"),
        version=probes.version,
        requests=probes.asker.requests,
    )
    text = f"{json.dumps(made, indent=2)}\n"
    if file == "-":
        sys.stdout.write(text)
        return
    Path(file).write_text(text, encoding="utf-8")


def _failed(message: str) -> int:
    sys.stderr.write(f"{message}\n")
    return 1


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m standins.contract",
        description="See whether what the tap assumes of Sequence's API holds where your key "
        f"leads. Reads only, with at most {MOST} requests, and prints nothing of what the account "
        "holds. The exit code is 1 where a stream must not be used.",
    )
    parser.add_argument(
        "--config",
        action="append",
        default=[],
        metavar="FILE",
        help="settings of the tap, as its own --config takes them; ENV, as when nothing is given, "
        "for TAP_SEQUENCE_* variables and .env",
    )
    parser.add_argument(
        "--json", metavar="FILE", help="where the report goes as JSON; - for standard output"
    )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
