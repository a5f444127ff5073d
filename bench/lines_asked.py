"""Departures between two stops, asked of the running site and of the read behind the page."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from datetime import time as clock_time
from random import Random
from statistics import median_high
from typing import Any
from urllib.parse import urlencode

from django.db import connection
from django.test.utils import CaptureQueriesContext

from bench import site
from bench.load import quantile
from bench.site import Running
from config.collecting import spare_what_is_loaded
from kernel.places.models import Region
from transport.lines import departures, queries
from transport.lines.queries import Stops

PAIRS = 1_000
_RATE, _PAGES, _RUSH = 20, 600, 40
"""So many a second, for so many pages; and what is left at twice the rate."""
_CONNECTIONS = 64
"""People have a connection each: few would all lie with one of the web processes."""
_WARM, _COUNTED = 100, 7
_SETTLE_S = 0.1


@dataclass(frozen=True, slots=True)
class Pair:
    """Two stops between which a line goes: names as riders type them, and place ids."""

    region: Region
    start: tuple[str, int]
    end: tuple[str, int]


def pairs_of(regions: Sequence[Region]) -> list[Pair]:
    """Every two names between which some bookable line of these regions goes, each once, mixed."""
    found: dict[tuple[int, str, str], Pair] = {}
    for region in regions:
        lines = queries.bookable_lines(region).values_list("pk", flat=True)
        for stops in queries.stops_of_lines(list(lines)).values():
            for pair in _along(region, stops):
                found.setdefault((region.pk, pair.start[0], pair.end[0]), pair)
    mixed = list(found.values())
    Random(5).shuffle(mixed)  # noqa: S311 - the same order every time
    return mixed


def _along(region: Region, stops: Stops) -> list[Pair]:
    named = [(stop.place.name_zh, stop.place_id) for stop in stops]
    return [
        Pair(region, start, end)
        for n, start in enumerate(named)
        for end in named[n + 1 :]
        if start[0] != end[0]
    ]


def over_http(running: Running, pairs: Sequence[Pair], day: date) -> dict[str, Any]:
    """The whole page, so many a second, each time for other stops; and its statements."""
    requests = [_request(running, pair, day) for pair in pairs]
    running.load(requests[:_WARM], connections=_CONNECTIONS, seconds=5)
    running.await_idle()
    usual = _paced(running, requests[:_PAGES], _RATE)
    rush = _paced(running, requests[_PAGES:], _RUSH)
    return {
        "departures_p99_ms": round(usual["p99_ms"], 1),
        "departures_p50_ms": round(usual["p50_ms"], 1),
        "departures_pages": usual["answered"],
        "departures_a_second": _RATE,
        "departures_rush_p99_ms": round(rush["p99_ms"], 1),
        "departures_rush_p50_ms": round(rush["p50_ms"], 1),
        "departures_rush_a_second": _RUSH,
        **_statements(running, pairs[:_COUNTED], day),
    }


def _paced(running: Running, requests: Sequence[bytes], rate: int) -> dict[str, Any]:
    report = running.load(
        list(requests), connections=_CONNECTIONS, rate=rate, seconds=len(requests) / rate
    )
    if set(report["statuses"]) != {"200"} or report["broken"]:
        raise RuntimeError(f"departures: {report['statuses']}, {report['broken']} broken")
    return report


def _request(running: Running, pair: Pair, day: date) -> bytes:
    words = urlencode({"from": pair.start[0], "to": pair.end[0], "day": f"{day}"})
    return (
        f"GET /zh-hans/{pair.region.slug}/departures/?{words} HTTP/1.1\r\n"
        f"Host: {running.address}\r\nUser-Agent: bench\r\nAccept: text/html\r\n\r\n"
    ).encode()


def _statements(running: Running, pairs: Sequence[Pair], day: date) -> dict[str, Any]:
    """What one page sends to PostgreSQL. Worker and beat stand still; the process knows the region's
    names by then, as it does while people come."""
    counted: list[list[str]] = []
    with running.background_stopped(), site.statements() as log:
        for pair in pairs:
            log.since_last()
            running.load([_request(running, pair, day)], connections=1, seconds=2)
            time.sleep(_SETTLE_S)
            counted.append(log.since_last())
    sizes = [len(each) for each in counted]
    usual = int(median_high(sizes))
    return {
        "departures_sql": usual,
        "departures_sql_all": sizes,
    }


def by_the_read(pairs: Sequence[Pair], day: date) -> dict[str, Any]:
    """The read alone, in this process: the next 24 hours from six in the morning."""
    spare_what_is_loaded()
    took, rows = [], 0
    for pair in pairs:
        began = time.perf_counter()
        rows += len(_read(pair, day).rows)
        took.append((time.perf_counter() - began) * 1000)
    with CaptureQueriesContext(connection) as captured:
        _read(pairs[0], day)
    ordered = sorted(took[_WARM:])
    return {
        "departures_query_p99_ms": round(quantile(ordered, 0.99), 1),
        "departures_query_p50_ms": round(quantile(ordered, 0.5), 1),
        "departures_query_sql": len(captured),
        "departures_found_each": round(rows / len(pairs), 1),
    }


def _read(pair: Pair, day: date) -> departures.Found:
    after = pair.region.at(day, clock_time(6))
    return departures.between(
        pair.region, start=[pair.start[1]], end=[pair.end[1]],
        after=after, until=after + timedelta(hours=24),
    )  # fmt: skip
