"""The scenario of `bench orders`: stage, load, compare, check."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings

from bench import baseline, orders, site
from bench.people import Buyer, make_buyers
from kernel import clock, invariants
from kernel.places.models import Region

Tell = Callable[[str], None]
SLUG = "huangshan"


def run(tell: Tell, options: dict[str, Any]) -> dict[str, Any]:
    """One hot slot through HTTP, then the database alone; ends with the invariants."""
    tell("Loading the region …")
    _manage("load_region", SLUG, "--days", "8")
    region = Region.objects.get(slug=SLUG)
    tell(f"Making {options['people']} people …")
    buyers = make_buyers(options["people"], at=clock.now())
    things = orders.things_on_sale(region, number=100)
    hot: list[dict[str, Any]] = []
    with site.running() as running:
        _warm_up(running, region, buyers, things)
        for number in range(options["runs"]):
            thing = things[number]
            tell(f"One hot slot, {options['connections']} connections, run {number + 1} …")
            hot.append(_measure(running, region, buyers, [[thing]], options))
    with tempfile.TemporaryDirectory() as folder:
        tell("The database alone …")
        tps = baseline.best_tps(Path(folder), rows=1, seconds=int(options["seconds"]))
    tell("Checking …")
    middle = sorted(hot, key=lambda report: report["per_s"])[len(hot) // 2]
    return {
        "things": len(things),
        "hot_orders_per_s": round(middle["orders_per_s"], 1),
        "hot_all": [round(report["orders_per_s"], 1) for report in hot],
        "db_hot_tps": round(tps, 1),
        "hot_ratio": round(middle["orders_per_s"] / tps, 3),
        "group_sizes": orders.group_sizes(),
        "p50_ms": round(middle["p50_ms"], 2),
        "p99_ms": round(middle["p99_ms"], 2),
        "cpu_ms_per_order": round(statistics.median(r["cpu_ms_per_order"] for r in hot), 3),
        "cpu_by_role": middle["cpu_by_role"],
        "client_cpu_ms_per_order": round(middle["client_cpu_ms"] / middle["answered"], 4),
        "distinct_people": len(buyers),
        "placed": orders.placed(),
        "acknowledged": sum(report["statuses"].get("201", 0) for report in hot),
        "errors_5xx": sum(_fives(report) for report in hot),
        "oversold": orders.oversold(),
        "violations": len(invariants.check_all(at=clock.now())),
    }


def _measure(
    running: site.Running,
    region: Region,
    buyers: list[Buyer],
    carts: list[list[orders.Thing]],
    options: dict[str, Any],
) -> dict[str, Any]:
    requests = [
        orders.request(region, running.address, buyer, carts[number % len(carts)])
        for number, buyer in enumerate(buyers)
    ]
    before = running.cpu_ms()
    report = running.load(requests, connections=options["connections"], seconds=options["seconds"])
    ok = report["statuses"].get("201", 0)
    spent = running.cpu_ms() - before
    return {
        **report,
        "orders_per_s": ok / report["seconds"],
        "cpu_ms_per_order": spent.total() / max(ok, 1),
        "cpu_by_role": {role: round(ms / max(ok, 1), 3) for role, ms in spent.items()},
    }


def _warm_up(
    running: site.Running, region: Region, buyers: list[Buyer], things: list[orders.Thing]
) -> None:
    """Every thread of every worker has a connection, worker and beat have started."""
    few = buyers[-400:]
    requests = [orders.request(region, running.address, b, [things[-1]]) for b in few]
    running.load(requests, connections=64, seconds=5)
    deadline = time.monotonic() + 60
    while not orders.all_published() and time.monotonic() < deadline:
        time.sleep(0.5)
    time.sleep(2)


def _fives(report: dict[str, Any]) -> int:
    return sum(count for status, count in report["statuses"].items() if int(status) >= 500)


def _manage(*words: str) -> None:
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), *words]
    subprocess.run(command, env=os.environ, stdout=subprocess.DEVNULL, check=True)
