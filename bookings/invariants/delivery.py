"""Every paid line is delivered, pending or refunded; every entry is counted."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings

from kernel.invariants import GRACE, rows, rule


@rule(
    "paid-moves-the-lines",
    breach="""
    UPDATE bookings_orders_order SET paid_at = %(at)s, due_now_fen = 0
    WHERE id = (SELECT min(order_id) FROM bookings_orders_line WHERE state = 'HELD')
    """,
)
def paid_moves_the_lines(at: datetime) -> Sequence[str]:
    """A paid order has no line that still waits for money or has lapsed; an unpaid one no other."""
    return rows(
        """
        SELECT l.id AS line, l.state, o.paid_at FROM bookings_orders_line AS l
        JOIN bookings_orders_order AS o ON o.id = l.order_id
        WHERE (o.paid_at IS NOT NULL AND l.state IN ('HELD', 'LAPSED'))
            OR (o.paid_at IS NULL AND l.state NOT IN ('HELD', 'LAPSED', 'CANCELLED'))
        """
    )


@rule(
    "paid-is-delivered",
    breach="""
    UPDATE bookings_orders_order SET paid_at = %(at)s - interval '1 hour', due_now_fen = 0
    WHERE id = (SELECT min(order_id) FROM bookings_orders_line WHERE state = 'HELD');
    UPDATE bookings_orders_line SET state = 'PAID' WHERE state = 'HELD'
        AND order_id = (SELECT min(order_id) FROM bookings_orders_line WHERE state = 'HELD')
    """,
)
def paid_is_delivered(at: datetime) -> Sequence[str]:
    """A paid line is delivered, waiting for its supplier, or refused with its refund, in a minute."""
    return rows(
        "SELECT l.id AS line, l.state FROM bookings_orders_line AS l"
        " JOIN bookings_orders_order AS o ON o.id = l.order_id"
        " WHERE l.state = 'PAID' AND o.paid_at < %s",
        at - GRACE,
    )


@rule(
    "awaited-has-an-end",
    breach="""
    UPDATE bookings_orders_order SET paid_at = %(at)s - interval '10 days', due_now_fen = 0
    WHERE id = (SELECT min(order_id) FROM bookings_orders_line WHERE state = 'HELD');
    UPDATE bookings_orders_line SET state = 'AWAITING_SUPPLIER' WHERE state = 'HELD'
        AND order_id = (SELECT min(order_id) FROM bookings_orders_line WHERE state = 'HELD')
    """,
)
def awaited_has_an_end(at: datetime) -> Sequence[str]:
    """A supplier's silence counts as no in the end; half an hour later it is a rule that failed."""
    return rows(
        """
        SELECT l.id AS line, o.paid_at, l.starts_at FROM bookings_orders_line AS l
        JOIN bookings_orders_order AS o ON o.id = l.order_id
        WHERE l.state = 'AWAITING_SUPPLIER' AND %s > least(
            o.paid_at + make_interval(hours => %s), l.starts_at - make_interval(mins => %s)
        )
        """,
        at - timedelta(minutes=30),
        settings.SUPPLIER_ANSWERS_WITHIN_HOURS,
        settings.SUPPLIER_ANSWERS_BEFORE_MINUTES,
    )


@rule(
    "confirmed-has-vouchers",
    breach="""
    DELETE FROM bookings_vouchers_voucher WHERE line_id = (
        SELECT min(id) FROM bookings_orders_line
        WHERE state = 'CONFIRMED' AND used_parts = '[]' AND cancelled_parts = '[]'
    )
    """,
)
def confirmed_has_vouchers(at: datetime) -> Sequence[str]:
    """A confirmed line has something to show."""
    return rows(
        "SELECT l.id AS line FROM bookings_orders_line AS l WHERE l.state = 'CONFIRMED'"
        " AND NOT EXISTS (SELECT 1 FROM bookings_vouchers_voucher AS v WHERE v.line_id = l.id)"
    )


@rule(
    "cancelled-is-void",
    breach="""
    ALTER TABLE bookings_vouchers_step DISABLE TRIGGER bookings_vouchers_step_append_only;
    UPDATE bookings_vouchers_step SET after = 'ISSUED', why = 'MOVED' WHERE after = 'VOIDED'
        AND voucher_id = (SELECT min(id) FROM bookings_vouchers_voucher WHERE state = 'VOIDED');
    UPDATE bookings_vouchers_voucher SET state = 'ACTIVE', voided_at = NULL
    WHERE id = (SELECT min(id) FROM bookings_vouchers_voucher WHERE state = 'VOIDED')
    """,
)
def cancelled_is_void(at: datetime) -> Sequence[str]:
    """A cancelled part, or a line that is gone, has no voucher that still opens a gate."""
    return rows(
        "SELECT v.id AS voucher FROM bookings_vouchers_voucher AS v"
        " JOIN bookings_orders_line AS l ON l.id = v.line_id"
        " WHERE v.state = 'ACTIVE' AND (l.cancelled_parts ? v.part_key"
        " OR l.state IN ('LAPSED', 'REFUSED', 'CANCELLED'))"
    )


