"""Seats by segment on one hot departure, beside one entry time of `bench orders`, in turns."""

from __future__ import annotations

import statistics
from collections import Counter
from datetime import timedelta
from itertools import combinations
from random import Random
from typing import Any

from bench import orders, rates
from bench.people import Buyer
from bench.rates import Point, measure
from bench.site import Running
from bench.stage import Stage
from bookings.inventory.models import Bucket
from bookings.orders.models import Line
from kernel import clock
from kernel.places.models import Place, Region
from transport.lines import fares, queries
from transport.lines import operations as lines
from transport.lines.models import Pattern, PatternStop, Run, ShuttleLine, TimetableTrip

SEGMENTS = 12
SEATS = 45
_FEN_A_SEGMENT = 300
_ALIVE = ("HELD", "PAID", "AWAITING_SUPPLIER", "CONFIRMED", "USED")


def departures_of(region: Region, number: int) -> list[Run]:
    """So many departures of the day after tomorrow of a line of its own with twelve segments."""
    usual = ShuttleLine.objects.filter(region=region, is_bookable=True).order_by("pk")[0]
    line = ShuttleLine.objects.create(
        region=region, organisation=usual.organisation, slug="bench-12", kind=usual.kind,
        name_zh="十二段线", name_en="Twelve segments", seats=SEATS, ride_min=SEGMENTS * 10,
        metres=SEGMENTS * 5_000, refund_words_zh=usual.refund_words_zh,
    )  # fmt: skip
    pattern = Pattern.objects.create(line=line, slug="out", direction="OUT")
    places = Place.objects.filter(region=region).order_by("pk")[: SEGMENTS + 1]
    PatternStop.objects.bulk_create(
        PatternStop(
            pattern=pattern, seq=seq, place=place, arrives_s=600 * seq, departs_s=600 * seq,
            metres=5_000 * seq, fare_fen=_FEN_A_SEGMENT * seq,
        )
        for seq, place in enumerate(places)
    )  # fmt: skip
    TimetableTrip.objects.bulk_create(
        TimetableTrip(line=line, pattern=pattern, slug=f"t{n}", departs_s=28_800 + 60 * n)
        for n in range(number)
    )
    day = region.local_date(clock.now()) + timedelta(days=2)
    lines.create_runs(region=region, first=day, last=day)
    return list(Run.objects.filter(line=line, service_date=day).order_by("departs_at"))


def in_turns(running: Running, stage: Stage) -> tuple[dict[str, Any], list[Point]]:
    """Pairs of the same load: one entry time, then one departure with room for everybody."""
    runs = departures_of(stage.region, stage.options["pairs"] + 1)
    points: list[tuple[Point, Point]] = []
    with stage.phase("segments", f"{SEGMENTS} segments of one departure, beside one entry time …"):
        for run in runs[1:]:
            Bucket.objects.filter(pk__in=run.segments).update(capacity=orders.ROOM)
        running.load(_rides(running, stage, runs[1])[:400], connections=64, seconds=2)
        running.await_idle()
        for run in runs[1:]:
            one = measure(running, stage.hot(running), **_load(stage))
            points.append((measure(running, _rides(running, stage, run), **_load(stage)), one))
    figures, sold_out = _sell_out(running, stage, runs[0])
    pairs = [(ride.orders_per_s, one.orders_per_s) for ride, one in points]
    return {
        "segment_ratio": round(rates.median_ratio(pairs), 3),
        "segment_all": [round(ride / one, 3) for ride, one in pairs],
        "segment_per_s": round(statistics.median(ride for ride, _one in pairs), 1),
        "one_bucket_per_s": round(statistics.median(one for _ride, one in pairs), 1),
        "segment_cpu_ms": round(statistics.median(p.cpu_ms_per_order for p, _one in points), 3),
        "one_bucket_cpu_ms": round(statistics.median(p.cpu_ms_per_order for _p, p in points), 3),
        **figures,
    }, [*(point for pair in points for point in pair), sold_out]


def _load(stage: Stage) -> dict[str, float]:
    return {"connections": stage.options["connections"], "seconds": stage.options["seconds"]}


def _rides(running: Running, stage: Stage, run: Run) -> list[bytes]:
    """Each buyer wants one seat between two stops of their own choice."""
    dice = Random(run.pk)  # noqa: S311 - the same wishes every time
    ways = list(combinations(range(SEGMENTS + 1), 2))
    return [_ride(running, stage, buyer, run, *dice.choice(ways)) for buyer in stage.buyers]


def _ride(running: Running, stage: Stage, buyer: Buyer, run: Run, board: int, alight: int) -> bytes:
    price_fen = _FEN_A_SEGMENT * (alight - board)
    ids = tuple(fares.segments_of(run.segments, board, alight))
    thing = orders.Thing("shuttle", queries.ref_of(run.pk, board, alight), price_fen, ids)
    return stage.request(running, buyer, [thing])


def _sell_out(running: Running, stage: Stage, run: Run) -> tuple[dict[str, Any], Point]:
    """A departure of a coach's seats, wanted by everybody until the last segment is full."""
    with stage.phase("sell_out", f"{SEATS} seats, {len(stage.buyers)} buyers …"):
        point = measure(running, _rides(running, stage, run), **_load(stage))
    used = Bucket.objects.filter(pk__in=run.segments).values_list("taken", flat=True)
    return {
        "sold_out_asked": point.answered,
        "sold_out_sold": point.orders,
        "sold_out_seats_used": round(sum(used) / (SEATS * SEGMENTS), 3),
    }, point


def oversold() -> int:
    """Segments on which more ride than there are places, or another number than the count says; worked
    out ride by ride from what the order lines promise, without boardings and holds."""
    riders: Counter[tuple[int, int]] = Counter()
    sold = Line.objects.filter(kind="shuttle", state__in=_ALIVE)
    for line in sold.iterator():
        facts = line.facts
        for segment in range(facts["board"], facts["alight"]):
            riders[facts["run_id"], segment] += len(line.frozen_parts) - len(line.cancelled_parts)
    runs = Run.objects.in_bulk({run_id for run_id, _segment in riders})
    counts = Bucket.objects.in_bulk({pk for run in runs.values() for pk in run.segments})
    return sum(
        riders[run.pk, segment] > counts[pk].capacity or riders[run.pk, segment] != counts[pk].taken
        for run in runs.values()
        for segment, pk in enumerate(run.segments)
    )
