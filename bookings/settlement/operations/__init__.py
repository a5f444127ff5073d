"""The verbs of settlement, split by subject."""

from bookings.settlement.operations.contracts import (
    BeginsTooEarly,
    NoRates,
    Terms,
    TermsOfKind,
    agree,
)
from bookings.settlement.operations.earning import take_up

__all__ = (
    "BeginsTooEarly",
    "NoRates",
    "Terms",
    "TermsOfKind",
    "agree",
    "take_up",
)
