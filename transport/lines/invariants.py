"""What must hold of shuttle rides."""

from collections.abc import Sequence
from datetime import datetime

from kernel.invariants import rows, rule


@rule(
    "boarding-of-a-living-line",
    breach="""
    INSERT INTO transport_lines_boarding (line_id, run_id, board_seq, alight_seq, riders)
    SELECT id, (facts ->> 'run_id')::bigint, 0, 1, 0 FROM bookings_orders_line
    WHERE kind = 'shuttle' AND state = 'LAPSED' ORDER BY id LIMIT 1
    """,
)
def boarding_of_a_living_line(at: datetime) -> Sequence[str]:
    """A sold ride has its boarding, and a ride that is gone has none."""
    return rows(
        """
        SELECT l.id AS line, l.state, b.id AS boarding FROM bookings_orders_line AS l
        LEFT JOIN transport_lines_boarding AS b ON b.line_id = l.id
        WHERE l.kind = 'shuttle' AND (
            (l.state IN ('HELD', 'PAID', 'AWAITING_SUPPLIER', 'CONFIRMED', 'USED') AND b.id IS NULL)
            OR (l.state IN ('LAPSED', 'REFUSED', 'CANCELLED') AND b.id IS NOT NULL)
        )
        """
    )


@rule(
    "segment-equals-riders",
    breach="""
    UPDATE transport_lines_boarding SET riders = riders + 1
    WHERE id = (SELECT min(id) FROM transport_lines_boarding)
    """,
)
def segment_equals_riders(at: datetime) -> Sequence[str]:
    """On every segment of a run, as many seats are taken as riders sit on it."""
    return rows(
        """
        SELECT r.id AS run, s.position, k.taken, coalesce(sum(b.riders), 0) AS riders
        FROM transport_lines_run AS r
        CROSS JOIN LATERAL unnest(r.segments) WITH ORDINALITY AS s(bucket_id, position)
        JOIN bookings_inventory_bucket AS k ON k.id = s.bucket_id
        LEFT JOIN transport_lines_boarding AS b
            ON b.run_id = r.id AND b.board_seq < s.position AND b.alight_seq >= s.position
        GROUP BY r.id, s.position, k.taken
        HAVING k.taken <> coalesce(sum(b.riders), 0)
        """
    )


@rule(
    "run-has-buckets",
    breach="""
    UPDATE transport_lines_run SET segments = segments || 0::bigint
    WHERE id = (SELECT min(id) FROM transport_lines_run)
    """,
)
def run_has_buckets(at: datetime) -> Sequence[str]:
    """Every segment of a run has its bucket."""
    return rows(
        """
        SELECT r.id AS run, s.bucket_id FROM transport_lines_run AS r
        CROSS JOIN LATERAL unnest(r.segments) AS s(bucket_id)
        LEFT JOIN bookings_inventory_bucket AS b ON b.id = s.bucket_id
        WHERE b.id IS NULL
        """
    )
