"""The verbs of refunds, split by subject."""

from bookings.refunds.operations.cancelling import RefundMoved, cancel, cancel_for, end_all
from bookings.refunds.operations.quoting import NotCancellable, Quote, QuoteRow, TooMuch, quote
from bookings.refunds.operations.returning import (
    return_deposit,
    return_difference,
    return_money,
    return_refused,
)
from bookings.refunds.operations.sending import send, send_again

__all__ = (
    "NotCancellable",
    "Quote",
    "QuoteRow",
    "RefundMoved",
    "TooMuch",
    "cancel",
    "cancel_for",
    "end_all",
    "quote",
    "return_deposit",
    "return_difference",
    "return_money",
    "return_refused",
    "send",
    "send_again",
)
