"""A tap for the same list, written as in the SDK's template and documentation."""

# ruff: noqa: INP001  a separate program, in another environment

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from singer_sdk import Tap
from singer_sdk import typing as th
from singer_sdk.authenticators import BasicAuthenticator
from singer_sdk.streams import RESTStream


class CustomersStream(RESTStream[str]):
    """Customers."""

    name = "customers"
    path = "/customers"
    primary_keys = ("id",)
    replication_key = "createdAt"
    records_jsonpath = "$.items[*]"
    next_page_token_jsonpath = "$.pagination.after"  # noqa: S105  a path, not a secret
    schema = json.loads(
        Path(os.environ["BENCHMARKS_SCHEMAS"], "customers.schema.json").read_text(encoding="utf-8")
    )

    @property
    def url_base(self) -> str:
        """The URL without the path."""
        return str(self.config["api_url"])

    @property
    def authenticator(self) -> BasicAuthenticator:
        """The credentials."""
        return BasicAuthenticator(
            username=self.config["client_id"], password=self.config["client_secret"]
        )

    def get_url_params(self, context: Any, next_page_token: str | None) -> dict[str, Any]:
        """The parameters of one request."""
        del context
        parameters = {"limit": 100, "sortOrder": "DESC", "includeArchived": "true"}
        return {**parameters, "after": next_page_token} if next_page_token else parameters


class TapSequence(Tap):
    """The tap, which takes the same environment variables."""

    name = "tap-sequence"
    config_jsonschema = th.PropertiesList(
        th.Property("api_url", th.StringType, required=True),
        th.Property("client_id", th.StringType, required=True),
        th.Property("client_secret", th.StringType, required=True, secret=True),
    ).to_dict()

    def discover_streams(self) -> list[CustomersStream]:
        """List the one stream."""
        return [CustomersStream(tap=self)]


if __name__ == "__main__":
    TapSequence.cli()
