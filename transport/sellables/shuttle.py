"""Seats on shuttle lines as the core sees them. Kind "shuttle"; a ref is "<run>:<from>:<to>"."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from bookings.contracts import Answer, Ask, Claim, Entitlement, Listing, Offer, Words
from bookings.orders.models import Line
from kernel.errors import Refusal
from transport.lines import disrupted, listings, offers, queries
from transport.lines import operations as rides
from transport.lines.aboard import is_rider
from transport.sellables.rides import Rides, boarding


class Shuttle(Rides):
    """Sells seats by segment."""

    kind = offers.KIND
    carrier = "run_id"
    cancelled_words = "the run was cancelled"

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

    def delivering(self, lines: Sequence[Line], *, at: datetime) -> None:
        """Name the trains that were said while booking."""
        rides.name_booked(lines=lines, at=at)

    def gives_back_all(self, line: Line, *, at: datetime) -> bool:
        """When the run is called off, or its riders choose."""
        return super().gives_back_all(line, at=at) or disrupted.gives_back_all(line.pk, at=at)

    def entitlements(self, line: Line) -> Sequence[Entitlement]:
        """One boarding a rider, from an hour before departure until an hour after arrival (a late bus).

        What has no seat has no boarding of its own: the driver sees it with the first rider.
        """
        opens_at, closes_at = offers.boarding_window(line.starts_at, line.ends_at)
        riders = [part for part in line.open_parts if is_rider(part.key)]
        along = tuple(_along(part.title for part in line.open_parts if not is_rider(part.key)))
        return [
            boarding(
                line, part, opens_at=opens_at, closes_at=closes_at,
                extras=along if part is riders[0] else (),
            )
            for part in riders
        ]  # fmt: skip


def _along(titles: Iterable[Words]) -> list[Words]:
    """What goes along with the riders, each kind once with how many."""
    counts = Counter(tuple(sorted(title.items())) for title in titles)
    return [
        {language: f"{words} × {count}" for language, words in title}
        for title, count in counts.items()
    ]
