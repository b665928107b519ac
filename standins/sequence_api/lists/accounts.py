"""Sequence accounts, their users, and other names of customers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from standins.sequence_api.described import Description
from standins.sequence_api.makers import (
    account,
    code,
    company,
    country,
    created,
    derived,
    email,
    flag,
    key,
    label,
    moment,
    of,
    one,
    seldom,
)
from standins.sequence_api.parameters import PAGES, equal, takes
from standins.sequence_api.shapes import Many, Shape, has

if TYPE_CHECKING:
    from standins.sequence_api.shapes import Drawing

CUSTOMER_ALIASES: Final = Description(
    name="customer_aliases",
    path="/customer-aliases",
    share=1.2,
    shape=Shape(
        has(
            "RRR",
            id=key,
            sequenceAccountId=account,
            customerId=of("customers"),
            value=code("alias {} é"),
            createdAt=created,
        ),
        has(
            "ooo",
            deletedAt=seldom(moment(0, 90)),
            label=label,
            archivedAt=seldom(moment(0, 90)),
        ),
    ),
    parameters=[*PAGES, *takes("--o", value=equal("value"))],
)


def _role(name: str, *actions: str) -> dict[str, object]:
    resources = ("org.customer", "org.invoice", "org.quote")
    permissions = [{"resource": resource, "actions": list(actions)} for resource in resources]
    return {"roleName": name, "permissions": permissions}


USERS: Final = Description(
    name="users",
    path="/users",
    share=0.04,
    shape=Shape(
        has(
            "RRR",
            id=key,
            email=email,
            sequenceAccountIds=lambda drawing: [account(drawing)],
            state=one("active", "active", "invited", "deactivated"),
        ),
        has(
            "--R",
            roles=one(
                [],
                [_role("readOnlyUser", "read")],
                [_role("admin", "create", "read", "update"), _role("salesUser", "read")],
            ),
        ),
    ),
    parameters=PAGES,
)


def _organisation(drawing: Drawing) -> str:
    """The organisation of all accounts."""
    return derived(drawing.relations.key("sequence_accounts", 0), 0)


SEQUENCE_ACCOUNTS: Final = Description(
    name="sequence_accounts",
    path="/sequence-accounts",
    share=0.008,
    shape=Shape(
        has(
            "RRR",
            id=key,
            createdAt=created,
            sequenceOrganisationId=_organisation,
            companyName=company,
            companyNumber=code("{:08d}"),
            country=country,
            sendCustomerNotifications=flag,
            alertEmailAddresses=Many(email),
        )
    ),
    parameters=PAGES,
)
