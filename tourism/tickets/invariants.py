"""What must hold of tickets."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from kernel.invariants import GRACE, rows, rule

_ROUND = timedelta(minutes=5)
"""In so many minutes what is due is carried out, the round of every minute and its queue included."""


@rule(
    "admission-of-a-living-line",
    breach="""
    INSERT INTO tourism_tickets_admission (slot_id, document_index, line_id, part_key, region_id)
    SELECT (facts ->> 'slot_id')::bigint, 'breach', id, 'p1', region_id FROM bookings_orders_line
    WHERE kind IN ('ticket', 'ride') AND state = 'LAPSED' ORDER BY id LIMIT 1
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
        WHERE l.kind IN ('ticket', 'ride')
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
    "admission-counts-on-its-day",
    breach="""
    UPDATE tourism_tickets_admission SET day_id = NULL WHERE id = (
        SELECT min(a.id) FROM tourism_tickets_admission AS a
        JOIN tourism_tickets_slot AS s ON s.id = a.slot_id AND s.ends_at > %(at)s
        WHERE a.day_id IS NOT NULL
    )
    """,
)
def admission_counts_on_its_day(at: datetime) -> Sequence[str]:
    """Whoever has admission to an area is counted on that day: nobody has another one of it."""
    return rows(
        """
        SELECT a.id AS admission FROM tourism_tickets_admission AS a
        JOIN tourism_tickets_slot AS s ON s.id = a.slot_id AND s.ends_at > %s
        JOIN tourism_tickets_product AS p ON p.id = s.product_id
        WHERE a.day_id <> s.day_id OR (p.kind = 'ADMISSION') <> (a.day_id IS NOT NULL) AND NOT EXISTS (
            SELECT 1 FROM tourism_tickets_admission AS other
            WHERE other.day_id = s.day_id AND other.document_index = a.document_index
        )
        """,
        at,
    )


@rule(
    "stopped-ticket-is-decided",
    breach="""
    WITH one AS (
        SELECT id, region_id, supplier_id FROM bookings_orders_line ORDER BY id LIMIT 1
    ), stop AS (
        INSERT INTO tourism_tickets_stop
            (zone, region_id, organisation_id, starts_at, ends_at, reason, actor, created_at)
        SELECT 'lift:0', region_id, supplier_id, %(at)s, %(at)s + interval '1 hour', '', 'breach',
            %(at)s
        FROM one RETURNING id
    )
    INSERT INTO tourism_tickets_stoppedline (stop_id, line_id, part_keys, choice, decide_by)
    SELECT stop.id, one.id, '[]', 'OPEN', %(at)s - interval '1 day' FROM stop, one
    """,
)
def stopped_ticket_is_decided(at: datetime) -> Sequence[str]:
    """Who has said nothing of a ticket that stands still has the money back in time."""
    return rows(
        "SELECT id AS stopped_line, line_id AS line FROM tourism_tickets_stoppedline"
        " WHERE ended_at IS NULL AND (choice = 'OPEN' AND decide_by < %s"
        " OR choice IN ('REFUND', 'CREDIT') AND chosen_at < %s)",
        at - _ROUND,
        at - _ROUND,
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
        WHERE l.kind IN ('ticket', 'ride', 'service')
          AND l.state IN ('HELD', 'PAID', 'AWAITING_SUPPLIER', 'CONFIRMED')
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
