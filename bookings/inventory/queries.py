"""Reads of the counts. Nothing is decided from these: only ``take`` decides."""

from collections.abc import Collection, Iterable
from datetime import datetime

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import F, OuterRef, QuerySet, Sum
from django.db.models.functions import JSONObject

from bookings.inventory.models import Bucket, Quota, Return


def left(bucket_ids: Iterable[int]) -> dict[int, int]:
    """Units that can be sold openly, per bucket id; an unknown id is absent."""
    rows = Bucket.objects.filter(id__in=set(bucket_ids))
    return dict(rows.values_list("id", F("capacity") - F("taken") - F("kept")))


def counts(bucket_ids: Iterable[int]) -> dict[int, tuple[int, int]]:
    """(capacity, taken) per bucket id; an unknown id is absent."""
    rows = Bucket.objects.filter(id__in=set(bucket_ids)).values_list("id", "capacity", "taken")
    return {bucket_id: (capacity, taken) for bucket_id, capacity, taken in rows}


def channels_column() -> ArraySubquery:
    """For a query of rows with a ``bucket_id``: [{channel, bucket_id}] of its quotas, none if whole."""
    quotas = Quota.objects.filter(whole=OuterRef("bucket_id")).order_by("pk")
    return ArraySubquery(quotas.values(row=JSONObject(channel="channel", bucket_id="bucket_id")))


def shares_column(quotas: QuerySet[Quota]) -> ArraySubquery:
    """For a query of rows: [{channel, capacity, taken}] summed over these quotas, by channel."""
    sums = (
        quotas.order_by("channel")
        .values("channel")
        .annotate(units=Sum("bucket__capacity"), sold=Sum("bucket__taken"))
    )
    row = JSONObject(channel="channel", capacity="units", taken="sold")
    return ArraySubquery(sums.values(row=row))


def unserved(region_id: int) -> list[Return]:
    """The returns of a region that nobody was offered yet, in the order in which they came free."""
    return list(Return.objects.filter(region=region_id, served_at__isnull=True).order_by("pk"))


def room_for_waiting(bucket_ids: Collection[int], *, region_id: int, after: int) -> dict[int, int]:
    """Free units per bucket, kept ones included, as they were before any return after ``after``.

    Returns that were handed out already count, whatever their number. One statement.
    """
    with connection.cursor() as cursor:
        cursor.execute(_ROOM, [region_id, after, list(bucket_ids)])
        return dict(cursor.fetchall())


def leftovers(region_id: int, *, since: datetime) -> list[Return]:
    """Of every bucket that still keeps something, the last return that was handed out since then."""
    last = Return.objects.raw(_LEFTOVERS, [region_id, since])
    return sorted({step.pk: step for step in last}.values(), key=lambda step: step.pk)


def kept_longer(region_id: int, *, since: datetime) -> dict[int, int]:
    """Units per bucket that were kept all the time since then: the oldest go first."""
    with connection.cursor() as cursor:
        cursor.execute(_KEPT_LONGER, [since, region_id])
        return dict(cursor.fetchall())


_ROOM = """
    WITH later AS MATERIALIZED (
        SELECT one.key::bigint AS id, sum(one.value::int) AS units
        FROM bookings_inventory_return AS r CROSS JOIN LATERAL jsonb_each_text(r.units) AS one
        WHERE r.region_id = %s AND r.served_at IS NULL AND r.id > %s GROUP BY one.key
    )
    SELECT b.id, (b.capacity - b.taken - coalesce(later.units, 0))::int
    FROM bookings_inventory_bucket AS b LEFT JOIN later USING (id) WHERE b.id = ANY(%s)
"""

_LEFTOVERS = """
    SELECT DISTINCT ON (b.id) r.* FROM bookings_inventory_bucket AS b
    JOIN bookings_inventory_return AS r ON r.region_id = b.region_id AND r.units ? b.id::text
    WHERE b.region_id = %s AND b.is_awaited AND b.kept > 0
      AND r.served_at IS NOT NULL AND r.given_at > %s
    ORDER BY b.id, r.id DESC
"""

_KEPT_LONGER = """
    SELECT b.id, (b.kept - recent.units)::int FROM bookings_inventory_bucket AS b
    CROSS JOIN LATERAL (
        SELECT coalesce(sum((r.units ->> b.id::text)::int), 0) AS units
        FROM bookings_inventory_return AS r
        WHERE r.region_id = b.region_id AND r.given_at > %s AND r.units ? b.id::text
    ) AS recent
    WHERE b.region_id = %s AND b.is_awaited AND b.kept > recent.units
"""
