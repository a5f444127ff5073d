"""A past of many orders: what a site has in its tables after a year, laid down in a minute.

A few orders are played through the real operations (bench.archetypes) and copied by set-based SQL
(bench.copying). Indexes are built after the rows; constraints and triggers are those of the product,
and nothing in the past breaks an invariant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from django.db import connection

from bench.archetypes import (
    AHEAD_DAYS,
    CONFIRMED,
    LAPSED,
    REFUNDED,
    USED,
    Archetype,
    count_from,
    play,
)
from bench.bulk import bulk_session, largest_first, no_indexes, run_all
from bench.copying import FIRST_COPY, STEP, Copier
from bench.orders import ROOM
from kernel.places.models import Region
from tourism.tickets.models import Slot

DAYS = 400
_HOT_SHARE = 10
"""One in so many is for the hot day."""
_WAYS = (USED, LAPSED, REFUNDED)
_SHARES = {USED: 0.6, LAPSED: 0.3, REFUNDED: 0.1, CONFIRMED: 0.7}
"""Of the long past the first three, of the hot day the second and the last."""
_PRODUCTS = 12

_CALENDAR = """
    CREATE UNLOGGED TABLE bench_calendar AS
    SELECT s.id AS old_slot, d AS place, s.product_id, s.region_id,
        s.starts_at - make_interval(days => d + %(ahead)s) AS starts_at,
        s.ends_at - make_interval(days => d + %(ahead)s) AS ends_at,
        e.date - (d + %(ahead)s) AS date,
        'past:' || s.id || ':' || d AS key, make_interval(days => -(d + %(ahead)s)) AS visit
    FROM tourism_tickets_slot AS s JOIN tourism_tickets_entryday AS e ON e.id = s.day_id,
        generate_series(0, %(days)s - 1) AS d
    WHERE s.id = ANY(%(slots)s);
    INSERT INTO bookings_inventory_bucket (key, region_id, capacity, taken)
    SELECT key || part, region_id, %(room)s, 0
    FROM bench_calendar, unnest(ARRAY['', ':day', ':own']) AS part;
    INSERT INTO tourism_tickets_entryday
        (product_id, region_id, date, bucket_id, own_bucket_id, is_override)
    SELECT c.product_id, c.region_id, c.date, day.id, own.id, false FROM bench_calendar AS c
    JOIN bookings_inventory_bucket AS day ON day.key = c.key || ':day'
    JOIN bookings_inventory_bucket AS own ON own.key = c.key || ':own';
    INSERT INTO tourism_tickets_slot
        (day_id, product_id, region_id, starts_at, ends_at, bucket_id, is_open, is_override)
    SELECT e.id, c.product_id, c.region_id, c.starts_at, c.ends_at, b.id, true, false
    FROM bench_calendar AS c
    JOIN tourism_tickets_entryday AS e ON (e.product_id, e.date) = (c.product_id, c.date)
    JOIN bookings_inventory_bucket AS b ON b.key = c.key;
"""
"""Entry times of the same products on so many days that are over, with room for everybody."""

_PLACES = """
    CREATE UNLOGGED TABLE bench_place AS
    SELECT c.old_slot, c.place, s.id AS slot_id, e.id AS day_id, s.bucket_id, e.bucket_id AS day_bucket_id,
        e.own_bucket_id, c.visit
    FROM bench_calendar AS c
    JOIN tourism_tickets_slot AS s ON (s.product_id, s.starts_at) = (c.product_id, c.starts_at)
    JOIN tourism_tickets_entryday AS e ON e.id = s.day_id;
    CREATE UNLOGGED TABLE bench_hot_place AS
    SELECT row_number() OVER (ORDER BY s.id) - 1 AS place, s.id AS slot_id, e.id AS day_id, s.bucket_id,
        e.bucket_id AS day_bucket_id, e.own_bucket_id, s.starts_at
    FROM tourism_tickets_slot AS s JOIN tourism_tickets_entryday AS e ON e.id = s.day_id
    WHERE s.id = ANY(%(hot)s);
    CREATE UNLOGGED TABLE bench_past (
        archetype int, n int, slot_id bigint, day_id bigint, bucket_id bigint, day_bucket_id bigint,
        own_bucket_id bigint, visit interval, bought interval
    );
