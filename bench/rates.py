"""One measured point: requests sent, what came back, what the site spent on it."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bench.site import Running

PLACED, SOLD_OUT = 201, 409


@dataclass(frozen=True, slots=True)
class Point:
    """What one load has shown. Times in ms, rates a second; an order counts when it got 201."""

    orders: int
    answered: int
    errors_5xx: int
    broken: int
    orders_per_s: float
    p50_ms: float
    p99_ms: float
    cpu_ms_per_order: float
    cpu_by_role: dict[str, float]
    client_cpu_ms_per_order: float
    statuses: dict[str, int]


def measure(running: Running, requests: list[bytes], **options: float) -> Point:
    """Send requests as ``options`` say (connections, seconds, rate) and look at everything."""
    before = running.cpu_ms()
    report = running.load(requests, **options)
    spent = running.cpu_ms() - before
    return _point(report, dict(spent))


def _point(report: dict[str, Any], spent: dict[str, int]) -> Point:
    statuses: dict[str, int] = report["statuses"]
    orders = statuses.get(str(PLACED), 0)
    return Point(
        orders=orders,
        answered=report["answered"],
        errors_5xx=sum(count for status, count in statuses.items() if int(status) >= 500),
        broken=report["broken"],
        orders_per_s=orders / report["seconds"],
        p50_ms=report["p50_ms"],
        p99_ms=report["p99_ms"],
        cpu_ms_per_order=sum(spent.values()) / max(orders, 1),
        cpu_by_role={role: round(ms / max(orders, 1), 3) for role, ms in spent.items()},
        client_cpu_ms_per_order=report["client_cpu_ms"] / max(report["answered"], 1),
        statuses=statuses,
    )


def middle(points: Sequence[Point]) -> Point:
    """The point whose rate is the median."""
    return sorted(points, key=lambda point: point.orders_per_s)[len(points) // 2]


def median_ratio(pairs: Sequence[tuple[float, float]]) -> float:
    """The median of first over second."""
    return statistics.median(first / second for first, second in pairs)
