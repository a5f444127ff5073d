"""What must hold of direct rides."""

from collections.abc import Sequence
from datetime import datetime

from kernel.invariants import rows, rule


@rule(
    "direct-ride-of-a-living-line",
    breach="""
    UPDATE bookings_orders_line SET kind = 'direct' WHERE id = (
        SELECT min(id) FROM bookings_orders_line
        WHERE kind = 'shuttle' AND state IN ('HELD', 'PAID', 'CONFIRMED', 'USED')
    )
    """,
)
def direct_ride_of_a_living_line(at: datetime) -> Sequence[str]:
    """A sold direct ride has its row, and one that is gone has none."""
    return rows(
        """
        SELECT l.id AS line, l.state, r.id AS ride FROM bookings_orders_line AS l
        LEFT JOIN transport_direct_directride AS r ON r.line_id = l.id
        WHERE l.kind = 'direct' AND (
            (l.state IN ('HELD', 'PAID', 'AWAITING_SUPPLIER', 'CONFIRMED', 'USED') AND r.id IS NULL)
            OR (l.state IN ('LAPSED', 'REFUSED', 'CANCELLED') AND r.id IS NOT NULL)
        )
        """
    )


@rule(
    "window-equals-riders",
    breach="""
    WITH sold AS (
        INSERT INTO transport_direct_directshuttle (
            loaded_digest, source, confidence, confirmed_by, leaves, window_min, per_hour, first_s,
            last_s, is_on_sale, line_id, pattern_id
        ) SELECT '', '', 'LOW', '', 'WHEN_FULL', 0, 1, 0, 1, true, line_id, id
        FROM transport_lines_pattern ORDER BY id LIMIT 1
        ON CONFLICT (pattern_id) DO UPDATE SET per_hour = EXCLUDED.per_hour RETURNING id
    )
    INSERT INTO transport_direct_window (
        shuttle_id, service_date, starts_at, ends_at, bucket_id, extra, state
    ) SELECT id, '2001-01-01', '2001-01-01T00:00:00Z', '2001-01-01T01:00:00Z', 0, 0, 'SCHEDULED'
    FROM sold
    """,
)
def window_equals_riders(at: datetime) -> Sequence[str]:
    """In every boarding window as many places are taken as people ride, out of a bucket that exists."""
    return rows(
        """
        SELECT w.id AS "window", k.taken, coalesce(sum(r.riders), 0) AS riders
        FROM transport_direct_window AS w
        LEFT JOIN bookings_inventory_bucket AS k ON k.id = w.bucket_id
        LEFT JOIN transport_direct_directride AS r ON r.window_id = w.id
        GROUP BY w.id, k.id, k.taken
        HAVING k.id IS NULL OR k.taken <> coalesce(sum(r.riders), 0)
        """
    )
