"""A flash sale: thousands arrive within seconds for a few places of one entry time."""

from __future__ import annotations

from typing import Any

from bench import orders, rates
from bench.site import Running
from bench.stage import Stage
from bookings.inventory.operations import reshape
from bookings.orders.models import Hold
from kernel import clock
from tourism.tickets.models import Slot

PLACES, WITHIN_S, PATIENCE_S = 200, 10, 30


def sale(running: Running, stage: Stage) -> dict[str, Any]:
    """Everybody loads the page of the area and its day, then orders.

    The site has been up for a while: another area's page has been looked at, this one never.
    """
    thing = stage.fresh()
    slot = _slot(thing)
    reshape(bucket_id=slot.bucket_id, capacity=PLACES, at=clock.now())
    other = next(s for s in map(_slot, stage.things) if s.product.area_id != slot.product.area_id)
    crowd = stage.buyers[: stage.options["flash_people"]]
    look = orders.page_request(running.address, crowd[0], _page(stage, other))
    running.load([look] * 100, connections=32, seconds=3)
    with stage.phase("flash", f"{len(crowd)} people for {PLACES} places …"):
        requests = []
        for buyer in crowd:
            requests += [
                orders.page_request(running.address, buyer, _page(stage, slot)),
                stage.request(running, buyer, [thing]),
            ]
        report = running.crowd(requests, steps=2, seconds=WITHIN_S, patience=PATIENCE_S)
    held = Hold.objects.filter(bucket_id=slot.bucket_id).count()
    return _figures(report, held, len(crowd))


def _slot(thing: orders.Thing) -> Slot:
    return Slot.objects.select_related("product__area", "day").get(pk=thing.ref)


def _page(stage: Stage, slot: Slot) -> str:
    return f"/zh-hans/{stage.region.slug}/areas/{slot.product.area.slug}/?day={slot.day.date}"


def _figures(report: dict[str, Any], held: int, people: int) -> dict[str, Any]:
    pages, posts = report["statuses"]
    sold = posts.get(str(rates.PLACED), 0)
    return {
        "flash_seconds": round(report["seconds"], 2),
        "flash_sold": sold,
        "flash_held": held,
        "flash_unsold": abs(PLACES - sold) + abs(PLACES - held),
        "flash_people": people,
        "flash_sold_out": posts.get(str(rates.SOLD_OUT), 0),
        "flash_other": _others(pages, {"200"})
        + _others(posts, {str(rates.PLACED), str(rates.SOLD_OUT)}),
        "flash_5xx": _fives(pages) + _fives(posts) + report["shed"],
        "flash_shed": report["shed"],
        "flash_broken": report["broken"],
        "flash_unanswered": report["unanswered"],
        "flash_arrived_within_s": round(report["arrived_within_s"], 2),
        "flash_page_ms": [round(report[name][0], 1) for name in ("p50_ms", "p99_ms")],
        "flash_order_ms": [round(report[name][1], 1) for name in ("p50_ms", "p99_ms")],
        "flash_client_cpu_share": round(report["client_cpu_share"], 3),
    }


def _others(statuses: dict[str, int], known: set[str]) -> int:
    return sum(count for status, count in statuses.items() if status not in known)


def _fives(statuses: dict[str, int]) -> int:
    return sum(count for status, count in statuses.items() if int(status) >= 500)
