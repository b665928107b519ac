"""Users and accounts."""

from __future__ import annotations

from tap_sequence.singer.stream import SequenceStream
from tap_sequence.streams.fields import Shape, fields, flag, many, text, texts, time

_Permission = Shape(
    text("resource", "What it applies to."),
    texts("actions", "What is allowed, such as read."),
)

_Role = Shape(
    text("roleName", "Role name."),
    many("permissions", _Permission, "Permissions of the role."),
)


class UsersStream(SequenceStream):
    """Users with access to the account.

    Source: `GET /users`, all versions.
    """

    name = "users"
    path = "/users"
    primary_keys = ("id",)
    replication_key = None
    schema = fields(
        text("id", "Id of the user.", key=True),
        text("email", "E-mail address."),
        text("state", "State of the user, such as active."),
        many("roles", _Role, "Roles in the account (version 2024-07-30 on)."),
        texts("sequenceAccountIds", "Ids of the accounts the user has access to."),
    )


class SequenceAccountsStream(SequenceStream):
    """Sequence accounts, each with its company.

    Source: `GET /sequence-accounts`, all versions.
    """

    name = "sequence_accounts"
    path = "/sequence-accounts"
    primary_keys = ("id",)
    replication_key = None
    schema = fields(
        text("id", "Id of the account.", key=True),
        time("createdAt", "When the account was created."),
        text("companyName", "Company name."),
        text("companyNumber", "Company registration number."),
        text("country", "Country of registration, as its two-letter code."),
        flag("sendCustomerNotifications", "Whether Sequence notifies customers."),
        texts("alertEmailAddresses", "E-mail addresses for alerts."),
        text("sequenceOrganisationId", "Id of the organisation it belongs to."),
    )
