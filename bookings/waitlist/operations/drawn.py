"""Who won a draw is served as who won in the list: placed, charged or given a time to pay, told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bookings.inventory.models import Channel
from bookings.waitlist.models import Decision, Entry, EntryState, Outcome, Wish


@dataclass(frozen=True, slots=True)
class Drawn:
    """A winner: what an Entry and its one Wish say of it; ``key`` makes it once for its ``actor``."""

    key: str
    entry: Mapping[str, Any]
    wish: Mapping[str, Any]
    bucket_id: int


def serve_drawn(winners: Sequence[Drawn], *, at: datetime) -> list[Entry]:
    """Enter winners as being served, in this order; ``serve`` does the rest, also after a crash.

    In the caller's transaction, which makes the draw itself.
    """
    entries = Entry.objects.bulk_create(
        Entry(
            **one.entry, request_key=one.key, channel=Channel.DRAW, state=EntryState.SERVING,
            joined_at=at,
        )
        for one in winners
    )  # fmt: skip
    wishes = Wish.objects.bulk_create(
        Wish(entry=entry, position=0, **one.wish)
        for entry, one in zip(entries, winners, strict=True)
    )
    for entry, wish in zip(entries, wishes, strict=True):
        entry.chosen_wish = wish.pk
    Entry.objects.bulk_update(entries, ["chosen_wish"])
    Decision.objects.bulk_create(
        Decision(
            region_id=entry.region_id, bucket_id=one.bucket_id, free=entry.size, units=entry.size,
            outcome=Outcome.SERVED, entry=entry, wish=wish, at=at,
        )
        for entry, wish, one in zip(entries, wishes, winners, strict=True)
    )  # fmt: skip
    return entries
