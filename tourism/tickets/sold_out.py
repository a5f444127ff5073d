"""Entry times of a day that are sold out, and where one can wait for them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from bookings.waitlist.queries import Seller
from bookings.waitlist.sold_out import Full, WaitingList, waiting_lists
from tourism.tickets import queries
from tourism.tickets.facts import ProductFacts
from tourism.tickets.models import Slot
from tourism.tickets.queries import SlotRow


def waiting_lists_of(
    facts: ProductFacts, rows: Sequence[SlotRow], day: date | None, at: datetime
) -> list[WaitingList]:
    """Those of a day on which the place is open; four statements, none where nothing is sold out."""
    if day is None or facts.shut_on(day):
        return []
    full = [r for r in rows if r.date == day and r.is_open and r.starts_at > at and r.left <= 0]
    slots = queries.slots_by_id([row.id for row in full]) if full else {}
    seller = Seller(facts.region.pk, facts.supplier_id, facts.sold_as)
    times = [Full(row.ref, row.starts_at, _limits(slots[row.id])) for row in full]
    return waiting_lists(facts.region, seller, times, at=at)


def _limits(slot: Slot) -> list[int]:
    """The buckets of which a sale by this site takes one a person."""
    return [
        slot.bucket_id, slot.day.bucket_id, slot.day.own_bucket_id, *queries.own_quota(slot)
    ]  # fmt: skip
