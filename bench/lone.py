"""An order that is alone: how long it takes beside one that is never grouped, and its statements."""

from __future__ import annotations

import http.client
import statistics
import time
from typing import Any

from bench import rates, site
from bench.rates import Point, measure
from bench.site import Running
from bench.stage import CART, Stage

_SECONDS = 1.5
_COUNTED, _NOT_COUNTED = 3, 1
_SETTLE_S, _ALONE_S = 0.1, 2.1
"""By the second a process has forgotten what requests share: regions, entry times, facts of products."""


def alone(grouped: Running, stage: Stage) -> tuple[dict[str, Any], list[Point]]:
    """One connection, in turn to this site and to another on the same data that groups nothing."""
    points: list[tuple[Point, Point]] = []
    with (
        stage.phase("lone", "A lone order, grouped and not …"),
        site.running(QUANYU_GROUPING="0") as bare,
    ):
        for running in (grouped, bare):
            running.load(stage.hot(running, people=400), connections=64, seconds=1.5)
        grouped.await_idle()
        for _pair in range(stage.options["pairs"]):
            points.append((_point(grouped, stage), _point(bare, stage)))
    pairs = [(with_.p50_ms, without.p50_ms) for with_, without in points]
    return {
        "lone_p50_ms": round(statistics.median(with_ for with_, _without in pairs), 3),
        "lone_bare_p50_ms": round(statistics.median(without for _with, without in pairs), 3),
        "lone_ratio": round(rates.median_ratio(pairs), 3),
        "lone_all": [round(with_ / without, 3) for with_, without in pairs],
    }, [point for pair in points for point in pair]


def _point(running: Running, stage: Stage) -> Point:
    return measure(running, stage.hot(running, people=2500), connections=1, seconds=_SECONDS)


def sql_per_order(running: Running, stage: Stage) -> dict[str, Any]:
    """What one request that orders three things sends to PostgreSQL, BEGIN and COMMIT included.

    Worker and beat stand still meanwhile, so that all there is comes from this request; nobody has
    ordered for two seconds before it. (The look at announced sales, once in ten, may be missing.)
    """
    carts = [[stage.fresh() for _ in range(CART)] for _ in range(2)]
    counted: list[list[str]] = []
    with (
        stage.phase("sql", "Counting statements …"),
        running.background_stopped(),
        site.statements() as log,
    ):
        for number, buyer in enumerate(stage.buyers[: _COUNTED + _NOT_COUNTED]):
            time.sleep(_ALONE_S)
            log.since_last()
            _post(running, stage.request(running, buyer, carts[number % 2]))
            time.sleep(_SETTLE_S)
            counted.append(log.since_last())
    sizes = [len(one) for one in counted[_NOT_COUNTED:]]
    usual = int(statistics.median_high(sizes))
    shown = next(one for one in reversed(counted) if len(one) == usual)
    return {
        "sql_per_order": usual,
        "sql_all": sizes,
        "sql_statements": [" ".join(text.split())[:100] for text in shown],
    }


def _post(running: Running, request: bytes) -> None:
    """Send one request on a connection of its own.

    :raises RuntimeError: it was not placed.
    """
    head, _blank, body = request.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    link = http.client.HTTPConnection(running.address, timeout=10)
    link.request("POST", first.split()[1], body, dict(line.split(": ", 1) for line in lines))
    reply = link.getresponse()
    text = reply.read()
    link.close()
    if reply.status != rates.PLACED:
        raise RuntimeError(f"{reply.status}: {text[:300]!r}")
