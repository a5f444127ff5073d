"""What must hold of tickets."""

from collections.abc import Sequence
from datetime import datetime

from kernel.invariants import rows, rule


@rule("admission-of-a-living-line")
def admission_of_a_living_line(at: datetime) -> Sequence[str]:
    """Nobody keeps a place in an entry time by a line or a part that is gone."""
    return rows(
        "SELECT a.id AS admission, l.id AS line, l.state FROM tourism_tickets_admission AS a"
        " JOIN bookings_orders_line AS l ON l.id = a.line_id"
        " WHERE l.state IN ('LAPSED', 'REFUSED', 'CANCELLED') OR l.cancelled_parts ? a.part_key"
    )


@rule("named-part-is-admitted")
def named_part_is_admitted(at: datetime) -> Sequence[str]:
    """Every open part of a sold ticket with a document has its admission."""
    return rows(
        """
        SELECT l.id AS line, part ->> 'key' AS part FROM bookings_orders_line AS l
        CROSS JOIN LATERAL jsonb_array_elements(l.parts) AS part
        WHERE l.kind = 'ticket' AND l.state IN ('HELD', 'PAID', 'AWAITING_SUPPLIER', 'CONFIRMED')
          AND NOT l.cancelled_parts ? (part ->> 'key')
          AND l.facts #>> ARRAY['people', part ->> 'key', 'index'] <> ''
          AND NOT EXISTS (
              SELECT 1 FROM tourism_tickets_admission AS a
              WHERE a.line_id = l.id AND a.part_key = part ->> 'key'
          )
        """
    )
