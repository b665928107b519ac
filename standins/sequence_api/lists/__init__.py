"""All lists but customers, described."""

from __future__ import annotations

from typing import Final

from standins.sequence_api.lists.accounts import CUSTOMER_ALIASES, SEQUENCE_ACCOUNTS, USERS
from standins.sequence_api.lists.taxes import TAX_RATES, TAX_REGISTRATIONS

DESCRIPTIONS: Final = (CUSTOMER_ALIASES, TAX_RATES, TAX_REGISTRATIONS, USERS, SEQUENCE_ACCOUNTS)
