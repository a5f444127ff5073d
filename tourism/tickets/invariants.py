"""What must hold of tickets."""

from collections.abc import Sequence
from datetime import datetime

from kernel.invariants import GRACE, rows, rule


@rule(
    "admission-of-a-living-line",
    breach="""
    INSERT INTO tourism_tickets_admission (slot_id, document_index, line_id, part_key, region_id)
    SELECT (facts ->> 'slot_id')::bigint, 'breach', id, 'p1', region_id FROM bookings_orders_line
    WHERE kind = 'ticket' AND state = 'LAPSED' ORDER BY id LIMIT 1
    """,
)
def admission_of_a_living_line(at: datetime) -> Sequence[str]:
    """Nobody keeps a place in an entry time by a line or a part that is gone."""
    return rows(
        "SELECT a.id AS admission, l.id AS line, l.state FROM tourism_tickets_admission AS a"
        " JOIN bookings_orders_line AS l ON l.id = a.line_id"
        " WHERE l.state IN ('LAPSED', 'REFUSED', 'CANCELLED') OR l.cancelled_parts ? a.part_key"
    )


@rule(
    "named-part-is-admitted",
    breach="""
    DELETE FROM tourism_tickets_admission
    WHERE id = (SELECT min(id) FROM tourism_tickets_admission)
    """,
)
def named_part_is_admitted(at: datetime) -> Sequence[str]:
    """Every part of a sold ticket that has a document and is not cancelled has its admission."""
    return rows(
        """
        SELECT l.id AS line, part ->> 'key' AS part FROM bookings_orders_line AS l
        CROSS JOIN LATERAL jsonb_array_elements(l.parts) AS part
        WHERE l.kind = 'ticket'
          AND l.state IN ('HELD', 'PAID', 'AWAITING_SUPPLIER', 'CONFIRMED', 'USED')
          AND NOT l.cancelled_parts ? (part ->> 'key')
          AND l.facts #>> ARRAY['people', part ->> 'key', 'index'] <> ''
          AND NOT EXISTS (
              SELECT 1 FROM tourism_tickets_admission AS a
              WHERE a.line_id = l.id AND a.part_key = part ->> 'key'
          )
        """
    )


@rule(
    "admission-of-a-known-slot",
    breach="""
    UPDATE tourism_tickets_admission SET slot_id = 0
    WHERE id = (SELECT min(id) FROM tourism_tickets_admission)
    """,
)
def admission_of_a_known_slot(at: datetime) -> Sequence[str]:
    """Admissions have no foreign key to their entry time; it is there all the same."""
    return rows(
        "SELECT a.id AS admission, a.slot_id FROM tourism_tickets_admission AS a"
        " LEFT JOIN tourism_tickets_slot AS s ON s.id = a.slot_id WHERE s.id IS NULL"
    )


@rule(
    "ticket-at-its-slots-time",
    breach="""
    UPDATE bookings_orders_line SET ends_at = %(at)s + interval '1 day' WHERE id = (
        SELECT min(id) FROM bookings_orders_line WHERE kind = 'ticket' AND state = 'CONFIRMED'
    )
    """,
)
def ticket_at_its_slots_time(at: datetime) -> Sequence[str]:
    """What is still to come is at the time of its entry time, in a minute after that was moved."""
    return rows(
        """
        SELECT l.id AS line, s.id AS slot FROM bookings_orders_line AS l
        JOIN tourism_tickets_slot AS s ON s.id = (l.facts ->> 'slot_id')::bigint
        WHERE l.kind = 'ticket' AND l.state IN ('HELD', 'PAID', 'AWAITING_SUPPLIER', 'CONFIRMED')
          AND l.ends_at > %s AND (l.starts_at, l.ends_at) <> (s.starts_at, s.ends_at)
          AND (s.moved_at IS NULL OR s.moved_at < %s)
        """,
        at,
        at - GRACE,
    )


@rule(
    "slot-has-buckets",
    breach="""
    UPDATE tourism_tickets_slot SET bucket_id = 0
    WHERE id = (SELECT min(id) FROM tourism_tickets_slot)
    """,
)
def slot_has_buckets(at: datetime) -> Sequence[str]:
    """The buckets of an entry time, its day and the day's own channel are there."""
    return rows(
        """
        SELECT s.id AS slot FROM tourism_tickets_slot AS s
        JOIN tourism_tickets_entryday AS d ON d.id = s.day_id
        WHERE 3 > (
            SELECT count(*) FROM bookings_inventory_bucket AS b
            WHERE b.id IN (s.bucket_id, d.bucket_id, d.own_bucket_id)
        )
        """
    )
