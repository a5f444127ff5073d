"""The scenario of `bench orders`: stage, load, compare, check."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings

from bench import baseline, flash, growth, hot, lone, orders, site
from bench.people import make_buyers
from bench.rates import Point
from bench.stage import MIXED_THINGS, Stage
from kernel import clock, invariants
from kernel.places.models import Region

SLUG = "huangshan"
_PGBENCH_S = 2


def run(tell: Callable[[str], None], options: dict[str, Any]) -> dict[str, Any]:
    """Every figure of orders and payment; ends with the invariants."""
    began = time.monotonic()
    stage = stage_of(tell, options)
    growth.copy_stage()
    figures: dict[str, Any] = {}
    points: list[Point] = []
    with site.running() as running:
        with stage.phase("warm", "Warming up …"):
            hot.warm_up(running, stage)
        _through_http(running, stage, figures, points)
    _database_alone(stage, figures)
    found, seen = growth.compare(stage)
    figures |= found
    with stage.phase("check", "Checking …"):
        figures |= {
            "things": MIXED_THINGS,
            "distinct_people": len(stage.buyers),
            "placed": orders.placed(),
            "acknowledged": sum(point.orders for point in points) + figures["flash_sold"],
            "errors_5xx": sum(p.errors_5xx for p in (*points, *seen)) + figures["flash_5xx"],
            "broken": sum(point.broken for point in points) + figures["flash_broken"],
            "oversold": orders.oversold() + figures["past_oversold"],
            "violations": len(invariants.check_all(at=clock.now())),
        }
    return figures | {"took_s": stage.took_s, "total_s": round(time.monotonic() - began, 1)}


def run_growth(tell: Callable[[str], None], options: dict[str, Any]) -> dict[str, Any]:
    """The comparison with a long past alone."""
    stage = stage_of(tell, options)
    growth.copy_stage()
    found, _points = growth.compare(stage)
    with stage.phase("check", "Checking the past …"):
        found["past_violations"] = growth.violations()
    return found | {"took_s": stage.took_s}


def stage_of(tell: Callable[[str], None], options: dict[str, Any]) -> Stage:
    """The region, loaded, and people who are signed in."""
    tell("Loading the region …")
    began = time.monotonic()
    _manage("load_region", SLUG, "--days", "8")
    region = Region.objects.get(slug=SLUG)
    things = orders.things_on_sale(region)
    loaded = time.monotonic()
    tell(f"Making {options['people']} people …")
    buyers = make_buyers(options["people"], at=clock.now())
    stage = Stage(region, buyers, things, options, tell)
    stage.took_s |= {
        "region": round(loaded - began, 1),
        "people": round(time.monotonic() - loaded, 1),
    }
    return stage


def _through_http(
    running: site.Running, stage: Stage, figures: dict[str, Any], points: list[Point]
) -> None:
    """All that is asked of the site itself."""
    found, seen = hot.hot_slot(running, stage)
    figures |= found
    points += seen
    for found, seen in (
        hot.half_rate(running, stage, figures["hot_orders_per_s"]),
        hot.mixed_carts(running, stage),
    ):
        figures |= found
        points += seen
    figures |= lone.sql_per_order(running, stage)
    figures |= flash.sale(running, stage)
    running.await_idle()
    found, seen = lone.alone(running, stage)
    figures |= found
    points += seen
    orders.await_news()


def _database_alone(stage: Stage, figures: dict[str, Any]) -> None:
    """The same from PostgreSQL itself, one order a transaction, nothing else running."""
    with (
        stage.phase("pgbench", "The database alone …"),
        tempfile.TemporaryDirectory(prefix="qy-bench-") as folder,
    ):
        one = baseline.tps(Path(folder), rows=1, seconds=_PGBENCH_S)
        spread = baseline.tps(Path(folder), rows=MIXED_THINGS, seconds=_PGBENCH_S)
    figures |= {
        "db_hot_tps": round(one, 1),
        "hot_ratio": round(figures["hot_orders_per_s"] / one, 3),
        "db_spread_tps": round(spread, 1),
        "mixed_ratio": round(figures["mixed_orders_per_s"] / spread, 3),
    }


def _manage(*words: str) -> None:
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), *words]
    subprocess.run(command, env=os.environ, stdout=subprocess.DEVNULL, check=True)
