"""What must hold in the core: counts, money, delivery, entries, news.

Every rule is one statement over whole tables, so it can be asked of a restored backup as well.
``GRACE`` is how long the workers may take to bring a fact to its end.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from kernel.invariants import rows, rule

GRACE = timedelta(seconds=60)
_HOLDING = "('HELD', 'PAID', 'AWAITING_SUPPLIER', 'CONFIRMED', 'USED')"


@rule("bucket-equals-holds")
def bucket_equals_holds(at: datetime) -> Sequence[str]:
    """Taken = the unreleased units of lines that hold."""
    return rows(
        f"""
        SELECT b.id AS bucket, b.taken, coalesce(h.units, 0) AS held
        FROM bookings_inventory_bucket AS b
        LEFT JOIN (
            SELECT h.bucket_id, sum(h.units - h.released) AS units
            FROM bookings_orders_hold AS h
            JOIN bookings_orders_line AS l ON l.id = h.line_id AND l.state IN {_HOLDING}
            GROUP BY h.bucket_id
        ) AS h ON h.bucket_id = b.id
        WHERE b.taken <> coalesce(h.units, 0)
        """  # noqa: S608 - a constant
    )


@rule("bucket-within-capacity")
def bucket_within_capacity(at: datetime) -> Sequence[str]:
    """The CHECK says so; this says it of a restored table too."""
    return rows(
        "SELECT id AS bucket, taken, capacity FROM bookings_inventory_bucket"
        " WHERE taken < 0 OR taken > capacity"
    )


@rule("hold-of-known-bucket")
def hold_of_known_bucket(at: datetime) -> Sequence[str]:
    """Holds have no foreign key to their bucket; the bucket is there all the same."""
    return rows(
        "SELECT h.id AS hold, h.bucket_id FROM bookings_orders_hold AS h"
        " LEFT JOIN bookings_inventory_bucket AS b ON b.id = h.bucket_id WHERE b.id IS NULL"
    )


@rule("released-when-gone")
def released_when_gone(at: datetime) -> Sequence[str]:
    """A line that lapsed, was refused or cancelled holds nothing."""
    return rows(
        "SELECT l.id AS line, l.state, h.bucket_id FROM bookings_orders_line AS l"
        " JOIN bookings_orders_hold AS h ON h.line_id = l.id AND h.released < h.units"
        " WHERE l.state IN ('LAPSED', 'REFUSED', 'CANCELLED')"
    )


@rule("order-total")
def order_total(at: datetime) -> Sequence[str]:
    """An order's total is what its lines cost."""
    return rows(
        """
        SELECT o.id AS "order", o.total_fen, coalesce(sum(l.price_fen), 0) AS lines_fen
        FROM bookings_orders_order AS o LEFT JOIN bookings_orders_line AS l ON l.order_id = o.id
        GROUP BY o.id HAVING o.total_fen <> coalesce(sum(l.price_fen), 0)
        """
    )


@rule("hold-lapses")
def hold_lapses(at: datetime) -> Sequence[str]:
    """No line is held longer than it is due, and a minute."""
    return rows(
        'SELECT o.id AS "order", o.due_at FROM bookings_orders_order AS o'
        " WHERE o.due_at < %s AND EXISTS (SELECT 1 FROM bookings_orders_line AS l"
        " WHERE l.order_id = o.id AND l.state = 'HELD')",
        at - GRACE,
    )


@rule("paid-is-delivered")
def paid_is_delivered(at: datetime) -> Sequence[str]:
    """A paid line is delivered, waiting for its supplier, or refused with its refund, in a minute."""
    return rows(
        "SELECT l.id AS line, l.state FROM bookings_orders_line AS l"
        " JOIN bookings_orders_order AS o ON o.id = l.order_id"
        " WHERE l.state = 'PAID' AND o.paid_at < %s",
        at - GRACE,
    )


@rule("paid-has-money")
def paid_has_money(at: datetime) -> Sequence[str]:
    """An order marked as paid that asked for money has received it."""
    return rows(
        """
        SELECT o.id AS "order", o.due_now_fen FROM bookings_orders_order AS o
        WHERE o.paid_at IS NOT NULL AND o.due_now_fen > 0 AND NOT EXISTS (
            SELECT 1 FROM bookings_payments_attempt AS a
            WHERE a.order_id = o.id AND a.captured_fen = o.due_now_fen
        )
        """
    )


