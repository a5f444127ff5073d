"""`bench lines`: a feed taken in, a timetable extended, departures found, seats sold by segment."""

from __future__ import annotations

import io
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.core.management import call_command

from bench import hot, lines_asked, lines_feed, lines_past, lines_sold, orders, orders_run, site
from bench.rates import Point
from bench.stage import Stage
from kernel import clock, invariants
from kernel.places.models import Region
from transport.feeds import gtfs
from transport.lines import operations as lines
from transport.lines.models import Run, ShuttleLine

CITY = "bench-city"
_MOST_PEOPLE, _MOST_PAIRS = 4_000, 3
_SEASON = (5, 1)
"""From this day on every line of the region runs on every one of the days."""


def run(tell: Callable[[str], None], options: dict[str, Any]) -> dict[str, Any]:
    """Every figure, on one database that grows as it goes."""
    began = time.monotonic()
    stage = orders_run.stage_of(tell, _modest(options))
    figures: dict[str, Any] = {}
    with stage.phase("import", f"a feed of {options['stop_times']} stop times …"):
        figures |= _import(stage)
    with stage.phase("extend", f"{options['days']} days more of the region's departures …"):
        first, last, found = _extend(stage.region, options["days"])
        figures |= found
    with stage.phase("past", f"{options['departures']} departures …"):
        figures["departures_in_tables"] = lines_past.lay_down(
            stage.region, first=first, last=last, before=stage.region.local_date(clock.now()),
            number=options["departures"],
        )  # fmt: skip
    with site.running() as running:
        hot.warm_up(running, stage)
        figures |= _ask(running, stage)
        found, points = lines_sold.in_turns(running, stage)
        orders.await_news()
    with stage.phase("check", "Checking …"):
        figures |= found | _check(points)
    return figures | {"took_s": stage.took_s, "total_s": round(time.monotonic() - began, 1)}


def _modest(options: dict[str, Any]) -> dict[str, Any]:
    """As many people and pairs as four minutes have room for."""
    return {
        **options,
        "people": min(options["people"], _MOST_PEOPLE),
        "pairs": min(options["pairs"], _MOST_PAIRS),
    }


def _import(stage: Stage) -> dict[str, Any]:
    """`gtfs import` of a feed that our own writer has written; its runs are laid out with it."""
    first = stage.region.local_date(clock.now())
    feed = lines_feed.make(stop_times=stage.options["stop_times"], first=first)
    with tempfile.TemporaryDirectory(prefix="qy-bench-") as folder:
        path = Path(folder) / "feed.zip"
        with path.open("wb") as target:
            gtfs.write(feed, target)
        began = time.monotonic()
        call_command("gtfs", "import", str(path), region=CITY, stdout=io.StringIO())
        took = time.monotonic() - began
    rows = len(feed.stop_times)
    runs = Run.objects.filter(line__region__slug=CITY)
    return {
        "import_rows_per_s": round(rows / took),
        "import_seconds": round(took, 2),
        "import_stop_times": rows,
        "import_trips": len(feed.trips),
        "import_runs": runs.count(),
        "import_segments": sum(len(ids) for ids in runs.values_list("segments", flat=True)),
    }


def _extend(region: Region, days: int) -> tuple[date, date, dict[str, Any]]:
    """All lines of the region, city buses among them, for so many days of a season that all have."""
    today = region.local_date(clock.now())
    first = date(today.year + 1, *_SEASON)
    last = first + timedelta(days=days - 1)
    ShuttleLine.objects.filter(region=region).update(is_bookable=True)
    began = time.monotonic()
    made = lines.create_runs(region=region, first=first, last=last)
    took = time.monotonic() - began
    return first, last, {
        "extend_seconds": round(took, 2),
        "extend_runs": made,
        "extend_runs_a_day": made / days,
    }  # fmt: skip


def _ask(running: site.Running, stage: Stage) -> dict[str, Any]:
    """Between any two stops of the region and of the imported city, each pair once."""
    regions = [stage.region, Region.objects.get(slug=CITY)]
    pairs = lines_asked.pairs_of(regions)[: lines_asked.PAIRS]
    tomorrow = stage.region.local_date(clock.now()) + timedelta(days=1)
    with stage.phase("ask", f"departures between {len(pairs)} pairs of stops …"):
        running.await_idle()
        figures = lines_asked.over_http(running, pairs, tomorrow)
    with stage.phase("read", "the same by the read alone …"), running.background_stopped():
        return figures | lines_asked.by_the_read(pairs, tomorrow)


def _check(points: list[Point]) -> dict[str, Any]:
    return {
        "oversold": lines_sold.oversold() + orders.oversold(),
        "errors_5xx": sum(point.errors_5xx for point in points),
        "broken": sum(point.broken for point in points),
        "placed": orders.placed(),
        "violations": len(invariants.check_all(at=clock.now())),
    }
