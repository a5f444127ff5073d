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


def of_persons(bucket_ids: Iterable[int]) -> set[int]:
    """Those of these buckets that count what one real person may have (contracts.Limit.key)."""
    rows = Bucket.objects.filter(id__in=set(bucket_ids), key__startswith="person:")
    return set(rows.values_list("id", flat=True))


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


def unserved(region_id: int, *, most: int) -> list[Return]:
    """The first returns of a region that nobody was offered yet, in the order in which they came free."""
    rows = Return.objects.filter(region=region_id, served_at__isnull=True)
    return list(rows.order_by("pk")[:most])


def last_return() -> int:
    """The number of the last return that can be seen; 0 where there is none."""
    return Return.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def unserved_from(region_id: int, *, first: int) -> QuerySet[Return, int]:
    """The numbers of a region's returns from ``first`` on that were not handed out."""
    rows = Return.objects.filter(region=region_id, served_at__isnull=True, pk__gte=first)
    return rows.values_list("pk", flat=True)


def room_for_waiting(bucket_ids: Collection[int], *, region_id: int, first: int) -> dict[int, int]:
    """Free units per bucket, kept ones included, as they were before any return from ``first`` on.

    Returns that were handed out already count, whatever their number. One statement.
    """
    with connection.cursor() as cursor:
        cursor.execute(_ROOM, [region_id, first, list(bucket_ids)])
        return dict(cursor.fetchall())


def leftovers(region_id: int, *, since: datetime) -> list[Return]:
    """Of every bucket that still keeps something, the last return that was handed out since then."""
    return list(Return.objects.raw(_LEFTOVERS, [region_id, since]))


def kept_longer(region_id: int, *, since: datetime) -> dict[int, int]:
    """Units per bucket that were kept all the time since then: the oldest go first."""
    with connection.cursor() as cursor:
        cursor.execute(_KEPT_LONGER, [region_id, since, region_id])
        return dict(cursor.fetchall())


_ROOM = """
    WITH later AS MATERIALIZED (
        SELECT one.key::bigint AS id, sum(one.value::int) AS units
        FROM bookings_inventory_return AS r CROSS JOIN LATERAL jsonb_each_text(r.units) AS one
        WHERE r.region_id = %s AND r.served_at IS NULL AND r.id >= %s GROUP BY one.key
    )
    SELECT b.id, (b.capacity - b.taken - coalesce(later.units, 0))::int
    FROM bookings_inventory_bucket AS b LEFT JOIN later USING (id) WHERE b.id = ANY(%s)
"""

_LEFTOVERS = """
    WITH last AS MATERIALIZED (
        SELECT one.key::bigint AS bucket_id, max(r.id) AS id
        FROM bookings_inventory_return AS r CROSS JOIN LATERAL jsonb_each_text(r.units) AS one
        WHERE r.region_id = %s AND r.served_at IS NOT NULL AND r.given_at > %s GROUP BY one.key
    )
    SELECT DISTINCT r.* FROM last JOIN bookings_inventory_return AS r USING (id)
    JOIN bookings_inventory_bucket AS b ON b.id = last.bucket_id AND b.is_awaited AND b.kept > 0
    ORDER BY r.id
"""

_KEPT_LONGER = """
    WITH recent AS MATERIALIZED (
        SELECT one.key::bigint AS id, sum(one.value::int) AS units
        FROM bookings_inventory_return AS r CROSS JOIN LATERAL jsonb_each_text(r.units) AS one
        WHERE r.region_id = %s AND r.given_at > %s GROUP BY one.key
    )
    SELECT b.id, (b.kept - coalesce(recent.units, 0))::int
    FROM bookings_inventory_bucket AS b LEFT JOIN recent USING (id)
    WHERE b.region_id = %s AND b.is_awaited AND b.kept > coalesce(recent.units, 0)
"""
