"""A million departures: what a region's tables hold after years of its timetable.

A block of days that the product itself has laid out is copied back in time, runs and buckets, by
set-based SQL. Every run has buckets of its own, named as the product names them; nobody has bought.
"""

from __future__ import annotations

from datetime import date

from django.db import connection
from django.db.models import Max, Min

from bench.archetypes import count_from
from bench.bulk import bulk_session, largest_first, no_indexes, run_all
from bookings.inventory.models import Bucket
from kernel.places.models import Region
from transport.lines.models import Run

_RUN, _BUCKET = "transport_lines_run", "bookings_inventory_bucket"

_BLOCK = """
    CREATE UNLOGGED TABLE bench_run AS
    SELECT r.* FROM transport_lines_run AS r
    JOIN transport_lines_shuttleline AS l ON l.id = r.line_id
    WHERE l.region_id = %s AND r.service_date BETWEEN %s AND %s;
    CREATE UNLOGGED TABLE bench_segment AS
    SELECT k.id, k.region_id, k.capacity, r.trip_id, r.service_date, r.number, s.place - 1 AS segment
    FROM bench_run AS r CROSS JOIN LATERAL unnest(r.segments) WITH ORDINALITY AS s(bucket_id, place)
    JOIN bookings_inventory_bucket AS k ON k.id = s.bucket_id;
"""
_BUCKETS = """
    INSERT INTO bookings_inventory_bucket (id, key, region_id, capacity, taken)
    SELECT id + {ids}, 'transport.lines:' || trip_id || ':' || service_date - {days}
        || CASE WHEN number > 0 THEN '#' || number ELSE '' END || ':' || segment,
        region_id, capacity, 0
    FROM bench_segment
"""
_RUNS = """
    INSERT INTO transport_lines_run (line_id, trip_id, pattern_id, service_date, number, departs_at,
        segments, vehicles, is_seated, state)
    SELECT line_id, trip_id, pattern_id, service_date - {days}, number,
        departs_at - make_interval(days => {days}),
        ARRAY(SELECT bucket_id + {ids} FROM unnest(segments) AS bucket_id), vehicles, is_seated, state
    FROM bench_run
"""


def lay_down(region: Region, *, first: date, last: date, before: date, number: int) -> int:
    """Copy the runs of a region from ``first`` to ``last`` to days that end before ``before``, block by
    block, until the table has ``number`` runs; how many it has then.

    A copied day keeps its departures, whatever day of the week it lands on.
    """
    with bulk_session(), connection.cursor() as cursor:
        cursor.execute(_BLOCK, [region.pk, first, last])
        cursor.execute("SELECT count(*) FROM bench_run")
        [size] = cursor.fetchone()
    ids = Bucket.objects.aggregate(least=Min("pk"), most=Max("pk"))
    span, days = ids["most"] - ids["least"] + 1, (last - first).days + 1
    copies = -(-max(number - Run.objects.count(), 0) // size)
    shifts = [((n + 1) * span, (last - before).days + 1 + n * days) for n in range(copies)]
    with no_indexes((_RUN, _BUCKET)):
        run_all(sql.format(ids=s, days=d) for s, d in shifts for sql in (_BUCKETS, _RUNS))
    run_all(f"REINDEX TABLE {table}" for table in largest_first((_RUN, _BUCKET)))
    count_from(ids["most"] + copies * span + 1, of=_BUCKET)
    run_all(f"VACUUM (ANALYZE) {table}" for table in (_RUN, _BUCKET))
    run_all(["CHECKPOINT"])  # what is laid down at once is not written while pages are measured
    return Run.objects.count()
