"""`bench tickets`: a season laid out, its calendar read, places sold under all their limits."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date, timedelta
from datetime import time as clock_time
from functools import partial
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from bench import orders_run
from bookings.contracts import Ask, Member
from bookings.orders import operations as orders
from config.collecting import spare_what_is_loaded
from kernel import clock
from kernel.places.models import Region
from tourism.areas.models import ScenicArea
from tourism.tickets import operations as tickets
from tourism.tickets.models import Concession, PersonLimit, Product, ProductKind, SlotPattern
from tourism.tickets.overview import overview

PRODUCTS, DAYS, TIMES = 12, 90, 10
_READS, _WARM = 200, 20
_ORDERS, _TOGETHER = 2_000, 50
_FIRST_HOUR, _STOCK = 8, 100_000
_READ_TABLES = (
    "tourism_tickets_slot, tourism_tickets_entryday, bookings_inventory_bucket,"
    " bookings_inventory_quota"
)


def run(tell: Callable[[str], None], options: dict[str, Any]) -> dict[str, Any]:
    """Every figure, over products of its own."""
    began = time.monotonic()
    stage = orders_run.stage_of(tell, {**options, "people": 1})
    products = _products(stage.region)
    first = stage.region.local_date(clock.now()) + timedelta(days=2)
    figures: dict[str, Any] = {}
    with stage.phase("create", f"{DAYS} days x {TIMES} times x {PRODUCTS} products …"):
        figures |= _create(products, first)
    with stage.phase("calendar", f"the calendar of it {_READS} times …"):
        figures |= _calendar(products, first)
    with stage.phase("sell", f"{_ORDERS} orders under slot, day, site and person limits …"):
        figures |= _sell(stage.region, products, first)
    return figures | {"took_s": stage.took_s, "total_s": round(time.monotonic() - began, 1)}


def _products(region: Region) -> list[Product]:
    """Services of one area with ten entry times a day: nothing else in the region depends on them."""
    area = ScenicArea.objects.filter(region=region, products__isnull=False).order_by("pk")[0]
    made = [
        Product.objects.create(
            area=area, kind=ProductKind.ADDON, code=f"bench-{n}", stock=_STOCK,
            name_zh=f"{n}", name_en=f"{n}", peak_price_fen=1_000, off_price_fen=1_000,
        )
        for n in range(PRODUCTS)
    ]  # fmt: skip
    for product in made:
        Concession.objects.create(product=product, code="adult", name_zh="每件", permille=1000)
        PersonLimit.objects.create(product=product, period="DAY", most=5)
        SlotPattern.objects.bulk_create(
            SlotPattern(
                product=product,
                starts=clock_time(_FIRST_HOUR + n // 2, n % 2 * 30),
                ends=clock_time(_FIRST_HOUR + (n + 1) // 2, (n + 1) % 2 * 30),
                permille=200,
            )
            for n in range(TIMES)
        )
    return made


def _create(products: list[Product], first: date) -> dict[str, Any]:
    began = time.monotonic()
    made = tickets.create_days(
        product_ids=[product.pk for product in products],
        first=first,
        last=first + timedelta(days=DAYS - 1),
    )
    return {"create_seconds": round(time.monotonic() - began, 2), "created_slots": made.slots}


def _calendar(products: list[Product], first: date) -> dict[str, Any]:
    read = partial(
        overview,
        product_ids=[product.pk for product in products],
        first=first,
        last=first + timedelta(days=DAYS - 1),
        at=clock.now(),
    )
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {_READ_TABLES}")  # as autovacuum does within a minute
    with CaptureQueriesContext(connection) as captured:
        read()
    spare_what_is_loaded()
    took = []
    for _read in range(_WARM + _READS):
        began = time.perf_counter()
        read()
        took.append((time.perf_counter() - began) * 1000)
    measured = sorted(took[_WARM:])
    return {
        "calendar_sql": len(captured),
        "calendar_p99_ms": round(measured[int(len(measured) * 0.99) - 1], 1),
        "calendar_p50_ms": round(measured[len(measured) // 2], 1),
    }


def _sell(region: Region, products: list[Product], first: date) -> dict[str, Any]:
    """Each buyer another person; four counts a place, and one person's of a day."""
    rows = overview(product_ids=[products[0].pk], first=first, last=first, at=clock.now())
    refs = [str(slot_id) for slot_id in rows[0].slot_ids]
    requests = [
        orders.PlaceRequest(
            actor=f"guest:bench-tickets-{n}",
            request_key=f"bench-{n}",
            region_id=region.pk,
            asks=(Ask("service", refs[n % len(refs)], (_member(n),)),),
            shown_total_fen=1_000,
            language="zh-hans",
            contact="16100000001",
        )
        for n in range(_ORDERS)
    ]
    began = time.monotonic()
    sold = 0
    for start in range(0, _ORDERS, _TOGETHER):
        answers = orders.place_many(requests[start : start + _TOGETHER], at=clock.now())
        sold += sum(not isinstance(answer, Exception) for answer in answers)
    took = time.monotonic() - began
    return {"sold": sold, "sold_per_s": round(sold / took)}


def _member(n: int) -> Member:
    return Member(
        class_code="adult", traveller_id=n + 1, name=f"P{n}", masked="****", index=f"bench-{n}"
    )