@rule("money-ends-somewhere")
def money_ends_somewhere(at: datetime) -> Sequence[str]:
    """Received money has paid its order or is on its way back, in a minute."""
    return rows(
        """
        SELECT a.id AS attempt, a.captured_fen FROM bookings_payments_attempt AS a
        JOIN bookings_orders_order AS o ON o.id = a.order_id
        WHERE a.state = 'SUCCEEDED' AND a.ended_at < %s AND a.refunded_fen = 0 AND (
            o.paid_at IS NULL OR a.id > (
                SELECT min(b.id) FROM bookings_payments_attempt AS b
                WHERE b.order_id = o.id AND b.state = 'SUCCEEDED' AND b.refunded_fen < b.captured_fen
            )
        )
        """,
        at - GRACE,
    )


@rule("payments-equal-ledger")
def payments_equal_ledger(at: datetime) -> Sequence[str]:
    """What a provider holds for an order is the same in the payments and in the books."""
    return rows(
        """
        SELECT a.order_id AS "order", a.fen AS payments_fen, coalesce(l.fen, 0) AS ledger_fen
        FROM (
            SELECT order_id, sum(captured_fen - refunded_fen) AS fen
            FROM bookings_payments_attempt WHERE ended_at < %s GROUP BY order_id
        ) AS a
        LEFT JOIN (
            SELECT e.subject, sum(p.amount_fen) AS fen FROM bookings_ledger_entry AS e
            JOIN bookings_ledger_posting AS p ON p.entry_id = e.id
            WHERE p.account LIKE 'provider:%%' GROUP BY e.subject
        ) AS l ON l.subject = 'order:' || a.order_id
        WHERE a.fen <> coalesce(l.fen, 0)
        """,
        at - GRACE,
    )


@rule("entry-sums-to-zero")
def entry_sums_to_zero(at: datetime) -> Sequence[str]:
    """Every ledger entry sums to zero in each currency."""
    return rows(
        "SELECT entry_id, currency, sum(amount_fen) AS fen FROM bookings_ledger_posting"
        " GROUP BY entry_id, currency HAVING sum(amount_fen) <> 0"
    )


@rule("refunds-within-captured")
def refunds_within_captured(at: datetime) -> Sequence[str]:
    """The refunds of a payment are what it says went back, and no more than came in."""
    return rows(
        """
        SELECT a.id AS attempt, a.captured_fen, a.refunded_fen, coalesce(sum(r.amount_fen), 0) AS refunds
        FROM bookings_payments_attempt AS a
        LEFT JOIN bookings_refunds_refund AS r ON r.attempt_id = a.id
        GROUP BY a.id
        HAVING a.refunded_fen <> coalesce(sum(r.amount_fen), 0) OR a.refunded_fen > a.captured_fen
        """
    )


@rule("entries-equal-redemptions")
def entries_equal_redemptions(at: datetime) -> Sequence[str]:
    """A voucher's count of entries is its redemptions, and within what it gives."""
    return rows(
        """
        SELECT v.id AS voucher, v.entries_used, v.entries_allowed, count(r.id) AS redemptions
        FROM bookings_vouchers_voucher AS v
        LEFT JOIN bookings_vouchers_redemption AS r ON r.voucher_id = v.id
        GROUP BY v.id HAVING v.entries_used <> count(r.id) OR v.entries_used > v.entries_allowed
        """
    )


@rule("confirmed-has-vouchers")
def confirmed_has_vouchers(at: datetime) -> Sequence[str]:
    """A confirmed line has something to show."""
    return rows(
        "SELECT l.id AS line FROM bookings_orders_line AS l WHERE l.state = 'CONFIRMED'"
        " AND NOT EXISTS (SELECT 1 FROM bookings_vouchers_voucher AS v WHERE v.line_id = l.id)"
    )


@rule("cancelled-is-void")
def cancelled_is_void(at: datetime) -> Sequence[str]:
    """A cancelled part has no voucher that still opens a gate."""
    return rows(
        "SELECT v.id AS voucher FROM bookings_vouchers_voucher AS v"
        " JOIN bookings_orders_line AS l ON l.id = v.line_id"
        " WHERE v.state = 'ACTIVE' AND l.cancelled_parts ? v.part_key"
    )


@rule("outbox-drained")
def outbox_drained(at: datetime) -> Sequence[str]:
    """Every fact has reached its handlers in a minute; none is parked."""
    return rows(
        "SELECT id AS event, name FROM kernel_outbox_event"
        " WHERE done_at IS NULL AND (parked_at IS NOT NULL OR recorded_at < %s)",
        at - GRACE,
    )


@rule("audit-chain")
def audit_chain(at: datetime) -> Sequence[str]:
    """The audit's chain holds from its first row to its last."""
    from kernel.audit.operations import first_broken

    broken = first_broken()
    return [] if broken is None else [f"position={broken}"]
