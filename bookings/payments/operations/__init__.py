"""The verbs of payments, split by subject."""

from bookings.payments.operations.ask import ASK_AFTER, ask, ask_about, ask_open, release
from bookings.payments.operations.by_hand import close_by_hand, pass_over
from bookings.payments.operations.catch_up import catch_up
from bookings.payments.operations.charge import Buyer
from bookings.payments.operations.hear import Unfit, hear
from bookings.payments.operations.pay import (
    NotPayable,
    Payable,
    SampleData,
    Way,
    next_of,
    pay,
    pay_by,
    ways_to_pay,
)
from bookings.payments.operations.take import NotSetAside, close_order, take
from bookings.payments.operations.unasked import charge_unasked, ways_unasked

__all__ = (
    "ASK_AFTER",
    "Buyer",
    "NotPayable",
    "NotSetAside",
    "Payable",
    "SampleData",
    "Unfit",
    "Way",
    "ask",
    "ask_about",
    "ask_open",
    "catch_up",
    "charge_unasked",
    "close_by_hand",
    "close_order",
    "hear",
    "next_of",
    "pass_over",
    "pay",
    "pay_by",
    "release",
    "take",
    "ways_to_pay",
    "ways_unasked",
)
