"""All lists read by dlt's REST source at once: its extract stage, or all of it into PostgreSQL.

python account.py FOLDER (extract | load | load-one-table) [REQUESTS_PER_MINUTE]
"""

# ruff: noqa: INP001  a separate program, in another environment

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import dlt
from dlt.sources.helpers.requests import Client
from dlt.sources.rest_api import RESTAPIConfig, rest_api_source


def main(folder: str, stage: str, *limit: str) -> None:
    """Read them into the folder, or on into the database that dlt's own variables name."""
    lists = json.loads(Path(os.environ["BENCHMARKS_SCHEMAS"], "lists.json").read_text("utf-8"))
    # By default 5 of them are read at once
    os.environ["EXTRACT__WORKERS"] = str(len(lists))
    os.environ["EXTRACT__MAX_PARALLEL_ITEMS"] = str(2 * len(lists))
    config: RESTAPIConfig = {
        "client": {
            "base_url": os.environ["TAP_SEQUENCE_API_URL"],
            "auth": {
                "type": "http_basic",
                "username": os.environ["TAP_SEQUENCE_CLIENT_ID"],
                "password": os.environ["TAP_SEQUENCE_CLIENT_SECRET"],
            },
            "paginator": {
                "type": "cursor",
                "cursor_path": "pagination.after",
                "cursor_param": "after",
            },
        },
        "resource_defaults": {"write_disposition": "merge"},
        "resources": [resource(**each, whole=stage == "extract") for each in lists],
    }
    if limit:
        # By default it gives up after waits of 1, 2, 4 and 8 seconds, and so before the minute is
        # over. These are the numbers of the example in its documentation
        config["client"]["session"] = Client(
            raise_for_status=False,
            request_max_attempts=10,
            request_backoff_factor=1.5,
            request_timeout=120,
            request_max_retry_delay=30,
        ).session
    pipeline = dlt.pipeline(
        "sequence", destination="postgres", dataset_name="sequence", pipelines_dir=folder
    )
    # In `resource_defaults`, this changes nothing
    source = rest_api_source(config, parallelized=True)
    if stage == "extract":
        pipeline.extract(source)
        return
    if stage == "load-one-table":
        source.max_table_nesting = 0
    pipeline.run(source).raise_on_failed_jobs()


def resource(  # noqa: PLR0913  what a list is told by
    *,
    name: str,
    path: str,
    keys: list[str],
    parameters: dict[str, str],
    paged: bool,
    left_out: list[str],
    whole: bool,
    **_: object,
) -> Any:
    """Return a list as dlt is told of it, if not whole without what the project does not load."""
    limit = {"limit": 100} if paged else {}
    described: dict[str, Any] = {
        "name": name,
        "primary_key": keys,
        "endpoint": {"path": path, "data_selector": "items", "params": {**parameters, **limit}},
    }
    if left_out and not whole:

        def without(row: dict[str, Any]) -> dict[str, Any]:
            return {field: value for field, value in row.items() if field not in left_out}

        described["processing_steps"] = [{"map": without}]
    return described


if __name__ == "__main__":
    main(*sys.argv[1:])
