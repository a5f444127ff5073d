"""Stock = holds + sales."""

from collections.abc import Sequence
from datetime import datetime

from bookings.orders.models import HOLDING
from kernel.invariants import GRACE, rows, rule

HOLDING_STATES = "({})".format(", ".join(f"'{state.value}'" for state in sorted(HOLDING)))


@rule(
    "bucket-equals-holds",
    breach="""
    INSERT INTO bookings_inventory_bucket (key, region_id, capacity, taken)
    VALUES ('breach', 0, 1, 1)
    """,
)
def bucket_equals_holds(at: datetime) -> Sequence[str]:
    """Taken = the unreleased units of lines that hold, and the coupons that were claimed."""
    return rows(
        f"""
        SELECT b.id AS bucket, b.taken, coalesce(h.units, 0) AS held
        FROM bookings_inventory_bucket AS b
        LEFT JOIN (
            SELECT h.bucket_id, sum(h.units - h.released) AS units
            FROM bookings_orders_hold AS h
            JOIN bookings_orders_line AS l ON l.id = h.line_id AND l.state IN {HOLDING_STATES}
            GROUP BY h.bucket_id
            UNION ALL
            SELECT c.total_bucket_id, count(*) FROM bookings_campaigns_coupon AS p
            JOIN bookings_campaigns_campaign AS c ON c.id = p.campaign_id
            WHERE c.total_bucket_id IS NOT NULL GROUP BY c.total_bucket_id
        ) AS h ON h.bucket_id = b.id
        WHERE b.taken <> coalesce(h.units, 0)
        """  # noqa: S608 - a constant
    )


@rule(
    "bucket-within-capacity",
    breach="""
    ALTER TABLE bookings_inventory_bucket
        DROP CONSTRAINT bookings_inventory_bucket_taken_within_capacity;
    INSERT INTO bookings_inventory_bucket (key, region_id, capacity, taken)
    VALUES ('breach', 0, -1, 0)
    """,
)
def bucket_within_capacity(at: datetime) -> Sequence[str]:
    """The CHECK says so; this says it of a restored table too."""
    return rows(
        "SELECT id AS bucket, taken, capacity FROM bookings_inventory_bucket"
        " WHERE taken < 0 OR taken > capacity"
    )


@rule(
    "kept-within-capacity",
    breach="""
    ALTER TABLE bookings_inventory_bucket
        DROP CONSTRAINT bookings_inventory_bucket_kept_within_capacity,
        DROP CONSTRAINT bookings_inventory_bucket_kept_for_somebody;
    INSERT INTO bookings_inventory_bucket (key, region_id, capacity, taken, kept)
    VALUES ('breach', 0, 1, 0, 2)
    """,
)
def kept_within_capacity(at: datetime) -> Sequence[str]:
    """What is kept for those who wait is there, and is kept for somebody."""
    return rows(
        "SELECT id AS bucket, taken, kept, capacity, is_awaited FROM bookings_inventory_bucket"
        " WHERE kept < 0 OR (kept > 0 AND (taken + kept > capacity OR NOT is_awaited))"
    )


@rule(
    "quotas-within-capacity",
    breach="""
    ALTER TABLE bookings_inventory_bucket
        DROP CONSTRAINT bookings_inventory_bucket_quotas_within_capacity;
    INSERT INTO bookings_inventory_bucket (id, key, region_id, capacity, taken, divided)
    VALUES (-1, 'breach', 0, 1, 0, 2), (-2, 'breach:own', 0, 2, 0, 0);
    INSERT INTO bookings_inventory_quota (whole_id, channel, bucket_id, until)
    VALUES (-1, 'own', -2, %(at)s)
    """,
)
def quotas_within_capacity(at: datetime) -> Sequence[str]:
    """The channels of a bucket have together no more units than it, and as many as it says."""
    return rows(
        """
        SELECT b.id AS bucket, b.capacity, b.divided, coalesce(q.units, 0) AS quotas
        FROM bookings_inventory_bucket AS b
        LEFT JOIN (
            SELECT q.whole_id, sum(part.capacity) AS units FROM bookings_inventory_quota AS q
            JOIN bookings_inventory_bucket AS part ON part.id = q.bucket_id GROUP BY q.whole_id
        ) AS q ON q.whole_id = b.id
        WHERE b.divided <> coalesce(q.units, 0) OR b.divided > greatest(b.capacity, 0)
        """
    )


