"""What an account holds, and what of it is to arrive."""

from __future__ import annotations

import json
from base64 import b64encode
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from standins.sequence_api import SequenceAPI, faults
from tests.support.messages import by_id

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.rows import Row, Rows

DIGITS = "0.12345678901234567890123"
"""A number that a float can't hold, in a field of an address that nobody has heard of."""

KEY = {"client_id": "an-id", "client_secret": "a-secret"}
"""The settings that are required, of no account."""


def settings(api: SequenceAPI, **more: Any) -> dict[str, Any]:
    """Return the settings that reach a stand-in, and more."""
    return {
        "api_url": api.url,
        "client_id": api.client_id,
        "client_secret": api.client_secret,
        **more,
    }


def variables(api: SequenceAPI, tap: str = "tap_sequence") -> dict[str, str]:
    """Return the same as variables of the environment, for a tap of some name."""
    return {f"{tap.upper()}_{name.upper()}": value for name, value in settings(api).items()}


def token(client_id: str, client_secret: str) -> str:
    """Return what stands for a key in the header Authorization."""
    return b64encode(f"{client_id}:{client_secret}".encode()).decode()


def ids(api: SequenceAPI) -> set[str]:
    """Return the ids of all customers."""
    return {customer.id for customer in api.customers}


def expected(api: SequenceAPI, version: str | None = None) -> list[Row]:
    """Return what a complete read must bring, ordered by id: times in the fixed-width form."""
    return by_id(
        [
            {
                **item,
                "createdAt": f"{datetime.fromisoformat(item['createdAt']):%Y-%m-%dT%H:%M:%S.%fZ}",
            }
            for item in cast("list[Row]", api.listed(version))
        ]
    )


@contextmanager
def account_with_every_field(customers: int = 100) -> Iterator[tuple[SequenceAPI, Rows]]:
    """Provide an API whose customers have the fields of all its versions, and these customers.

    Args:
        customers: How many; they are all on one page.
    """
    items = of_all_versions(customers)
    items[0]["label"] = ""
    items[1]["address"] = {"floor": "DIGITS"}
    items[2] = {"id": items[2]["id"], "createdAt": items[2]["createdAt"]}
    items[3] |= dict.fromkeys(("address", "billingEmails", "externalIds", "customProperties"))
    items[3]["integrationIds"] = [{"service": None}, {}]
    items[3]["organizations"] = [{"id": "one", "owner": None, "members": None}, {"members": [{}]}]
    items[4]["customProperties"] = {"unset": None}
    page = {"items": items, "pagination": {"totalResultSize": customers}}
    body = json.dumps(page).replace('"DIGITS"', DIGITS)
    with SequenceAPI(0) as api:
        api.fail(faults.body(body, "application/json"), times=None)
        yield api, {item["id"]: item for item in json.loads(body)["items"]}


def of_all_versions(customers: int) -> list[Row]:
    """Return customers with the fields of all versions of the API together."""
    drawn = SequenceAPI(customers)
    versions = (
        cast("list[Row]", drawn.listed(version)) for version in ("2024-01-01", "2024-07-30")
    )
    return [{**old, **new} for old, new in zip(*versions, strict=True)]
