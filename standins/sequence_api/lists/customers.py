"""What can be asked of `GET /customers`; `people` has the customers."""

from __future__ import annotations

from typing import Final

from standins.sequence_api.endpoint import Endpoint
from standins.sequence_api.parameters import ARCHIVED, PAGES, SORTED, among, equal, takes

CUSTOMERS: Final = Endpoint(
    name="customers",
    path="/customers",
    ordered=True,
    parameters=[
        *PAGES,
        *SORTED,
        *takes(
            "ooo",
            legalName=equal("legalName"),
            email=equal("email"),
            alias=among("aliases"),
            includeArchived=ARCHIVED,
        ),
        *takes(
            "--o",
            label=equal("label"),
            billingStatus=equal("billingStatus", "ACTIVE", "INACTIVE"),
        ),
    ],
)
