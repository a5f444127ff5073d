"""`bench overload`: five hundred connections hammer a page; do gates and payments still answer?"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from threading import Thread
from typing import Any

from django.conf import settings

from bench import orders, site
from bench.people import Buyer, make_buyers
from bookings.orders.models import Order
from kernel import clock
from kernel.places.models import Region

SLUG = "huangshan"
CROWD, VITAL_PER_S = 500, 10
_MANY = 60_000


def run(tell: Callable[[str], None], options: dict[str, Any]) -> dict[str, Any]:
    """Alone, then under the crowd, then after it."""
    seconds = options["seconds"] * 2
    command = [sys.executable, str(settings.BASE_DIR / "manage.py")]
    subprocess.run(
        [*command, "load_region", SLUG, "--days", "1"], stdout=subprocess.DEVNULL, check=True
    )
    [buyer] = make_buyers(1, at=clock.now())
    with site.running() as running:
        pages = _requests(running, buyer, f"/zh-hans/{SLUG}/", _MANY)
        running.load(pages[:400], connections=64, seconds=20)
        tell("As many pages as are answered, 32 connections …")
        alone = running.load(pages, connections=32, seconds=seconds)
        tell(f"{CROWD} connections, and {VITAL_PER_S} vital requests a second …")
        crowd, vital = _together(running, buyer, pages, seconds)
        ended = time.monotonic()
        after = running.load(pages[:50], connections=1, seconds=5)
        recovered = time.monotonic() - ended
    return {
        "pages_per_s": round(alone["per_s"]),
        "pages_p99_ms": round(alone["p99_ms"]),
        "alone_503": alone["statuses"].get("503", 0),
        "crowd_pages_per_s": round(crowd["statuses"].get("200", 0) / crowd["seconds"]),
        "crowd_503_per_s": round(crowd["statuses"].get("503", 0) / crowd["seconds"]),
        "crowd_other": _but(crowd["statuses"], {"200", "503"}),
        "crowd_broken": crowd["broken"],
        "crowd_p50_ms": round(crowd["p50_ms"]),
        "crowd_p99_ms": round(crowd["p99_ms"]),
        "crowd_slowest_ms": {s: round(ms) for s, ms in crowd["slowest_ms"].items()},
        "vital_answered": vital["answered"],
        "vital_503": vital["statuses"].get("503", 0),
        "vital_other": _but(vital["statuses"], {"200", "400", "403", "503"}),
        "vital_p50_ms": round(vital["p50_ms"]),
        "vital_p99_ms": round(vital["p99_ms"]),
        "vital_slowest_ms": round(vital["max_ms"]),
        "after_p50_ms": round(after["p50_ms"], 1),
        "after_50_pages_s": round(recovered, 2),
    }


def _together(
    running: site.Running, buyer: Buyer, pages: list[bytes], seconds: float
) -> tuple[dict[str, Any], dict[str, Any]]:
    vital: dict[str, Any] = {}
    few = _vital(running, buyer) * (_MANY // 400)
    options = {"connections": 8, "seconds": seconds - 2, "rate": VITAL_PER_S}
    watch = Thread(target=lambda: vital.update(running.load(few, **options)))
    crowd: dict[str, Any] = {}
    load = {"connections": CROWD, "seconds": seconds}
    hammer = Thread(target=lambda: crowd.update(running.load(pages, **load)))
    hammer.start()
    time.sleep(1)
    watch.start()
    hammer.join()
    watch.join()
    return crowd, vital


def _vital(running: site.Running, buyer: Buyer) -> list[bytes]:
    """A gate's page (403: no staff), an order's state, a forged notice (400), the watch."""
    region = Region.objects.get(slug=SLUG)
    order = orders.request(region, running.address, buyer, orders.things_on_sale(region)[:1])
    running.load([order], connections=1, seconds=2)
    token = Order.objects.get(actor=f"user:{buyer.user_id}").token
    forged = (
        f"POST /hooks/sandbox/ HTTP/1.1\r\nHost: {running.address}\r\nContent-Length: 2\r\n\r\n{{}}"
    ).encode()
    paths = ("/zh-hans/scan/", f"/zh-hans/o/{token}/state.json", "/healthz")
    return [orders.page_request(running.address, buyer, path) for path in paths] + [forged]


def _requests(running: site.Running, buyer: Buyer, path: str, number: int) -> list[bytes]:
    return [orders.page_request(running.address, buyer, path)] * number


def _but(statuses: dict[str, int], known: set[str]) -> int:
    return sum(count for status, count in statuses.items() if status not in known)
