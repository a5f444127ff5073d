"""The waiting list: who waits, for what, in which buckets' lines, and what was decided about them.

The rank of an entry is its id. A wish stands in the line of every bucket that had no room for it;
those rows are there only while it waits, so that the lines stay short. What came free is a Return of
bookings.inventory; every Decision names the one it was made about.
"""

from bookings.waitlist.models.decisions import Decision, Outcome
from bookings.waitlist.models.entries import LIVE, Entry, EntryState, Place, Try, Waiter, Wish
from bookings.waitlist.models.handovers import Handover, HandoverState
from bookings.waitlist.models.learnt import OddsTable

__all__ = (
    "LIVE",
    "Decision",
    "Entry",
    "EntryState",
    "Handover",
    "HandoverState",
    "OddsTable",
    "Outcome",
    "Place",
    "Try",
    "Waiter",
    "Wish",
)