"""

_LONG_PAST = """
    INSERT INTO bench_past
    SELECT %(archetype)s, n, p.slot_id, p.day_id, p.bucket_id, p.day_bucket_id, p.own_bucket_id, p.visit,
        p.visit + make_interval(secs => n %% 21600)
    FROM generate_series(%(first)s, %(last)s) AS n
    JOIN bench_place AS p ON p.old_slot = %(slot)s AND p.place = n %% %(days)s
"""
_HOT_PAST = """
    INSERT INTO bench_past
    SELECT %(archetype)s, n, p.slot_id, p.day_id, p.bucket_id, p.day_bucket_id, p.own_bucket_id,
        p.starts_at - %(starts_at)s, make_interval(days => -(n %% 60) - 1, secs => n %% 21600)
    FROM generate_series(%(first)s, %(last)s) AS n
    JOIN bench_hot_place AS p ON p.place = n %% (SELECT count(*) FROM bench_hot_place)
"""

_TAKEN = """
    UPDATE bookings_inventory_bucket AS b SET taken = h.units
    FROM (
        SELECT bucket_id, sum(units - released) AS units FROM bookings_orders_hold
        GROUP BY bucket_id
    ) AS h
    WHERE h.bucket_id = b.id AND b.taken <> h.units
"""

Tell = Callable[[str], None]


def lay_down(
    region: Region, hot_slots: Sequence[Slot], *, number: int, people: int, at: datetime, tell: Tell
) -> None:
    """Fill the database with ``number`` past orders of the products that are on sale.

    One in ten is for the day of ``hot_slots``, all of one product. ``people`` exist already.
    """
    played = play(region, _wanted(hot_slots[0]), people=people, at=at)
    with bulk_session():
        count_from(FIRST_COPY)
        _lay_out(played, hot_slots, number)
        copiers = [Copier(archetype) for archetype in played]
    work = [statement for copier in copiers for statement in copier.statements()]
    tables = sorted({table for table, _sql in work})
    with no_indexes(tables):
        tell(f"  {len(work)} statements into {len(tables)} tables …")
        run_all(sql for _table, sql in work)
        tell("  indexes …")
    run_all(f"REINDEX TABLE {table}" for table in largest_first(tables))
    tell("  counts …")
    count_from(FIRST_COPY + (number + 1) * STEP)
    run_all([_TAKEN, *(f"VACUUM (ANALYZE) {table}" for table in tables)])


def _wanted(hot: Slot) -> list[tuple[int, str]]:
    """Products on sale are visited, lapse or are given back; for the hot day it is paid or lapsed."""
    sold = Slot.objects.filter(product__is_on_sale=True, product__off_price_fen__gt=0)
    products = sold.order_by().values_list("product_id", flat=True).distinct()
    past = [(pk, way) for pk in sorted(products)[:_PRODUCTS] for way in _WAYS]
    return [*past, (hot.product_id, CONFIRMED), (hot.product_id, LAPSED)]


def _lay_out(played: Sequence[Archetype], hot_slots: Sequence[Slot], number: int) -> None:
    """Say for every copy which order it repeats, for which entry time, bought when."""
    with connection.cursor() as cursor:
        cursor.execute(
            _CALENDAR,
            {
                "ahead": AHEAD_DAYS + 1,
                "days": DAYS,
                "slots": [a.slot.pk for a in played],
                "room": ROOM,
            },
        )
        cursor.execute(_PLACES, {"hot": [slot.pk for slot in hot_slots]})
        for archetype, is_hot, span in _spans(played, number):
            cursor.execute(
                _HOT_PAST if is_hot else _LONG_PAST,
                {
                    "archetype": archetype.number,
                    "first": span[0],
                    "last": span[-1],
                    "slot": archetype.slot.pk,
                    "starts_at": archetype.slot.starts_at,
                    "days": DAYS,
                },
            )
        cursor.execute("CREATE INDEX ON bench_past (archetype); ANALYZE bench_past")


def _spans(played: Sequence[Archetype], number: int) -> Iterator[tuple[Archetype, bool, range]]:
    """How many copies each archetype gets, as numbers of copies; whether they are for the hot day."""
    *past, confirmed, lapsed = played
    hot, next_one = number // _HOT_SHARE, 0
    products = len(past) // len(_WAYS)
    for archetype in (*past, confirmed, lapsed):
        is_hot = archetype in (confirmed, lapsed)
        share = _SHARES[archetype.outcome]
        count = max(1, round(share * (hot if is_hot else (number - hot) / products)))
        yield archetype, is_hot, range(next_one, next_one + count)
        next_one += count
