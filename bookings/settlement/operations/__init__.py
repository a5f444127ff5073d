"""The verbs of settlement, split by subject."""

from bookings.settlement.operations.contracts import (
    BeginsTooEarly,
    NoRates,
    Terms,
    TermsOfKind,
    agree,
)
from bookings.settlement.operations.earning import take_up
from bookings.settlement.operations.reconciling import Compared, NotOpen, explain, reconcile

__all__ = (
    "BeginsTooEarly",
    "Compared",
    "NoRates",
    "NotOpen",
    "Terms",
    "TermsOfKind",
    "agree",
    "explain",
    "reconcile",
    "take_up",
)
