"""Customers, their contacts and their aliases."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tap_sequence.singer.child import ChildStream
from tap_sequence.singer.stream import SequenceStream
from tap_sequence.streams.fields import Shape, fields, many, shape, text, text_map, texts, time
from tap_sequence.streams.shapes import Address, NamedReference, integration_of

if TYPE_CHECKING:
    from collections.abc import Mapping

_ExternalId = Shape(
    text("key", "The other system."),
    text("value", "Its id for the customer."),
    time("syncTime", "When it was last synchronised."),
)

_Organization = Shape(
    text("id", "Id of the organization."),
    shape("owner", NamedReference, "The customer that owns the organization."),
    many("members", NamedReference, "The customers that are its members."),
)


class CustomersStream(SequenceStream):
    """Customers, with their addresses and integrations.

    Source: `GET /customers`, all versions.
    """

    name = "customers"
    path = "/customers"
    primary_keys = ("id",)
    replication_key = "createdAt"
    ordered = True
    dated = True
    archived = "includeArchived"
    filters: ClassVar[dict[str, str]] = {
        "legal_name": "legalName",
        "email": "email",
        "alias": "alias",
        "label": "label",
        "billing_status": "billingStatus",
    }
    schema = fields(
        text("id", "Id of the customer.", key=True),
        time("createdAt", "When the customer was created, in UTC with six fractional digits."),
        time("archivedAt", "When the customer was archived; absent while it is not."),
        text("legalName", "Registered name of the business."),
        text("label", "The account's own label for it."),
        shape("address", Address, "Billing address."),
        text("taxStatus", "How tax applies to its invoices."),
        text("url", "Website."),
        text("domain", "Internet domain (version 2024-07-30 on)."),
        text("contactName", "Person to contact (versions before 2024-07-30)."),
        text("email", "E-mail address of the contact (versions before 2024-07-30)."),
        text("telephone", "Telephone number of the contact (versions before 2024-07-30)."),
        texts(
            "billingEmails", "E-mail addresses that invoices go to (versions before 2024-07-30)."
        ),
        text("sequenceAccountId", "Id of the Sequence account it belongs to (version 2024-01-01)."),
        many("externalIds", _ExternalId, "The customer in other systems (version 2024-01-01)."),
        many(
            "integrationIds",
            integration_of("customer"),
            "The customer in integrated services (version 2024-05-09 on).",
        ),
        many(
            "organizations",
            _Organization,
            "Organizations that the customer is part of (version 2024-07-30 on).",
        ),
        text_map(
            "customProperties", "The account's own properties, by key (version 2024-07-30 on)."
        ),
    )


class ContactsStream(ChildStream):
    """Contacts of customers, with their e-mail addresses.

    Source: `GET /customers/{id}/contacts`, versions 2024-05-09 and 2024-07-30.
    """

    name = "contacts"
    path = "/customers/{id}/contacts"
    form = "items"
    parent = CustomersStream
    added: ClassVar[Mapping[str, str]] = {"customerId": "id", "customerCreatedAt": "createdAt"}
    versions = frozenset({"2024-05-09", "2024-07-30"})
    primary_keys = ("id",)
    replication_key = "customerCreatedAt"
    archived = "includeArchived"
    selected_by_default = False
    schema = fields(
        text("id", "Id of the contact.", key=True),
        time("createdAt", "When the contact was created."),
        time("updatedAt", "When it last changed."),
        time("archivedAt", "When it was archived; absent while it is not."),
        text("name", "Full name."),
        text("email", "E-mail address."),
        text("billingPreference", "PRIMARY, STANDARD or NONE: which e-mails on billing it gets."),
        text("customerId", "Id of the customer; added by the tap."),
        time("customerCreatedAt", "When the customer was created; added by the tap."),
    )


class CustomerAliasesStream(SequenceStream):
    """Aliases of customers: other names, which events may use instead of a customer's id.

    Source: `GET /customer-aliases`, all versions.
    """

    name = "customer_aliases"
    path = "/customer-aliases"
    vanishing = True
    primary_keys = ("id",)
    replication_key = None
    schema = fields(
        text("id", "Id of the alias.", key=True),
        time("createdAt", "When the alias was created."),
        time("archivedAt", "When it was archived; absent while it is not."),
        time("deletedAt", "When it was deleted; absent while it is not."),
        text("customerId", "Id of the customer."),
        text("value", "The alias itself."),
        text("label", "The account's own label for it."),
        text("sequenceAccountId", "Id of the Sequence account it belongs to."),
    )
