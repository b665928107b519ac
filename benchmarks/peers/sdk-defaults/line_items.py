"""A tap for the line items below all invoices, with the SDK's parent and child streams."""

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


class SequenceStream(RESTStream[str]):
    """A list."""

    primary_keys = ("id",)
    records_jsonpath = "$.items[*]"
    next_page_token_jsonpath = "$.pagination.after"  # noqa: S105  a path, not a secret
    parameters: dict[str, Any] = {"limit": 100, "sortOrder": "DESC"}  # noqa: RUF012  as in the SDK

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
        return {**self.parameters, "after": next_page_token} if next_page_token else self.parameters


class InvoicesStream(SequenceStream):
    """Invoices, of which only the ids are wanted."""

    name = "invoices"
    path = "/invoices"
    selected_by_default = False
    parameters = {**SequenceStream.parameters, "excludeZeroQuantity": "false"}  # noqa: RUF012
    schema = th.PropertiesList(th.Property("id", th.StringType)).to_dict()

    def get_child_context(self, record: dict[str, Any], context: Any) -> dict[str, Any]:
        """What the stream below is told of a record."""
        del context
        return {"invoiceId": record["id"]}


class InvoiceLineItemsStream(SequenceStream):
    """Line items."""

    name = "invoice_line_items"
    path = "/invoices/{invoiceId}/line-items"
    parent_stream_type = InvoicesStream
    # As the documentation advises for thousands of parents: no bookmark for each of them
    state_partitioning_keys = ()
    schema = json.loads(
        Path(os.environ["BENCHMARKS_SCHEMAS"], "invoice_line_items.schema.json").read_text(
            encoding="utf-8"
        )
    )


class TapSequence(Tap):
    """The tap, which takes the same environment variables."""

    name = "tap-sequence"
    config_jsonschema = th.PropertiesList(
        th.Property("api_url", th.StringType, required=True),
        th.Property("client_id", th.StringType, required=True),
        th.Property("client_secret", th.StringType, required=True, secret=True),
    ).to_dict()

    def discover_streams(self) -> list[SequenceStream]:
        """List the two streams."""
        return [InvoicesStream(tap=self), InvoiceLineItemsStream(tap=self)]


if __name__ == "__main__":
    TapSequence.cli()
