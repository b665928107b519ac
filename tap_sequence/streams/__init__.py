"""The tap's streams, one module per area of Sequence's API.

Their schemas are the union of what the API's versions return, so that one catalog serves every key,
whichever version it is pinned to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_sequence.streams.account import ActivityLogsStream, SequenceAccountsStream, UsersStream
from tap_sequence.streams.contracts import BillingSchedulesStream, DiscountsStream, QuotesStream
from tap_sequence.streams.credits import CreditBalancesStream, CreditGrantsStream
from tap_sequence.streams.customers import ContactsStream, CustomerAliasesStream, CustomersStream
from tap_sequence.streams.events import SeatEventsStream, UsageEventsStream
from tap_sequence.streams.invoice_details import (
    InvoiceCurrencyConversionsStream,
    InvoiceDetailsStream,
)
from tap_sequence.streams.invoicing import CreditNotesStream, InvoicesStream
from tap_sequence.streams.lines import (
    CreditNoteLineItemGroupsStream,
    CreditNoteLineItemsStream,
    InvoiceLineItemGroupsStream,
    InvoiceLineItemsStream,
)
from tap_sequence.streams.metering import SeatBalancesStream, SeatMetricsStream, UsageMetricsStream
from tap_sequence.streams.pricing import (
    BillingProductsStream,
    ListPricesStream,
    PricesStream,
    ProductsStream,
)
from tap_sequence.streams.taxes import TaxRatesStream, TaxRegistrationsStream

if TYPE_CHECKING:
    from tap_sequence.singer.stream import SequenceStream

STREAMS: tuple[type[SequenceStream], ...] = (
    CustomersStream,
    ContactsStream,
    CustomerAliasesStream,
    InvoicesStream,
    InvoiceLineItemsStream,
    InvoiceLineItemGroupsStream,
    InvoiceDetailsStream,
    InvoiceCurrencyConversionsStream,
    CreditNotesStream,
    CreditNoteLineItemsStream,
    CreditNoteLineItemGroupsStream,
    CreditGrantsStream,
    CreditBalancesStream,
    BillingSchedulesStream,
    DiscountsStream,
    QuotesStream,
    ProductsStream,
    BillingProductsStream,
    PricesStream,
    ListPricesStream,
    UsageMetricsStream,
    UsageEventsStream,
    SeatMetricsStream,
    SeatEventsStream,
    SeatBalancesStream,
    TaxRatesStream,
    TaxRegistrationsStream,
    UsersStream,
    SequenceAccountsStream,
    ActivityLogsStream,
)
"""All streams, in the order of the documentation."""
