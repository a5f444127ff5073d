"""Many series of buckets at once: the segments of each run of a timetable, thousands in a statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from django.db import connection


@dataclass(frozen=True, slots=True)
class Series:
    """``count`` buckets of one capacity to be made, called "<key>:0", "<key>:1" and so on."""

    key: str
    region_id: int
    capacity: int
    count: int


# Made in the order in which they are given: who makes the same ones at once must give the same order.
_MAKE = """
    WITH wanted AS MATERIALIZED (
        SELECT s.number, n, s.key || ':' || n AS key, s.region_id, s.capacity
        FROM ROWS FROM (
            json_to_recordset(%s) AS (key text, region_id bigint, capacity int, count int)
        ) WITH ORDINALITY AS s(key, region_id, capacity, count, number),
        generate_series(0, s.count - 1) AS n
    ), made AS (
        INSERT INTO bookings_inventory_bucket (key, region_id, capacity, taken)
        SELECT key, region_id, capacity, 0 FROM wanted ORDER BY number, n
        ON CONFLICT (key) DO NOTHING RETURNING id, key
    )
    SELECT array_agg(made.id ORDER BY n) FROM wanted LEFT JOIN made USING (key)
    GROUP BY number ORDER BY number
"""

_FIND = "SELECT key, id FROM bookings_inventory_bucket WHERE key = ANY(%s)"


def shape_series(series: Sequence[Series]) -> list[list[int]]:
    """Make the buckets that do not exist yet; the ids of each series in its order.

    One statement, and one more where some exist: those stay as they are.
    """
    made = iter(_shape([each for each in series if each.count]))
    return [next(made) if each.count else [] for each in series]


def _shape(series: Sequence[Series]) -> list[list[int]]:
    if not series:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_MAKE, [msgspec.json.encode(series).decode()])
        found = [ids for (ids,) in cursor.fetchall()]
        there = [each for each, ids in zip(series, found, strict=True) if None in ids]
        if there:
            cursor.execute(_FIND, [[key for each in there for key in _keys(each)]])
            known = dict(cursor.fetchall())
            for each, ids in zip(series, found, strict=True):
                if None in ids:
                    ids[:] = [known[key] for key in _keys(each)]
    return found


def _keys(series: Series) -> list[str]:
    return [f"{series.key}:{n}" for n in range(series.count)]
