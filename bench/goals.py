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
OF = {"orders": ORDERS, "growth": ORDERS, "counter": COUNTER, "supply": SUPPLY}
"""The goals of a bench, by its name."""


def table(figures: Mapping[str, Any], goals: Mapping[str, Goal]) -> Iterator[str]:
    """A line for each figure that has a goal, then the others."""
    yield f"{'figure':<24}{'value':>12}{'pass':>8}{'proud':>8}"
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
