"""All lists but customers, described."""

from __future__ import annotations

from typing import Final

from standins.sequence_api.lists.accounts import CUSTOMER_ALIASES, SEQUENCE_ACCOUNTS, USERS
from standins.sequence_api.lists.credits import CREDIT_GRANTS
from standins.sequence_api.lists.invoicing import CREDIT_NOTES, INVOICES
from standins.sequence_api.lists.taxes import TAX_RATES, TAX_REGISTRATIONS

DESCRIPTIONS: Final = (
    CUSTOMER_ALIASES,
    INVOICES,
    CREDIT_NOTES,
    CREDIT_GRANTS,
    TAX_RATES,
    TAX_REGISTRATIONS,
    USERS,
    SEQUENCE_ACCOUNTS,
)
