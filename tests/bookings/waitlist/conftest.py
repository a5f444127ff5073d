"""A full thing, people who wait for it, and what comes free of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from bookings.contracts import Demand
from bookings.inventory import operations as inventory
from bookings.waitlist import operations as waitlist
from bookings.waitlist.models import Entry, EntryState
from kernel.outbox import operations as outbox
from kernel.places.models import Region
from tests.bookings.conftest import Shop
from tests.bookings.samples import Sample

PRICE = 1000


class Line:
    """A bucket that is sold out, and the list of those who wait for it. Time goes on by the minute."""

    def __init__(self, shop: Shop, region: Region, at: datetime, capacity: int = 10) -> None:
        self.region, self.now, self.shop = region, at, shop
        self.bucket = self.full(capacity)
        self.number = 0

    def full(self, capacity: int = 10) -> int:
        bucket = self.shop.bucket(capacity)
        inventory.take([[Demand(bucket, capacity)]])
        return bucket

    def ref(self, bucket: int | None = None) -> str:
        return f"{bucket or self.bucket}:{PRICE}"

    def request(self, people: int = 1, *buckets: int, **changed: Any) -> waitlist.JoinRequest:
        self.number += 1
        given: dict[str, Any] = {
            "actor": f"guest:{self.number}",
            "request_key": f"join-{self.number}",
            "region": self.region,
            "kind": "plain",
            "refs": tuple(self.ref(bucket) for bucket in buckets or (self.bucket,)),
            "party": (("any", 0),) * people,
            "limit_fen": PRICE * people,
            "language": "en",
            "contact": f"1610000{self.number:04}",
        }
        return waitlist.JoinRequest(**{**given, **changed})

    def join(self, people: int = 1, *buckets: int, **changed: Any) -> Entry:
        return waitlist.join(self.request(people, *buckets, **changed), at=self.now)

    def free(self, units: int, *buckets: int) -> None:
        """So many places come back at once, of each bucket."""
        demands = [Demand(bucket, units) for bucket in buckets or (self.bucket,)]
        inventory.give_back(demands, at=self.now)

    def serve(self, owner: str = "one") -> int:
        return waitlist.serve(region_id=self.region.pk, owner=owner, at=self.now)

    def hear(self) -> None:
        """Everybody hears the news."""
        outbox.drain(at=self.now)

    def later(self, **time: int) -> None:
        self.now += timedelta(**time)


@pytest.fixture
def line(shop: Shop, region: Region, sellers: dict[str, Sample], at: datetime) -> Line:
    return Line(shop, region, at)


def states(*entries: Entry) -> list[str]:
    """How they stand now."""
    for entry in entries:
        entry.refresh_from_db()
    return [EntryState(entry.state).value for entry in entries]
