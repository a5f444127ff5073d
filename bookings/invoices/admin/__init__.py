"""The back office's pages of invoices, split by what they list."""

from bookings.invoices.admin.invoices import InvoiceAdmin
from bookings.invoices.admin.issuers import IssuerAdmin

__all__ = ("InvoiceAdmin", "IssuerAdmin")
