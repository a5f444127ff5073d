"""What a buyer of a fault test can choose: entry times, their price, and the buckets behind them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bookings import registry
from bookings.contracts import Ask, Member
from bookings.inventory.models import Bucket
from bookings.inventory.operations import reshape
from kernel import clock
from kernel.errors import Refusal
from kernel.places.models import Region

ROOM = 1_000_000


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing on sale as a buyer sees it, and the buckets that its sale moves."""

    kind: str
    ref: str
    price_fen: int
    bucket_ids: tuple[int, ...]

    def limit(self, places: int) -> None:
        """Leave just so many places of it."""
        bucket = Bucket.objects.get(pk=self.bucket_ids[0])
        reshape(bucket_id=bucket.pk, capacity=bucket.taken + places, at=clock.now())


def things_on_sale(region: Region, *, number: int, in_days: int = 0) -> list[Thing]:
    """So many entry times from that day on, the next one first, each with room for everybody."""
    kind, day = "ticket", region.local_date(clock.now()) + timedelta(days=in_days)
    listings = registry.get(kind).browse(
        region_id=region.pk, supplier_id=None, first=day, last=day + timedelta(days=2)
    )
    ahead = [each for each in listings if each.starts_at > clock.now()]
    ahead.sort(key=lambda each: each.starts_at)
    asks = [Ask(kind, each.ref, (Member(class_code="adult"),)) for each in ahead[: number * 4]]
    answers = registry.offer_all(asks, at=clock.now())
    things = [_thing(a[0]) for a in answers if not isinstance(a, Refusal) and a[0].needs_names]
    for bucket_id in {bucket for thing in things[:number] for bucket in thing.bucket_ids}:
        reshape(bucket_id=bucket_id, capacity=ROOM, at=clock.now())
    assert len(things) >= number, "too little is on sale"
    return things[:number]


def _thing(offer: Any) -> Thing:
    demands = offer.all_demands()
    return Thing(offer.kind, offer.ref, offer.price_fen, tuple(d.bucket_id for d in demands))
