"""What must hold of shuttle rides."""

from collections.abc import Sequence
from datetime import datetime

from kernel.invariants import rows, rule


@rule("boarding-of-a-living-line")
def boarding_of_a_living_line(at: datetime) -> Sequence[str]:
    """A sold ride has its boarding, and a ride that is gone has none."""
    return rows(
        """
        SELECT l.id AS line, l.state, b.id AS boarding FROM bookings_orders_line AS l
        LEFT JOIN transport_lines_boarding AS b ON b.line_id = l.id
        WHERE l.kind = 'shuttle' AND (
            (l.state IN ('HELD', 'PAID', 'AWAITING_SUPPLIER', 'CONFIRMED') AND b.id IS NULL)
            OR (l.state IN ('LAPSED', 'REFUSED', 'CANCELLED') AND b.id IS NOT NULL)
        )
        """
    )


@rule("segment-equals-riders")
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
