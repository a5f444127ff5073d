"""The verbs of tabs, split by subject."""

from bookings.tabs.operations.payouts import (
    AlreadyAsked,
    NothingOwed,
    NotOpen,
    SecondPerson,
    approve_payout,
    drop_payout,
    pay_out,
)
from bookings.tabs.operations.use import (
    PAY_WITHIN,
    bill_months,
    charge,
    give_back,
    note_dispute,
    note_outside,
    payable_of,
    settle,
)

__all__ = (
    "PAY_WITHIN",
    "AlreadyAsked",
    "NotOpen",
    "NothingOwed",
    "SecondPerson",
    "approve_payout",
    "bill_months",
    "charge",
    "drop_payout",
    "give_back",
    "note_dispute",
    "note_outside",
    "pay_out",
    "payable_of",
    "settle",
)
