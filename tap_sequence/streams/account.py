"""Users, accounts, and what happened in them."""

from __future__ import annotations

from tap_sequence.singer.stream import SequenceStream
from tap_sequence.streams.fields import (
    Shape,
    array,
    fields,
    flag,
    many,
    shape,
    text,
    texts,
    time,
)

_Permission = Shape(
    text("resource", "What it applies to."),
    texts("actions", "What is allowed, such as read."),
)

_Role = Shape(
    text("roleName", "Role name."),
    many("permissions", _Permission, "Permissions of the role."),
)

_Actor = Shape(
    text("id", "Id."),
    text("entityType", "Kind of actor, such as USER."),
    text("entityId", "Id of the actor, such as the user's."),
    text("email", "E-mail address."),
)

_Entity = Shape(
    text("id", "Id."),
    text("entityType", "Kind of object, such as INVOICE."),
    text("entityId", "Id of the object, such as the invoice's."),
)

_ActivityLogItem = Shape(
    text("id", "Id of the item."),
    text("activityLogId", "Id of the entry."),
    text("verb", "What was done, such as CREATED."),
    text("name", "What was done, in words."),
    text("summary", "What was done, in a sentence."),
    text("reason", "Why it was done."),
    array("metadata", "Further details, in a shape that Sequence doesn't document."),
    shape("activityLogActor", _Actor, "Who did it."),
    shape("activityLogObject", _Entity, "To what it was done."),
    shape("activityLogTarget", _Entity, "What else it concerns."),
)


class UsersStream(SequenceStream):
    """Users with access to the account.

    Source: `GET /users`, all versions.
    """

    name = "users"
    path = "/users"
    vanishing = True
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


class ActivityLogsStream(SequenceStream):
    """The activity log: who did what, and when.

    Source: `GET /activity-logs`, version 2024-07-30. It holds personal data: the e-mail addresses
    of those who did something, and whatever the summaries say.
    """

    name = "activity_logs"
    path = "/activity-logs"
    versions = frozenset({"2024-07-30"})
    primary_keys = ("id",)
    replication_key = "createdAt"
    ordered = True
    dated = True
    selected_by_default = False
    schema = fields(
        text("id", "Id of the entry.", key=True),
        time("createdAt", "When it happened."),
        text("activityType", "Kind of activity, such as NOTIFICATION."),
        many("activityLogItems", _ActivityLogItem, "What happened, one by one."),
        text("origin", "Where it came from, such as API."),
        text("apiVersion", "Version of the API."),
        text("traceId", "Id for tracing it in Sequence."),
        text("sequenceAccountId", "Id of the Sequence account it belongs to."),
    )
