"""The verbs of tabs: pay, give back, bill, take in, pay out; and who may."""

from bookings.tabs.operations.payouts import (
    AlreadyAsked,
    NothingOwed,
    NotOpen,
    SecondPerson,
    approve_payout,
    drop_payout,
    pay_out,
)
from bookings.tabs.operations.people import (
    NobodyNew,
    StaysAdministrator,
    add_member,
    remove_member,
)
from bookings.tabs.operations.use import (
    bill_months,
    charge,
    give_back,
    note_dispute,
    note_outside,
    payable_of,
    settle,
)

__all__ = (
    "AlreadyAsked",
    "NobodyNew",
    "NotOpen",
    "NothingOwed",
    "SecondPerson",
    "StaysAdministrator",
    "add_member",
    "approve_payout",
    "bill_months",
    "charge",
    "drop_payout",
    "give_back",
    "note_dispute",
    "note_outside",
    "pay_out",
    "payable_of",
    "remove_member",
    "settle",
)
