"""`bench counter`: carts of families, notices of a provider, the ledger's postings and its proof."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.utils import translation

from bench import books, carts, growth, notices, orders, orders_run, site
from bench.people import Buyer
from bench.site import Running
from bench.stage import Stage
from bookings.checkout import queries as checkout
from bookings.orders.models import Order
from bookings.payments.models import EventState, ProviderEvent
from kernel import clock, invariants

CARTS, CARTS_PER_S = 600, 20
NOTICES = 1200
_WARM = 40


def run(tell: Callable[[str], None], options: dict[str, Any]) -> dict[str, Any]:
    """Every figure of the counter; the million entries lie in a database of their own."""
    began = time.monotonic()
    stage = orders_run.stage_of(tell, options)
    growth.copy_stage()
    with (
        TemporaryDirectory(prefix="qy-bench-") as folder,
        notices.desk(Path(folder)) as desk,
        site.running(**desk.env) as running,
    ):
        figures = _notices(running, stage, desk)
        running.await_idle()
        found = _carts(running, stage)
        figures |= found | {"errors_5xx": figures["errors_5xx"] + found["errors_5xx"]}
    with stage.phase("post", "Posting …"):
        figures |= books.post_per_s()
    figures["violations"] = len(invariants.check_all(at=clock.now()))
    figures |= books.verify(stage, options["entries"])
    figures["violations"] += figures["verify_violations"]
    return figures | {"took_s": stage.took_s, "total_s": round(time.monotonic() - began, 1)}


def _carts(running: Running, stage: Stage) -> dict[str, Any]:
    """The page of a cart that nobody has looked at before, so many a second."""
    rules = carts.publish_price_lists(stage.region)
    buyers = stage.buyers[-CARTS - _WARM :]
    things = carts.fill(stage.region, buyers)
    requests = [
        orders.page_request(running.address, buyer, f"/zh-hans/{stage.region.slug}/cart/")
        for buyer in buyers
    ]
    with stage.phase("carts", f"{CARTS} carts of {carts.LINES} lines …"):
        running.load(requests[:_WARM], connections=2, seconds=10)
        running.await_idle()
        report = running.load(
            requests[_WARM:], connections=16, seconds=CARTS / CARTS_PER_S, rate=CARTS_PER_S
        )
        alone = running.load(requests[_WARM:], connections=1, seconds=3)
    return {
        "cart_p99_ms": round(report["p99_ms"], 1),
        "cart_p50_ms": round(report["p50_ms"], 1),
        "cart_alone_p50_ms": round(alone["p50_ms"], 1),
        "cart_alone_p99_ms": round(alone["p99_ms"], 1),
        "carts": report["answered"],
        "carts_per_s": CARTS_PER_S,
        "cart_rules": rules,
        "cart_things": things,
        **_looked_into(stage, buyers[_WARM:]),
        "errors_5xx": _5xx(report) + _5xx(alone),
    }


def _looked_into(stage: Stage, buyers: Sequence[Buyer]) -> dict[str, Any]:
    """What the carts hold, as the page shows it."""
    with translation.override("zh-hans"):
        found = [
            checkout.cart_of(actors=(actor,), actor=actor, region=stage.region, at=clock.now())
            for actor in (f"user:{buyer.user_id}" for buyer in buyers[:50])
        ]
    return {
        "cart_lines": sum(len(cart.rows) for cart in found) / len(found),
        "cart_lines_sellable": sum(len(cart.sold_rows) for cart in found) / len(found),
        "cart_people": sum(len(row.item.classes) for cart in found for row in cart.rows)
        / len(found),
        "carts_with_a_family_price": sum(cart.saved_fen > 0 for cart in found) / len(found),
    }


def _notices(running: Running, stage: Stage, desk: notices.Desk) -> dict[str, Any]:
    """A hundred notices a second, one in ten twice, while the worker delivers what they pay."""
    with stage.phase("pay", f"{NOTICES} orders, paid at the stand-in …"):
        running.load(stage.hot(running, people=NOTICES), connections=32, seconds=30)
        placed = list(Order.objects.filter(paid_at=None).order_by("pk"))
        if len(placed) != NOTICES:
            raise RuntimeError(f"{len(placed)} orders of {NOTICES} were placed")
        bodies = notices.pay(desk, placed)
    with stage.phase("notices", f"{notices.PER_S} notices a second …"):
        requests = notices.requests(desk, running.address, bodies)
        report = running.load(
            requests, connections=32, seconds=len(requests) / notices.PER_S, rate=notices.PER_S
        )
        orders.await_news(within_s=60)
    return {
        "notice_ack_p99_ms": round(report["p99_ms"], 1),
        "notice_ack_p50_ms": round(report["p50_ms"], 1),
        "notices": report["answered"],
        "notice_statuses": report["statuses"],
        "notice_slowest_ms": {s: round(ms) for s, ms in report["slowest_ms"].items()},
        "notice_orders": len(placed),
        "notice_paid": Order.objects.filter(
            pk__in=[o.pk for o in placed], paid_at__isnull=False
        ).count(),
        "notice_applied": ProviderEvent.objects.filter(state=EventState.APPLIED).count(),
        "errors_5xx": _5xx(report),
        "notice_errors": report["answered"] - report["statuses"].get("200", 0),
    }


def _5xx(report: dict[str, Any]) -> int:
    return sum(count for status, count in report["statuses"].items() if int(status) >= 500)
