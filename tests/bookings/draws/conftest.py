"""Something scarce that is sold by shares, and a draw for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from accounts.identity import phones
from bookings import registry
from bookings.contracts import Answer, Ask, Demand
from bookings.draws import operations as draws
from bookings.draws.models import Draw, Slip
from bookings.inventory.models import Quota
from bookings.waitlist import operations as waitlist
from kernel.errors import Refusal
from kernel.outbox import operations as outbox
from kernel.places.models import Region
from tests.bookings.conftest import STARTS_AT, Shop
from tests.bookings.samples import GoneBy, Sample

PRICE = 1000


@dataclass
class Shared(Sample):
    """Sold by shares: who comes by another channel than its own takes of that channel's, or nothing."""

    def offer(self, *, asks: Sequence[Ask], at: datetime) -> Sequence[Answer]:
        answers = super().offer(asks=asks, at=at)
        return [self._shared(ask, answer) for ask, answer in zip(asks, answers, strict=True)]

    @staticmethod
    def _shared(ask: Ask, answer: Answer) -> Answer:
        if isinstance(answer, Refusal):
            return answer
        whole = int(ask.ref.partition(":")[0])
        share = Quota.objects.filter(whole=whole, channel=ask.channel).first()
        if share is None:
            return answer if ask.channel == "own" else GoneBy(field="ref")
        demands = (Demand(whole), Demand(share.bucket_id))
        parts = tuple(replace(part, demands=demands) for part in answer[0].parts)
        return (replace(answer[0], parts=parts),)


class Lottery:
    """A thing of twenty places of which some are drawn. Time goes on by hand."""

    def __init__(self, shop: Shop, region: Region, seller: Shared, at: datetime) -> None:
        self.shop, self.region, self.seller, self.now = shop, region, seller, at
        self.bucket, self.number = shop.bucket(20), 0
        self.ref = f"{self.bucket}:{PRICE}"

    def wanted(self, places: int = 4, **more: Any) -> draws.Wanted:
        given = {
            "region_id": self.region.pk, "kind": "shared", "ref": self.ref, "places": places,
            "closes_at": self.now + timedelta(hours=2),
        }  # fmt: skip
        return draws.Wanted(**{**given, **more})

    def open(self, places: int = 4, **more: Any) -> Draw:
        return draws.open_draw(
            self.wanted(places, **more), organisation_ids=[self.seller.supplier_id],
            actor="user:1", at=self.now,
        )  # fmt: skip

    def request(self, people: int = 1, **changed: Any) -> draws.EnterRequest:
        self.number += 1
        given: dict[str, Any] = {
            "actor": f"guest:{self.number}",
            "request_key": f"enter-{self.number}",
            "party": (("any", 0),) * people,
            "limit_fen": PRICE * people,
            "language": "en",
            "contact": f"1610000{self.number:04}",
        }
        given |= changed
        return draws.EnterRequest(**{"phone_index": phones.index_of(given["contact"]), **given})

    def enter(self, draw: Draw, people: int = 1, **changed: Any) -> Slip:
        return draws.enter(draw, self.request(people, **changed), at=self.now)

    def close(self, draw: Draw) -> Draw:
        """It is some moments after its closing time."""
        self.now = draw.closes_at + timedelta(seconds=1)
        draws.close(draw_id=draw.pk, at=self.now)
        draw.refresh_from_db()
        return draw

    def drawn(self, draw: Draw) -> Draw:
        self.close(draw)
        draws.draw(draw_id=draw.pk, at=self.now)
        draw.refresh_from_db()
        return draw

    def serve(self, owner: str = "one") -> int:
        return waitlist.serve(region_id=self.region.pk, owner=owner, at=self.now)

    def hear(self) -> None:
        outbox.drain(at=self.now)


@pytest.fixture
def lottery(
    shop: Shop, region: Region, sellers: dict[str, Sample], at: datetime
) -> Iterator[Lottery]:
    seller = Shared("shared", region.pk, sellers["plain"].supplier_id, STARTS_AT)
    registry.register(seller)
    yield Lottery(shop, region, seller, at)
    registry.unregister("shared")
