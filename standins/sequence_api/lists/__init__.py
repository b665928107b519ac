"""All lists but customers, described: lists of objects, event logs, and lists below a parent."""

from __future__ import annotations

from typing import Final

from standins.sequence_api.lists.accounts import CUSTOMER_ALIASES, SEQUENCE_ACCOUNTS, USERS
from standins.sequence_api.lists.below import (
    CONTACTS,
    CREDIT_BALANCES,
    INVOICE_CURRENCY_CONVERSIONS,
    INVOICE_DETAILS,
)
from standins.sequence_api.lists.catalogue import BILLING_PRODUCTS, LIST_PRICES, PRICES, PRODUCTS
from standins.sequence_api.lists.credits import CREDIT_GRANTS
from standins.sequence_api.lists.events import ACTIVITY_LOGS, SEAT_EVENTS, USAGE_EVENTS
from standins.sequence_api.lists.invoicing import CREDIT_NOTES, INVOICES
from standins.sequence_api.lists.lines import (
    CREDIT_NOTE_LINE_ITEM_GROUPS,
    CREDIT_NOTE_LINE_ITEMS,
    INVOICE_LINE_ITEM_GROUPS,
    INVOICE_LINE_ITEMS,
)
from standins.sequence_api.lists.metrics import SEAT_BALANCES, SEAT_METRICS, USAGE_METRICS
from standins.sequence_api.lists.schedules import BILLING_SCHEDULES, DISCOUNTS, QUOTES
from standins.sequence_api.lists.taxes import TAX_RATES, TAX_REGISTRATIONS

DESCRIPTIONS: Final = (
    CUSTOMER_ALIASES,
    INVOICES,
    CREDIT_NOTES,
    CREDIT_GRANTS,
    BILLING_SCHEDULES,
    DISCOUNTS,
    QUOTES,
    PRODUCTS,
    BILLING_PRODUCTS,
    PRICES,
    LIST_PRICES,
    USAGE_METRICS,
    SEAT_METRICS,
    SEAT_BALANCES,
    TAX_RATES,
    TAX_REGISTRATIONS,
    USERS,
    SEQUENCE_ACCOUNTS,
)

EVENTS: Final = (USAGE_EVENTS, SEAT_EVENTS, ACTIVITY_LOGS)

BELOW: Final = (
    CONTACTS,
    CREDIT_BALANCES,
    INVOICE_LINE_ITEMS,
    INVOICE_LINE_ITEM_GROUPS,
    INVOICE_CURRENCY_CONVERSIONS,
    INVOICE_DETAILS,
    CREDIT_NOTE_LINE_ITEMS,
    CREDIT_NOTE_LINE_ITEM_GROUPS,
)
