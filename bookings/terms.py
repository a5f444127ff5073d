"""The cancellation ladder, read: how much of a price comes back at a moment."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bookings.contracts import Terms


def refund_fen(terms: Terms, *, price_fen: int, starts_at: datetime, at: datetime) -> int:
    """Fen that come back of ``price_fen`` when cancelled at ``at``.

    The most generous rung that is still reached counts: a rung is reached when at least
    ``before_s`` seconds are left until ``starts_at``. Rounded down to whole fen.
    """
    return price_fen * permille(terms, starts_at=starts_at, at=at) // 1000


def permille(terms: Terms, *, starts_at: datetime, at: datetime) -> int:
    """The share of a price, in thousandths, that comes back when cancelled at ``at``."""
    left_s = (starts_at - at).total_seconds()
    return max((step.permille for step in terms.steps if left_s >= step.before_s), default=0)


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of a ladder on the clock: until when so many thousandths come back (None: after all)."""

    until: datetime | None
    permille: int
    is_now: bool


def ladder(terms: Terms, *, starts_at: datetime, at: datetime) -> list[Rung]:
    """The ladder as it is drawn: what comes back until when, and the last of it; steps that give less
    than a later one are never the best and are left out."""
    rungs: list[Rung] = []
    begun = False
    for step in sorted(terms.steps, key=lambda step: -step.before_s):
        until = starts_at - timedelta(seconds=step.before_s)
        best = permille(terms, starts_at=starts_at, at=until)
        is_now = not begun and at <= until
        begun = begun or is_now
        if not rungs or rungs[-1].permille != best or is_now:
            rungs.append(Rung(until, best, is_now))
    return [*rungs, Rung(None, 0, not begun)]
