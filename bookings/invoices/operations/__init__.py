"""The verbs of invoices, split by subject."""

from bookings.invoices.operations.asking import (
    AlreadyIssued,
    NothingToInvoice,
    NotIssuedHere,
    NotPaidYet,
    ask,
    is_free,
)
from bookings.invoices.operations.beginning import begin, begin_of
from bookings.invoices.operations.reddening import redden
from bookings.invoices.operations.sending import (
    CONTENT_TYPES,
    NotStuck,
    collect,
    look_at_due,
    pursue,
    read_file,
    retry,
)
from bookings.invoices.operations.titles import (
    EnoughTitles,
    change,
    forget,
    keep,
    make_default,
    take_over,
)

__all__ = (
    "CONTENT_TYPES",
    "AlreadyIssued",
    "EnoughTitles",
    "NotIssuedHere",
    "NotPaidYet",
    "NotStuck",
    "NothingToInvoice",
    "ask",
    "begin",
    "begin_of",
    "change",
    "collect",
    "forget",
    "is_free",
    "keep",
    "look_at_due",
    "make_default",
    "pursue",
    "read_file",
    "redden",
    "retry",
    "take_over",
)
