"""Buckets that somebody waits for: from when on, how much is kept, and when it is sold openly."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import connection, transaction
from django.db.models import F

from bookings.inventory.models import Bucket, Return
from bookings.inventory.operations.counts import LOCK, NOTE_FREED

_MOVE_CAPACITY = f"""
    WITH locked AS MATERIALIZED (
        SELECT id, capacity - taken - kept AS room FROM bookings_inventory_bucket
        WHERE id = ANY(%s) OR id = %s ORDER BY id FOR NO KEY UPDATE
    ), moves AS MATERIALIZED (
        SELECT id, -room AS units FROM locked WHERE id <> %s AND room > 0
        UNION ALL
        SELECT %s, sum(room)::int FROM locked WHERE id <> %s AND room > 0 HAVING sum(room) > 0
    ), moved AS (
        UPDATE bookings_inventory_bucket AS b SET capacity = b.capacity + m.units,
            kept = b.kept + CASE WHEN b.is_awaited AND m.units > 0 THEN m.units ELSE 0 END
        FROM moves AS m WHERE b.id = m.id
        RETURNING b.id, b.region_id, b.is_awaited, m.units
    ), noted AS (
{NOTE_FREED}    )
    SELECT coalesce(sum(units) FILTER (WHERE units > 0), 0) FROM moved
"""  # noqa: S608 - a constant


_GATHER = """
    WITH gone AS (
        DELETE FROM bookings_inventory_return
        WHERE id > %s AND units ?| %s::text[] AND served_at IS NULL RETURNING region_id, units
    ), summed AS (
        SELECT gone.region_id, one.key, sum(one.value::int)::int AS units
        FROM gone CROSS JOIN LATERAL jsonb_each_text(gone.units) AS one
        GROUP BY gone.region_id, one.key
    )
    INSERT INTO bookings_inventory_return (region_id, units, given_at)
    SELECT region_id, jsonb_object_agg(key, units), %s FROM summed
    GROUP BY region_id ORDER BY region_id
"""


def move(*, sources: Collection[int], target: int, at: datetime) -> int:
    """Move all that is free of the source buckets into another one; return how many units.

    One statement, locked in id order: nobody takes a unit on its way, and the sum of the capacities
    stays. What comes into an awaited bucket is for those who wait.
    """
    with connection.cursor() as cursor:
        cursor.execute(_MOVE_CAPACITY, [list(sources), target, target, target, target, at])
        return int(cursor.fetchone()[0])


def await_units(bucket_ids: Collection[int]) -> None:
    """From now on what comes free of these buckets is kept. In the caller's transaction.

    Call it before writing down who waits: ``stop_awaiting`` looks for them under the same locks.
    """
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [sorted(bucket_ids)])
    Bucket.objects.filter(id__in=bucket_ids, is_awaited=False).update(is_awaited=True)


def lock(bucket_ids: Collection[int]) -> None:
    """Lock buckets in id order until the end of the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [sorted(bucket_ids)])


def stop_awaiting(bucket_ids: Collection[int]) -> None:
    """Nobody waits for these any more: what was kept is sold openly. After ``lock``."""
    Bucket.objects.filter(id__in=bucket_ids).update(is_awaited=False, kept=0)


def open_kept(units: Mapping[int, int]) -> dict[int, int]:
    """Sell openly so many of the units that were kept, or as many as still are; return how many."""
    opened: dict[int, int] = {}
    with transaction.atomic():
        lock(list(units))
        for bucket_id, kept in Bucket.objects.filter(id__in=units).values_list("id", "kept"):
            if count := min(kept, units[bucket_id]):
                Bucket.objects.filter(id=bucket_id).update(kept=F("kept") - count)
                opened[bucket_id] = count
    return opened


def gather(bucket_ids: Collection[int], *, after: int, at: datetime) -> None:
    """Make one return of what has just come free of these buckets in several steps.

    In the caller's transaction, which has held ``lock`` on all of them since ``after`` was the last
    return there was: nobody else has freed anything of them meanwhile.
    """
    with connection.cursor() as cursor:
        cursor.execute(_GATHER, [after, [str(bucket_id) for bucket_id in bucket_ids], at])


def mark_served(return_ids: Collection[int], *, at: datetime) -> None:
    """Note that these returns were offered to everybody who waits; once each."""
    Return.objects.filter(pk__in=return_ids, served_at__isnull=True).update(served_at=at)
