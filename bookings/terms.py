"""The cancellation ladder, read: how much of a price comes back at a moment."""

from datetime import datetime

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
