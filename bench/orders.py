"""`bench orders`: how many orders a second the site takes through HTTP, beside the database's own."""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from operator import itemgetter
from typing import Any
from urllib.parse import urlencode

from django.db import connection
from django.db.models import Max, Sum

from bench.load import quantile
from bench.people import Buyer
from bookings import registry
from bookings.contracts import Ask, Member
from bookings.inventory.models import Bucket
from bookings.orders.models import Hold, Order
from kernel import clock
from kernel.errors import Refusal
from kernel.outbox.models import Event
from kernel.places.models import Region

ROOM = 1_000_000
_CLASSES = ((1, 1), (2, 4), (5, 8), (9, 16), (17, 32), (33, 64))


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing on sale as a buyer sees it, and the buckets that its sale moves."""

    kind: str
    ref: str
    price_fen: int
    bucket_ids: tuple[int, ...]


def things_on_sale(region: Region) -> list[Thing]:
    """Every named-entry time of the coming week, in mixed order, each with room for everybody.

    First one of each area and day: a person has one entry time of those.
    """
    day = region.local_date(clock.now()) + timedelta(days=1)
    listings = registry.get("ticket").browse(
        region_id=region.pk, supplier_id=None, first=day, last=day + timedelta(days=6)
    )
    asks = [Ask("ticket", each.ref, (Member(class_code="adult"),)) for each in listings]
    answers = registry.offer_all(asks, at=clock.now())
    offers = [a[0] for a in answers if not isinstance(a, Refusal) and a[0].needs_names]
    offers.sort(key=lambda offer: hashlib.sha256(offer.ref.encode()).digest())
    before: Counter[tuple[int | None, date]] = Counter()
    ranked = []
    for offer in offers:
        spot = offer.place_id, region.local_date(offer.starts_at)
        ranked.append((before[spot], _thing(offer)))
        before[spot] += 1
    things = [thing for _rank, thing in sorted(ranked, key=itemgetter(0))]
    Bucket.objects.filter(pk__in={b for thing in things for b in thing.bucket_ids}).update(
        capacity=ROOM
    )
    return things


def _thing(offer: Any) -> Thing:
    return Thing(
        offer.kind, offer.ref, offer.price_fen, tuple(d.bucket_id for d in offer.all_demands())
    )


def request(region: Region, host: str, buyer: Buyer, things: Sequence[Thing]) -> bytes:
    """The post of a signed-in person who orders these things for themselves."""
    body = urlencode(
        [
            ("csrfmiddlewaretoken", buyer.csrf),
            *[pair for t in things for pair in (("kind", t.kind), ("ref", t.ref))],
            ("who", str(buyer.traveller_id)),
            ("shown_total_fen", str(sum(thing.price_fen for thing in things))),
            ("request_key", f"bench-{buyer.user_id}-{things[0].ref}-{len(things)}"),
        ]
    ).encode()
    head = (
        f"POST /zh-hans/{region.slug}/checkout/now/ HTTP/1.1\r\nHost: {host}\r\n"
        "User-Agent: bench\r\nAccept: application/json\r\n"
        f"Cookie: {buyer.cookies}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def page_request(host: str, buyer: Buyer, address: str) -> bytes:
    """A page as the browser of somebody who is signed in asks for it."""
    return (
        f"GET {address} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: bench\r\n"
        f"Accept: text/html\r\nCookie: {buyer.cookies}\r\n\r\n"
    ).encode()


def oversold() -> int:
    """Buckets that hold more than their capacity, or another number than the orders' holds say."""
    held = dict(
        Hold.objects.values_list("bucket_id").annotate(units=Sum("units") - Sum("released"))
    )
    buckets = Bucket.objects.values_list("id", "taken", "capacity")
    return sum(taken > capacity or taken != held.get(pk, 0) for pk, taken, capacity in buckets)


def group_sizes(*, after_id: int) -> dict[str, float]:
    """How many orders one transaction has placed: rows that one transaction wrote share their xmin.

    ``share`` is that of the orders placed in groups of so many.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM bookings_orders_order WHERE id > %s GROUP BY xmin::text",
            [after_id],
        )
        sizes = sorted(size for (size,) in cursor.fetchall())
    return {
        "mean": round(sum(sizes) / len(sizes), 1),
        "p50": quantile(sizes, 0.5),
        "p90": quantile(sizes, 0.9),
        "most": sizes[-1],
        **{
            f"share {low}-{high}": round(sum(s for s in sizes if low <= s <= high) / sum(sizes), 3)
            for low, high in _CLASSES
        },
    }


def await_news(*, within_s: float = 30) -> None:
    """Until every fact of these orders has reached its handlers: the site must run for that."""
    deadline = time.monotonic() + within_s
    while Event.objects.filter(done_at=None).exists() and time.monotonic() < deadline:
        time.sleep(0.2)


def placed() -> int:
    return Order.objects.count()


def newest() -> int:
    """The id of the order that was placed last."""
    return Order.objects.aggregate(newest=Max("pk"))["newest"] or 0
