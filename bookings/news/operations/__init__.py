"""What buyers are told: what has become of their orders, and what comes next."""

from bookings.news.operations.remind import remind_of_soon, remind_of_tomorrow
from bookings.news.operations.tell import (
    note,
    tell,
    tell_called_off,
    tell_changed,
    tell_confirmed,
    tell_deposit,
    tell_due,
    tell_handed_over,
    tell_moved,
    tell_paid,
    tell_refund_asked,
    tell_refund_done,
    tell_refused,
    tell_share_paid,
    tell_stopped,
    what,
)

__all__ = (
    "note",
    "remind_of_soon",
    "remind_of_tomorrow",
    "tell",
    "tell_called_off",
    "tell_changed",
    "tell_confirmed",
    "tell_deposit",
    "tell_due",
    "tell_handed_over",
    "tell_moved",
    "tell_paid",
    "tell_refund_asked",
    "tell_refund_done",
    "tell_refused",
    "tell_share_paid",
    "tell_stopped",
    "what",
)