@rule(
    "used-or-cancelled",
    breach="""
    UPDATE bookings_orders_line SET used_parts = cancelled_parts
    WHERE id = (SELECT min(id) FROM bookings_orders_line WHERE state = 'CONFIRMED'
        AND cancelled_parts <> '[]')
    """,
)
def used_or_cancelled(at: datetime) -> Sequence[str]:
    """No part is both: who was let in is not paid back, who was paid back is not let in."""
    return rows(
        """
        SELECT l.id AS line, part FROM bookings_orders_line AS l
        CROSS JOIN LATERAL jsonb_array_elements_text(l.used_parts) AS part
        WHERE l.cancelled_parts ? part
        """
    )


@rule(
    "open-line-has-open-part",
    breach="""
    UPDATE bookings_orders_line SET state = 'CONFIRMED'
    WHERE id = (SELECT min(id) FROM bookings_orders_line WHERE state = 'USED')
    """,
)
def open_line_has_open_part(at: datetime) -> Sequence[str]:
    """A line all of whose parts are used or cancelled says so itself."""
    return rows(
        """
        SELECT l.id AS line, l.state FROM bookings_orders_line AS l
        WHERE l.state IN ('PAID', 'AWAITING_SUPPLIER', 'CONFIRMED') AND NOT EXISTS (
            SELECT 1 FROM jsonb_array_elements(l.parts) AS part
            WHERE NOT (l.used_parts || l.cancelled_parts) ? (part ->> 'key')
        )
        """
    )


@rule(
    "entries-equal-redemptions",
    breach="""
    DELETE FROM bookings_vouchers_redemption
    WHERE id = (SELECT min(id) FROM bookings_vouchers_redemption)
    """,
)
def entries_equal_redemptions(at: datetime) -> Sequence[str]:
    """A voucher's count of entries is its redemptions, and within what it gives."""
    return rows(
        """
        SELECT v.id AS voucher, v.rule, v.entries_used, v.entries_allowed, count(r.id) AS redemptions
        FROM bookings_vouchers_voucher AS v
        LEFT JOIN bookings_vouchers_redemption AS r
            ON r.voucher_id = v.id AND r.direction = 'IN' AND r.undone_at IS NULL
        GROUP BY v.id HAVING v.entries_used <> count(r.id)
            OR (v.rule = 'COUNTED' AND v.entries_used > v.entries_allowed)
        """
    )


@rule(
    "inside-by-its-passages",
    breach="""
    UPDATE bookings_vouchers_voucher SET is_inside = NOT is_inside
    WHERE id = (SELECT min(id) FROM bookings_vouchers_voucher WHERE entries_used > 0)
    """,
)
def inside_by_its_passages(at: datetime) -> Sequence[str]:
    """Whether somebody is inside by a voucher is what its last passage says; nobody is out twice.

    Of what was scanned before ways were kept nothing is said, nor where entries were counted wrong.
    """
    return rows(
        """
        SELECT v.id AS voucher, v.is_inside, v.entries_used, p.entries, p.exits, p.last_way
        FROM bookings_vouchers_voucher AS v
        JOIN LATERAL (
            SELECT count(*) FILTER (WHERE r.direction = 'IN') AS entries,
                count(*) FILTER (WHERE r.direction = 'OUT') AS exits,
                (array_agg(r.direction ORDER BY r.id DESC))[1] AS last_way
            FROM bookings_vouchers_redemption AS r
            WHERE r.voucher_id = v.id AND r.undone_at IS NULL
        ) AS p ON TRUE
        WHERE v.entered_at IS NOT NULL AND v.entries_used = p.entries
            AND (p.exits > p.entries OR v.is_inside <> (coalesce(p.last_way, 'OUT') = 'IN'))
        """
    )


@rule(
    "entry-uses-its-part",
    breach="""
    UPDATE bookings_orders_line SET used_parts = '[]'
    WHERE id = (SELECT min(id) FROM bookings_orders_line WHERE state = 'USED')
    """,
)
def entry_uses_its_part(at: datetime) -> Sequence[str]:
    """Whoever was let in has used that part of the line."""
    return rows(
        """
        SELECT r.id AS redemption, l.id AS line, v.part_key AS part
        FROM bookings_vouchers_redemption AS r
        JOIN bookings_vouchers_voucher AS v ON v.id = r.voucher_id
        JOIN bookings_orders_line AS l ON l.id = v.line_id
        WHERE r.undone_at IS NULL AND NOT l.used_parts ? v.part_key
        """
    )


@rule(
    "used-with-its-people",
    breach="""
    UPDATE bookings_orders_line SET parts = (
        SELECT jsonb_agg(part || '{"class_code": "~lap"}') FROM jsonb_array_elements(parts) AS part
    ) WHERE id = (SELECT min(id) FROM bookings_orders_line WHERE state = 'USED')
    """,
)
def used_with_its_people(at: datetime) -> Sequence[str]:
    """What only goes along with people is used as soon as one of its line is, and no earlier."""
    return rows(
        """
        SELECT l.id AS line, part ->> 'key' AS part, people.came
        FROM bookings_orders_line AS l
        CROSS JOIN LATERAL jsonb_array_elements(l.parts) AS part
        CROSS JOIN LATERAL (
            SELECT bool_or(l.used_parts ? (each ->> 'key')) AS came
            FROM jsonb_array_elements(l.parts) AS each WHERE each ->> 'class_code' NOT LIKE '~%%'
        ) AS people
        WHERE part ->> 'class_code' LIKE '~%%' AND NOT l.cancelled_parts ? (part ->> 'key')
            AND l.used_parts ? (part ->> 'key') <> coalesce(people.came, FALSE)
        """
    )
