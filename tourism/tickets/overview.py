"""How full many products are on many days: the whole calendar in one statement.

Counts are for showing; only ``take`` decides.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

_READ = """
    WITH days AS MATERIALIZED (
        SELECT id, product_id, date, is_override, bucket_id, own_bucket_id
        FROM tourism_tickets_entryday
        WHERE product_id = ANY(%(products)s) AND date BETWEEN %(first)s AND %(last)s
    ),
    times AS (
        SELECT s.day_id, bool_or(s.is_override) AS is_override,
            coalesce(sum(one.free) FILTER (WHERE s.is_open AND s.starts_at > %(at)s), 0) AS free,
            array_agg(s.id ORDER BY s.starts_at) AS ids,
            array_agg(extract(epoch FROM s.starts_at)::bigint ORDER BY s.starts_at) AS starts,
            array_agg(CASE WHEN s.is_open THEN one.free ELSE -1 END ORDER BY s.starts_at) AS lefts
        FROM days
        JOIN tourism_tickets_slot AS s ON s.day_id = days.id
        JOIN bookings_inventory_bucket AS b ON b.id = s.bucket_id
        LEFT JOIN bookings_inventory_quota AS quota
            ON quota.whole_id = b.id AND quota.channel = 'own'
        LEFT JOIN bookings_inventory_bucket AS q ON q.id = quota.bucket_id
        CROSS JOIN LATERAL (
            SELECT least(b.capacity - b.taken - b.kept,
                coalesce(q.capacity - q.taken - q.kept, b.capacity)) AS free
        ) AS one
        GROUP BY s.day_id
    )
    SELECT d.product_id, d.date, d.id, d.is_override OR times.is_override,
        day.capacity, day.taken,
        least(day.capacity - day.taken - day.kept, own.capacity - own.taken - own.kept,
            times.free)::int,
        times.ids, times.starts, times.lefts
    FROM days AS d
    JOIN times ON times.day_id = d.id
    JOIN bookings_inventory_bucket AS day ON day.id = d.bucket_id
    JOIN bookings_inventory_bucket AS own ON own.id = d.own_bucket_id
    ORDER BY d.product_id, d.date
"""
"""The times are added up first: the buckets of a day are joined once a day, not once a time."""


@dataclass(frozen=True, slots=True)
class DayOverview:
    """One day of a product: what it holds, what is taken, what this site may still sell.

    ``slot_ids``, ``starts`` (seconds since 1970) and ``lefts`` belong together by position, in the order of
    time; -1 is left in one that is closed. ``by_hand``: the day or one of its times is an override.
    """

    product_id: int
    date: date
    day_id: int
    by_hand: bool
    capacity: int
    taken: int
    left: int
    slot_ids: list[int]
    starts: list[int]
    lefts: list[int]


def overview(
    *, product_ids: Collection[int], first: date, last: date, at: datetime
) -> list[DayOverview]:
    """Every day that is laid out from ``first`` to ``last``, both included, by product and date.

    One statement for any number of products.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _READ, {"products": list(product_ids), "first": first, "last": last, "at": at}
        )
        return [DayOverview(*row) for row in cursor.fetchall()]