@rule(
    "channel-takes-of-the-whole",
    breach="""
    INSERT INTO bookings_inventory_bucket (id, key, region_id, capacity, taken, divided)
    SELECT -1, 'breach', 0, capacity, 0, capacity FROM bookings_inventory_bucket
    WHERE taken > 0 ORDER BY id LIMIT 1;
    INSERT INTO bookings_inventory_quota (whole_id, channel, bucket_id, until)
    SELECT -1, 'own', id, %(at)s FROM bookings_inventory_bucket
    WHERE taken > 0 ORDER BY id LIMIT 1
    """,
)
def channel_takes_of_the_whole(at: datetime) -> Sequence[str]:
    """What the channels of a bucket have sold is sold of the whole, too."""
    return rows(
        """
        SELECT b.id AS bucket, b.taken, sum(part.taken) AS sold
        FROM bookings_inventory_quota AS q
        JOIN bookings_inventory_bucket AS b ON b.id = q.whole_id
        JOIN bookings_inventory_bucket AS part ON part.id = q.bucket_id
        GROUP BY b.id, b.taken HAVING sum(part.taken) > b.taken
        """
    )


@rule(
    "hold-of-known-bucket",
    breach="""
    INSERT INTO bookings_orders_hold (line_id, bucket_id, units, released)
    SELECT min(id), 0, 1, 1 FROM bookings_orders_line WHERE state = 'LAPSED'
    """,
)
def hold_of_known_bucket(at: datetime) -> Sequence[str]:
    """Holds have no foreign key to their bucket; the bucket is there all the same."""
    return rows(
        "SELECT h.id AS hold, h.bucket_id FROM bookings_orders_hold AS h"
        " LEFT JOIN bookings_inventory_bucket AS b ON b.id = h.bucket_id WHERE b.id IS NULL"
    )


@rule(
    "released-when-gone",
    breach="""
    UPDATE bookings_orders_hold SET released = released - 1 WHERE id = (
        SELECT min(h.id) FROM bookings_orders_hold AS h
        JOIN bookings_orders_line AS l ON l.id = h.line_id AND l.state = 'LAPSED'
    )
    """,
)
def released_when_gone(at: datetime) -> Sequence[str]:
    """A line that lapsed, was refused or cancelled holds nothing."""
    return rows(
        "SELECT l.id AS line, l.state, h.bucket_id FROM bookings_orders_line AS l"
        " JOIN bookings_orders_hold AS h ON h.line_id = l.id AND h.released < h.units"
        " WHERE l.state IN ('LAPSED', 'REFUSED', 'CANCELLED')"
    )


@rule(
    "released-equals-cancelled",
    breach="""
    UPDATE bookings_orders_hold SET units = units + 1, released = released + 1 WHERE id = (
        SELECT min(h.id) FROM bookings_orders_hold AS h
        JOIN bookings_orders_line AS l ON l.id = h.line_id AND l.state = 'CONFIRMED'
    )
    """,
)
def released_equals_cancelled(at: datetime) -> Sequence[str]:
    """What a living line has given back is what its cancelled parts had taken."""
    return rows(
        f"""
        SELECT h.id AS hold, h.line_id AS line, h.released, coalesce(gone.units, 0) AS cancelled
        FROM bookings_orders_hold AS h
        JOIN bookings_orders_line AS l ON l.id = h.line_id AND l.state IN {HOLDING_STATES}
        CROSS JOIN LATERAL (
            SELECT sum((demand ->> 1)::int) AS units
            FROM jsonb_array_elements(l.parts) AS part
            CROSS JOIN LATERAL jsonb_array_elements(part -> 'demands') AS demand
            WHERE l.cancelled_parts ? (part ->> 'key') AND (demand ->> 0)::bigint = h.bucket_id
        ) AS gone
        WHERE h.released <> coalesce(gone.units, 0)
        """  # noqa: S608 - a constant
    )


@rule(
    "hold-lapses",
    breach="""
    UPDATE bookings_orders_order SET due_at = %(at)s - interval '1 hour' WHERE id = (
        SELECT min(order_id) FROM bookings_orders_line WHERE state = 'HELD'
    )
    """,
)
def hold_lapses(at: datetime) -> Sequence[str]:
    """No line is held longer than it is due, and a minute."""
    return rows(
        'SELECT o.id AS "order", o.due_at FROM bookings_orders_order AS o'
        " WHERE o.due_at < %s AND EXISTS (SELECT 1 FROM bookings_orders_line AS l"
        " WHERE l.order_id = o.id AND l.state = 'HELD')",
        at - GRACE,
    )
