"""The same list read by dlt's REST source: only its extract stage, or all of it into PostgreSQL.

python read.py FOLDER (extract | load | load-one-table)
"""

# ruff: noqa: INP001  a separate program, in another environment

from __future__ import annotations

import os
import sys

import dlt
from dlt.sources.rest_api import RESTAPIConfig, rest_api_source

CONFIG: RESTAPIConfig = {
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
            "name": "customers",
            "primary_key": "id",
            "write_disposition": "merge",
            "endpoint": {
                "path": "customers",
                "data_selector": "items",
                "params": {"limit": 100, "sortOrder": "DESC", "includeArchived": "true"},
            },
        }
    ],
}


def main(folder: str, stage: str) -> None:
    """Read the list into the folder, or on into the database that dlt's own variables name.

    By default, dlt makes a table of each list within a customer.
    """
    pipeline = dlt.pipeline(
        "sequence", destination="postgres", dataset_name="sequence", pipelines_dir=folder
    )
    source = rest_api_source(CONFIG)
    if stage == "extract":
        pipeline.extract(source)
        return
    if stage == "load-one-table":
        source.max_table_nesting = 0
    pipeline.run(source).raise_on_failed_jobs()


if __name__ == "__main__":
    main(*sys.argv[1:])
