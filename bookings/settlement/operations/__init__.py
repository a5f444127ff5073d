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
from bookings.settlement.operations.statements import (
    NothingSaid,
    NotOver,
    NotWaiting,
    answer,
    confirm,
    dispute,
    make_all_statements,
    make_statements,
    send,
)

__all__ = (
    "BeginsTooEarly",
    "Compared",
    "NoRates",
    "NotOpen",
    "NotOver",
    "NotWaiting",
    "NothingSaid",
    "Terms",
    "TermsOfKind",
    "agree",
    "answer",
    "confirm",
    "dispute",
    "explain",
    "make_all_statements",
    "make_statements",
    "reconcile",
    "send",
    "take_up",
)
