"""Disputes of a payment at the buyer's bank, each by its number: what is known, and what it moves.

One that was won may be followed by another of the same payment, so that each is merged by itself: its
sum only grows and its state only moves forward.
"""

from __future__ import annotations

from collections import Counter
from typing import TypedDict

from bookings.payments.models import Attempt, DisputeState
from bookings.payments.providers import Payment


class Case(TypedDict):
    """One dispute as an attempt keeps it."""

    state: str
    fen: int


Cases = dict[str, Case]
_RANK = {"": 0, "OPEN": 1, "WON": 2, "LOST": 3}


def grown(cases: Cases, payment: Payment) -> Cases:
    """The disputes with what the provider says of one of them."""
    known = cases.get(payment.dispute_ref, Case(state="", fen=0))
    state = max(known["state"], str(payment.dispute), key=_RANK.__getitem__)
    fen = max(known["fen"], payment.disputed_fen)
    return {**cases, payment.dispute_ref: Case(state=state, fen=fen)}


def summed(cases: Cases) -> tuple[DisputeState, int]:
    """How they stand together, and the fen that are gone; where all were won, what they were about."""
    gone = [case for case in cases.values() if case["state"] != DisputeState.WON]
    states = {case["state"] for case in gone}
    fen = sum(case["fen"] for case in gone or cases.values())
    if DisputeState.OPEN in states:
        return DisputeState.OPEN, fen
    return (DisputeState.LOST if gone else DisputeState.WON), fen


def legs(attempt: Attempt, *, was: Case | None, now: Case) -> list[tuple[str, int]]:
    """The postings from where a dispute stood to where it stands."""
    sums: Counter[str] = Counter()
    for case, sign in ((was, -1), (now, 1)):
        for account, fen in _booked(attempt, case):
            sums[account] += sign * fen
    return [(account, fen) for account, fen in sums.items() if fen]


def _booked(attempt: Attempt, case: Case | None) -> list[tuple[str, int]]:
    """Disputed money leaves the provider's account while the bank decides, and for good if lost."""
    if case is None or case["state"] == DisputeState.WON:
        return []
    region_id = attempt.order.region_id if attempt.order else 0
    is_lost = case["state"] == DisputeState.LOST
    gone_to = f"lost:{region_id}" if is_lost else f"dispute:{attempt.provider}"
    return [(gone_to, case["fen"]), (f"provider:{attempt.provider}", -case["fen"])]
