"""The verbs of invoices, split by subject."""

from bookings.invoices.operations.titles import (
    EnoughTitles,
    change,
    forget,
    keep,
    make_default,
    take_over,
)

__all__ = (
    "EnoughTitles",
    "change",
    "forget",
    "keep",
    "make_default",
    "take_over",
)
