"""Customers: whom an account bills."""

from __future__ import annotations

from typing import ClassVar

from singer_sdk import typing as th

from tap_sequence.singer.stream import SequenceStream
from tap_sequence.streams.shapes import Address, NamedReference, TextByName


class CustomersStream(SequenceStream):
    """Customers, archived ones included unless the settings say otherwise.

    Source: `GET /customers`. The schema is the union of what API versions 2024-01-01, 2024-05-09
    and 2024-07-30 return, so that one catalog serves every key, whichever version it is pinned to.
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
    schema: ClassVar[dict[str, object]] = th.PropertiesList(
        th.Property("id", th.StringType, required=True, description="Id of the customer."),
        th.Property(
            "createdAt",
            th.DateTimeType,
            description="When the customer was created, in UTC with six fractional digits.",
        ),
        th.Property(
            "archivedAt",
            th.DateTimeType,
            description="When the customer was archived; absent while it is not.",
        ),
        th.Property("legalName", th.StringType, description="Registered name of the business."),
        th.Property("label", th.StringType, description="The account's own label for it."),
        th.Property("address", Address, description="Billing address."),
        th.Property("taxStatus", th.StringType, description="How tax applies to its invoices."),
        th.Property("url", th.StringType, description="Website."),
        th.Property(
            "domain", th.StringType, description="Internet domain (version 2024-07-30 on)."
        ),
        th.Property(
            "contactName",
            th.StringType,
            description="Person to contact (versions before 2024-07-30).",
        ),
        th.Property(
            "email",
            th.StringType,
            description="E-mail address of the contact (versions before 2024-07-30).",
        ),
        th.Property(
            "telephone",
            th.StringType,
            description="Telephone number of the contact (versions before 2024-07-30).",
        ),
        th.Property(
            "billingEmails",
            th.ArrayType(th.StringType),
            description="E-mail addresses that invoices go to (versions before 2024-07-30).",
        ),
        th.Property(
            "sequenceAccountId",
            th.StringType,
            description="Id of the Sequence account it belongs to (version 2024-01-01).",
        ),
        th.Property(
            "externalIds",
            th.ArrayType(
                th.ObjectType(
                    th.Property("key", th.StringType, description="The other system."),
                    th.Property("value", th.StringType, description="Its id for the customer."),
                    th.Property(
                        "syncTime", th.DateTimeType, description="When it was last synchronised."
                    ),
                )
            ),
            description="The customer in other systems (version 2024-01-01).",
        ),
        th.Property(
            "integrationIds",
            th.ArrayType(
                th.ObjectType(
                    th.Property("service", th.StringType, description="The integrated service."),
                    th.Property("id", th.StringType, description="Its id for the customer."),
                    th.Property(
                        "lastSynced", th.DateTimeType, description="When it was last synchronised."
                    ),
                    th.Property(
                        "isPending",
                        th.BooleanType,
                        description="Whether synchronisation is yet to happen (2024-07-30 on).",
                    ),
                )
            ),
            description="The customer in integrated services (version 2024-05-09 on).",
        ),
        th.Property(
            "organizations",
            th.ArrayType(
                th.ObjectType(
                    th.Property("id", th.StringType, description="Id of the organization."),
                    th.Property(
                        "owner",
                        NamedReference,
                        description="The customer that owns the organization.",
                    ),
                    th.Property(
                        "members",
                        th.ArrayType(NamedReference),
                        description="The customers that are its members.",
                    ),
                )
            ),
            description="Organizations that the customer is part of (version 2024-07-30 on).",
        ),
        th.Property(
            "customProperties",
            TextByName,
            description="The account's own properties, by key (version 2024-07-30 on).",
        ),
    ).to_dict()
