"""The line items below all invoices, read by dlt's REST source: its extract stage.

python line_items.py FOLDER [REQUESTS_PER_MINUTE]
"""

# ruff: noqa: INP001  a separate program, in another environment

from __future__ import annotations

import os
import sys

import dlt
from dlt.sources.helpers.requests import Client
from dlt.sources.rest_api import RESTAPIConfig, rest_api_source


def main(folder: str, *limit: str) -> None:
    """Read them into the folder."""
    # As many as the tap has. The default is 5; the documentation leaves the number to its reader
    os.environ["EXTRACT__WORKERS"] = "20"
    os.environ["EXTRACT__MAX_PARALLEL_ITEMS"] = "40"
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
        "resources": [
            {
                "name": "invoices",
                "primary_key": "id",
                "selected": False,
                "endpoint": {
                    "path": "invoices",
                    "data_selector": "items",
                    "params": {"limit": 100, "sortOrder": "DESC", "excludeZeroQuantity": "false"},
                },
            },
            {
                "name": "invoice_line_items",
                "primary_key": "id",
                "write_disposition": "merge",
                "parallelized": True,
                "endpoint": {
                    "path": "invoices/{resources.invoices.id}/line-items",
                    "data_selector": "items",
                    "params": {"limit": 100, "sortOrder": "DESC"},
                },
            },
        ],
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
    pipeline.extract(rest_api_source(config))


if __name__ == "__main__":
    main(*sys.argv[1:])
