"""The API on its own, for curl: `python -m standins.sequence_api`."""

from __future__ import annotations

import argparse
import contextlib
import threading

from standins.sequence_api import SequenceAPI


def main() -> None:
    """Serve until Ctrl-C."""
    given = _options()
    api = SequenceAPI(
        given.customers,
        rows=dict(given.rows),
        seed=given.seed,
        port=given.port,
        latency=given.latency_ms / 1000,
        rate=given.rate,
    )
    if given.warm:
        api.warm("customers", *dict(given.rows))
    with contextlib.suppress(KeyboardInterrupt), api:
        print(  # noqa: T201  what this command is for
            f"url            {api.url}",
            f"client id      {api.client_id}",
            f"client secret  {api.client_secret}",
            f"curl -u {api.client_id}:{api.client_secret} '{api.url}/customers?limit=2'",
            sep="\n",
            flush=True,
        )
        threading.Event().wait()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m standins.sequence_api", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0, the default, for any free port")
    parser.add_argument("--customers", type=int, default=250, help="how many, default 250")
    parser.add_argument(
        "--rows",
        type=_sized,
        action="append",
        default=[],
        metavar="LIST=N",
        help="how many rows another list has, as in invoices=1000",
    )
    parser.add_argument("--seed", type=int, default=7, help="which ones, default 7")
    parser.add_argument("--latency-ms", type=float, default=0, help="of each request, default 0")
    parser.add_argument("--rate", type=int, help="answered requests a minute, default any number")
    parser.add_argument(
        "--warm",
        action="store_true",
        help="render customers, and the lists in --rows, before serving",
    )
    return parser.parse_args()


def _sized(text: str) -> tuple[str, int]:
    name, _, number = text.partition("=")
    return name, int(number)


if __name__ == "__main__":
    main()
