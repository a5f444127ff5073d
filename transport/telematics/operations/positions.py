"""Positions come in, in whatever order and however often; old ones are forgotten.

The track is one table whose old rows are deleted, not a partition a day: the site's role may not make
or drop tables (docs/adr/0011), and a week of a region's fleet is a few million narrow rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction

from transport.telematics.models import Tracker

AHEAD = timedelta(seconds=60)
"""By how much a device's clock may be ahead of ours."""
KEPT_FOR = timedelta(days=7)
_BATCH = 10_000

# A moment of a vehicle is kept once, whoever tells it again.
_KEEP = """
    INSERT INTO transport_telematics_fix
        (vehicle_id, at, received_at, latitude, longitude, speed, course)
    SELECT %s, f.at, %s, f.latitude, f.longitude, f.speed, f.course
    FROM unnest(%s::timestamptz[], %s::float8[], %s::float8[], %s::float8[], %s::float8[])
        AS f(at, latitude, longitude, speed, course)
    ORDER BY f.at
    ON CONFLICT (vehicle_id, at) DO NOTHING
"""

# What is later replaces what is earlier, whatever arrives last.
_LATEST = """
    INSERT INTO transport_telematics_position AS p
        (vehicle_id, at, received_at, latitude, longitude, speed, course)
    VALUES (%s, %s, %s, %s, %s, %s, %s)
    ON CONFLICT (vehicle_id) DO UPDATE SET
        at = excluded.at, received_at = excluded.received_at, latitude = excluded.latitude,
        longitude = excluded.longitude, speed = excluded.speed, course = excluded.course
    WHERE p.at < excluded.at
"""

_FORGET = """
    DELETE FROM transport_telematics_fix WHERE id IN (
        SELECT id FROM transport_telematics_fix WHERE at < %s LIMIT %s
    )
"""


@dataclass(frozen=True, slots=True)
class Told:
    """One position as a device tells it."""

    at: datetime
    latitude: float
    longitude: float
    speed: float | None = None
    course: float | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of a batch: new ones, those told before, and those too old to be kept."""

    new: int
    known: int
    old: int


def take_in(*, tracker: Tracker, told: Sequence[Told], at: datetime) -> Kept:
    """Keep what a device tells; the latest of all, whenever it came, is where its vehicle is.

    Two statements. No event is recorded: nothing waits for a position, and there are too many.
    """
    fresh = {each.at: each for each in told if each.at > at - KEPT_FOR}
    if not fresh:
        return Kept(0, 0, len(told))
    fixes = [fresh[moment] for moment in sorted(fresh)]
    last = fixes[-1]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            _LATEST,
            [
                tracker.vehicle_id, last.at, at, last.latitude, last.longitude, last.speed,
                last.course,
            ],
        )  # fmt: skip
        columns = ("at", "latitude", "longitude", "speed", "course")
        lists = [[getattr(fix, name) for fix in fixes] for name in columns]
        cursor.execute(_KEEP, [tracker.vehicle_id, at, *lists])
        new = int(cursor.rowcount)
    old = sum(each.at <= at - KEPT_FOR for each in told)
    return Kept(new, len(told) - old - new, old)


def forget_old(*, at: datetime) -> int:
    """Delete positions older than a week, some thousands at a time; how many. One statement a batch."""
    gone = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_FORGET, [at - KEPT_FOR, _BATCH])
            gone += int(cursor.rowcount)
            if cursor.rowcount < _BATCH:
                return gone
