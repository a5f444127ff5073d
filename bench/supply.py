"""`bench supply`: the other side of the counter, each figure over rows of its own."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from bench import combining, odds, orders_run, reconciling, settling, waitlists
from kernel.places.models import Region

PARTS: tuple[tuple[str, Callable[[Region], dict[str, Any]]], ...] = (
    ("combine", lambda _region: combining.figures()),
    ("odds", lambda _region: odds.figures()),
    ("waitlist", waitlists.figures),
    ("reconcile", reconciling.figures),
    ("settle", settling.figures),
)
"""Settlement comes last: what it sells has no vouchers."""


def run(tell: Callable[[str], None], options: dict[str, Any]) -> dict[str, Any]:
    """Every figure, on a loaded region without buyers."""
    began = time.monotonic()
    stage = orders_run.stage_of(tell, {**options, "people": 1})
    figures: dict[str, Any] = {}
    for name, measure in PARTS:
        with stage.phase(name, f"{name} …"):
            figures |= measure(stage.region)
    return figures | {"took_s": stage.took_s, "total_s": round(time.monotonic() - began, 1)}
