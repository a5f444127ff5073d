"""What was asked for, beside what was measured."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Goal:
    """What a figure must reach, and what to be proud of; ``more`` says which way is better."""

    enough: float
    proud: float
    more: bool = False

    def verdict(self, value: float) -> str:
        """proud, pass or MISSED."""
        if self._reaches(value, self.proud):
            return "proud"
        return "pass" if self._reaches(value, self.enough) else "MISSED"

    def _reaches(self, value: float, wanted: float) -> bool:
        return value >= wanted if self.more else value <= wanted


ORDERS = {
    "hot_ratio": Goal(0.8, 1.5, more=True),
    "mixed_ratio": Goal(0.2, 0.45, more=True),
    "p99_half_rate_ms": Goal(40, 20),
    "lone_ratio": Goal(1.1, 0.95),
    "flash_seconds": Goal(3, 0.5),
    "flash_unsold": Goal(0, 0),
    "growth_ratio": Goal(0.85, 0.97, more=True),
    "sql_per_order": Goal(14, 8),
    "cpu_ms_per_order": Goal(1.4, 0.8),
    "errors_5xx": Goal(0, 0),
    "oversold": Goal(0, 0),
}

COUNTER = {
    "cart_p99_ms": Goal(80, 25),
    "notice_ack_p99_ms": Goal(200, 50),
    "post_per_s": Goal(2000, 10_000, more=True),
    "verify_seconds": Goal(60, 10),
    "errors_5xx": Goal(0, 0),
    "violations": Goal(0, 0),
}
SUPPLY = {
    "combine_p99_ms": Goal(50, 10),
    "settle_lines_per_s": Goal(2000, 20_000, more=True),
    "reconcile_rows_per_s": Goal(5000, 50_000, more=True),
    "waitlist_serve_per_s": Goal(200, 2000, more=True),
    "brier_ratio": Goal(0.9, 0.7),
}
TICKETS = {
    "create_seconds": Goal(5, 1),
    "calendar_sql": Goal(6, 3),
    "calendar_p99_ms": Goal(60, 25),
}
GATES = {
    "verify_per_s": Goal(1000, 5000, more=True),
    "verify_p99_ms": Goal(2, 0.4),
    "browser_p99_ms": Goal(100, 30),
    "redeem_p99_ms": Goal(150, 60),
    "forged_accepted": Goal(0, 0),
    "bundle_bytes": Goal(20_000_000, 8_000_000),
    "bundle_load_ms": Goal(3_000, 1_000),
    "opening_lost": Goal(0, 0),
}
LINES = {
    "import_seconds": Goal(60, 10),
    "departures_p99_ms": Goal(40, 10),
    "departures_sql": Goal(6, 3),
    "segment_ratio": Goal(0.5, 0.9, more=True),
    "extend_seconds": Goal(30, 5),
    "oversold": Goal(0, 0),
    "errors_5xx": Goal(0, 0),
    "violations": Goal(0, 0),
}
FLEET = {
    "served": Goal(0.96, 0.98, more=True),
    "wait_min": Goal(5, 2.8),
    "delay_min": Goal(10, 3.5),
    "speedup": Goal(3, 10, more=True),
    "insert_p99_ms_1000": Goal(4, 2),
    "insert_p99_ms_10000": Goal(20, 10),
    "insert_differences": Goal(0, 0),
    "taxi_batch_ms": Goal(100, 50),
    "taxi_gap": Goal(0.01, 0.01),
    "broken_promises": Goal(0, 0),
}
ONLINE = {
    "lost_ratio": Goal(0.65, 0.45),
    "km_ratio": Goal(0.95, 0.90),
    "broken_promises": Goal(0, 0),
    "ddarp_served": Goal(0.95, 0.97, more=True),
    "ddarp_cost_ratio": Goal(1.25, 1.15),
    "ddarp_infeasible": Goal(0, 0),
}
OF = {
    "fleet": FLEET,
    "orders": ORDERS,
    "growth": ORDERS,
    "counter": COUNTER,
    "supply": SUPPLY,
    "gates": GATES,
    "lines": LINES,
    "tickets": TICKETS,
    "online": ONLINE,
}
"""The goals of a bench, by its name."""


def table(figures: Mapping[str, Any], goals: Mapping[str, Goal]) -> Iterator[str]:
    """A line for each figure that has a goal, then the others."""
    yield f"{'figure':<24}{'value':>12}{'pass':>10}{'proud':>10}"
    for name, goal in goals.items():
        if name in figures:
            value = figures[name]
            numbers = f"{value:>12}{goal.enough:>8}{goal.proud:>8}"
            yield f"{name:<24}{numbers}  {goal.verdict(value)}"
    yield ""
    for name, value in figures.items():
        if name not in goals:
            yield from _lines(name, value)


def _lines(name: str, value: object) -> Iterator[str]:
    """A figure of its own; a mapping or a long list line by line."""
    if isinstance(value, Mapping):
        words = "  ".join(f"{key}: {each}" for key, each in value.items())
        yield f"{name:<24}{words}"
    elif isinstance(value, list) and any(isinstance(each, str) for each in value):
        yield name
        yield from (f"  {each}" for each in value)
    else:
        yield f"{name:<24}{value}"
