"""The verbs of balances, split by subject."""

from bookings.balance.operations.crediting import credit_instead
from bookings.balance.operations.moving import (
    LEAST_FEN,
    MOST_FEN,
    NOWHERE,
    BadSum,
    OfferGone,
    ask_top_up,
    credit,
    expire,
    give_back,
    open_account,
    payable_of,
    spend,
)
from bookings.balance.operations.taking_back import (
    NotBlocked,
    note_dispute,
    note_outside,
    unblock,
)

__all__ = (
    "LEAST_FEN",
    "MOST_FEN",
    "NOWHERE",
    "BadSum",
    "NotBlocked",
    "OfferGone",
    "ask_top_up",
    "credit",
    "credit_instead",
    "expire",
    "give_back",
    "note_dispute",
    "note_outside",
    "open_account",
    "payable_of",
    "spend",
    "unblock",
)
