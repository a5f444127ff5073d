"""Direct shuttles as the core sees them. Kind "direct"; a ref is the id of a boarding window."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from bookings.contracts import Answer, Ask, Claim, Entitlement, Listing, Offer
from bookings.orders.models import Line
from kernel.errors import Refusal
from transport.direct import listings, offers, queries
from transport.direct import operations as rides
from transport.sellables.rides import Rides, boarding

_EARLY = timedelta(minutes=10)
_LATE = timedelta(minutes=60)
"""Who was in the queue in time, or came down late, still rides."""


class Direct(Rides):
    """Sells places by time."""

    kind = offers.KIND
    carrier = "window_id"
    cancelled_words = "the boarding time was cancelled"

    def browse(
        self, *, region_id: int, supplier_id: int | None, first: date, last: date
    ) -> Sequence[Listing]:
        return listings.browse(region_id=region_id, supplier_id=supplier_id, first=first, last=last)

    def offer(self, *, asks: Sequence[Ask], at: datetime) -> Sequence[Answer]:
        return offers.offer(asks, at=at)

    def claim(self, *, claims: Sequence[Claim], at: datetime) -> Sequence[Refusal | None]:
        return rides.board(claims)

    def amend(
        self, *, old: Sequence[Line], new: Sequence[Offer], at: datetime
    ) -> Sequence[Refusal | None]:
        return [rides.move(line, offer) for line, offer in zip(old, new, strict=True)]

    def withdraw(self, *, lines: Sequence[tuple[Line, Sequence[str]]], at: datetime) -> None:
        rides.leave(lines)

    def cancelled_among(self, ids: Iterable[int]) -> set[int]:
        return queries.cancelled_among(ids)

    def entitlements(self, line: Line) -> Sequence[Entitlement]:
        """One ride a rider, from ten minutes before the window until an hour after it."""
        opens_at, closes_at = line.starts_at - _EARLY, line.ends_at + _LATE
        return [
            boarding(line, part, opens_at=opens_at, closes_at=closes_at) for part in line.open_parts
        ]
