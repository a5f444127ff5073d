"""One hot slot, mixed carts, and how long people wait when the site is half busy."""

from __future__ import annotations

import statistics
from typing import Any

from bench import orders, rates
from bench.rates import Point, measure
from bench.site import Running
from bench.stage import Stage


def warm_up(running: Running, stage: Stage) -> None:
    """Every thread of every worker has a connection, worker and beat have started."""
    requests = stage.hot(running, people=400)
    running.load(requests, connections=64, seconds=3)
    running.await_idle()


def hot_slot(running: Running, stage: Stage) -> tuple[dict[str, Any], list[Point]]:
    """Everybody wants the same entry time, as fast as the site answers."""
    before = orders.newest()
    points = []
    for number in range(stage.options["runs"]):
        with stage.phase("hot", f"One hot slot, run {number + 1} …"):
            requests = stage.hot(running)
            points.append(measure(running, requests, **_closed(stage)))
    middle = rates.middle(points)
    return {
        "hot_orders_per_s": round(middle.orders_per_s, 1),
        "hot_all": [round(point.orders_per_s, 1) for point in points],
        "group_sizes": orders.group_sizes(after_id=before),
        "p50_ms": round(middle.p50_ms, 2),
        "p99_ms": round(middle.p99_ms, 2),
        "cpu_ms_per_order": round(statistics.median(p.cpu_ms_per_order for p in points), 3),
        "cpu_by_role": middle.cpu_by_role,
        "client_cpu_ms_per_order": round(middle.client_cpu_ms_per_order, 4),
    }, points


def half_rate(running: Running, stage: Stage, rate: float) -> tuple[dict[str, Any], list[Point]]:
    """The same at half of the rate that was reached: how long an order takes on an ordinary rush."""
    points = []
    for number in range(stage.options["runs"]):
        with stage.phase("half", f"{rate / 2:.0f} orders/s, run {number + 1} …"):
            points.append(measure(running, stage.hot(running), rate=rate / 2, **_closed(stage)))
    middle = sorted(points, key=lambda point: point.p99_ms)[len(points) // 2]
    return {
        "p50_half_rate_ms": round(middle.p50_ms, 2),
        "p99_half_rate_ms": round(middle.p99_ms, 2),
        "p99_half_rate_all": [round(point.p99_ms, 2) for point in points],
        "half_orders_per_s": round(middle.orders_per_s, 1),
    }, points


def mixed_carts(running: Running, stage: Stage) -> tuple[dict[str, Any], list[Point]]:
    """Everybody wants three of a hundred entry times of different areas and days."""
    points = []
    for number in range(min(stage.options["runs"], 3)):
        with stage.phase("mixed", f"Carts of three over a hundred slots, run {number + 1} …"):
            requests = stage.mixed(running, run=number)
            points.append(measure(running, requests, **_closed(stage)))
    middle = rates.middle(points)
    return {
        "mixed_orders_per_s": round(middle.orders_per_s, 1),
        "mixed_all": [round(point.orders_per_s, 1) for point in points],
        "mixed_p99_ms": round(middle.p99_ms, 2),
        "mixed_cpu_ms_per_order": round(middle.cpu_ms_per_order, 3),
    }, points


def _closed(stage: Stage) -> dict[str, float]:
    return {"connections": stage.options["connections"], "seconds": stage.options["seconds"]}
