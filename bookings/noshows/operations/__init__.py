"""The verbs of missed free visits."""

from bookings.noshows.operations.deciding import GRACE, decide_due, forget_old
from bookings.noshows.operations.pardoning import NotMissed, SayWhy, pardon
from bookings.noshows.operations.watching import follow, note_use, watch

__all__ = (
    "GRACE",
    "NotMissed",
    "SayWhy",
    "decide_due",
    "follow",
    "forget_old",
    "note_use",
    "pardon",
    "watch",
)
