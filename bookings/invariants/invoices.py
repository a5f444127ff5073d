"""Invoices = what was paid for, their red letters = what came back of it."""

from collections.abc import Sequence
from datetime import datetime

from kernel.invariants import GRACE, rows, rule

_PLANTED = """
    WITH sold AS (
        SELECT o.id AS order_id, l.supplier_id, (
            SELECT coalesce(sum(p.amount_fen), 0) FROM bookings_ledger_posting AS p
            JOIN bookings_ledger_entry AS e ON e.id = p.entry_id
            WHERE p.account = 'buyer:' || o.id AND e.key LIKE '%%:line:' || l.id || '%%'
                AND e.memo = 'delivered to the buyer'
        ) AS fen
        FROM bookings_orders_order AS o JOIN bookings_orders_line AS l ON l.order_id = o.id
        WHERE l.state = 'USED' AND l.cancelled_parts = '[]' AND NOT EXISTS (
            SELECT 1 FROM bookings_orders_line AS other WHERE other.order_id = o.id
                AND other.supplier_id = l.supplier_id AND other.id <> l.id
        )
        ORDER BY o.id, l.id LIMIT 1
    ), blue AS (
        INSERT INTO bookings_invoices_invoice (order_id, supplier_id, token, number, serial, title_kind,
            title_sealed, title_shown, seller, state, total_fen, tax_fen, reddened_fen, asked_by, asked_at,
            issued_at, tries, next_at, why, is_refused)
        SELECT ORDER_ID, SUPPLIER_ID, 'breach', 'breach', 'breach', 'PERSON', '', '', '{}', 'STATE',
            fen + MORE, 0, REDDENED, 'breach', %(at)s - interval '1 day', %(at)s - interval '1 day', 0,
            NULL, '', FALSE FROM sold RETURNING id, total_fen
    )
    INSERT INTO bookings_invoices_row (invoice_id, place, key, role, name, spec, quantity, goods_code,
        permille, policy, amount_fen, tax_fen)
    SELECT id, 1, 'breach', 'PLAIN', 'breach', '', 0, '', 0, '', total_fen + ROW_MORE, 0 FROM blue
"""
"""An invoice for a line that was used, right in every way but one."""


def _planted(**wrong: str) -> str:
    right = {
        "SUPPLIER_ID": "supplier_id", "ORDER_ID": "order_id", "ROW_MORE": "0", "REDDENED": "0",
        "MORE": "0", "STATE": "ISSUED",
    }  # fmt: skip
    made = _PLANTED
    for name, text in (right | wrong).items():
        made = made.replace(name, text)
    return made


@rule("invoices-are-what-was-paid", breach=_planted(MORE="1"))
def invoices_are_what_was_paid(at: datetime) -> Sequence[str]:
    """An issued invoice, less its red letters, is what its supplier has sold to the buyer, in a minute.

    Where a bonus of a balance paid a part, it is less.
    """
    return rows(
        """
        WITH sold AS (
            SELECT l.order_id, l.supplier_id, sum(p.amount_fen) AS fen, max(e.at) AS at
            FROM bookings_ledger_entry AS e JOIN bookings_ledger_posting AS p ON p.entry_id = e.id
            LEFT JOIN bookings_orders_change AS c ON e.key = 'changed:' || c.id
            JOIN bookings_orders_line AS l
                ON l.id = coalesce(c.line_id, substring(e.key FROM ':line:([0-9]+)')::bigint)
            WHERE e.memo IN ('delivered to the buyer', 'cancelled', 'changed', 'metered')
                AND e.key NOT LIKE '%%:into' AND p.account = 'buyer:' || l.order_id
            GROUP BY l.order_id, l.supplier_id
        )
        SELECT i.id AS invoice, i.total_fen - i.reddened_fen AS stands_fen, coalesce(s.fen, 0) AS sold_fen
        FROM bookings_invoices_invoice AS i LEFT JOIN sold AS s
            ON (s.order_id, s.supplier_id) = (i.order_id, i.supplier_id)
        WHERE i.red_of_id IS NULL AND i.state = 'ISSUED' AND i.issued_at < %s AND coalesce(s.at < %s, TRUE)
            AND EXISTS (SELECT 1 FROM bookings_orders_order AS o WHERE o.id = i.order_id)
            AND EXISTS (
                SELECT 1 FROM bookings_orders_line AS l
                WHERE (l.order_id, l.supplier_id) = (i.order_id, i.supplier_id)
            )
            AND (i.total_fen - i.reddened_fen > coalesce(s.fen, 0)
                OR i.total_fen - i.reddened_fen < coalesce(s.fen, 0) AND NOT EXISTS (
                    SELECT 1 FROM bookings_balance_spending AS b JOIN bookings_payments_attempt AS a
                        ON a.token = b.token
                    JOIN bookings_orders_order AS o ON o.id = a.order_id
                    JOIN bookings_orders_order AS mine ON mine.id = i.order_id
                    WHERE b.bonus <> '{}' AND coalesce(o.parent_id, o.id) = coalesce(mine.parent_id, mine.id)
                ))
        """,
        at - GRACE,
        at - GRACE,
    )


@rule("invoice-is-its-rows", breach=_planted(ROW_MORE="1"))
def invoice_is_its_rows(at: datetime) -> Sequence[str]:
    """An invoice or a red letter that is being issued is the sum of its rows, and so is its tax."""
    return rows(
        """
        SELECT i.id AS invoice, i.total_fen, coalesce(sum(r.amount_fen), 0) AS rows_fen, i.tax_fen,
            coalesce(sum(r.tax_fen), 0) AS rows_tax_fen
        FROM bookings_invoices_invoice AS i LEFT JOIN bookings_invoices_row AS r ON r.invoice_id = i.id
        WHERE i.state IN ('ISSUING', 'ISSUED') GROUP BY i.id
        HAVING i.total_fen <> coalesce(sum(r.amount_fen), 0) OR i.tax_fen <> coalesce(sum(r.tax_fen), 0)
        """
    )


@rule("red-within-blue", breach=_planted(REDDENED="1", MORE="1"))
def red_within_blue(at: datetime) -> Sequence[str]:
    """What is taken back of an invoice is what its red letters say, and no more than the invoice."""
    return rows(
        """
        SELECT i.id AS invoice, i.total_fen, i.reddened_fen, coalesce(sum(r.total_fen), 0) AS red_fen
        FROM bookings_invoices_invoice AS i
        LEFT JOIN bookings_invoices_invoice AS r ON r.red_of_id = i.id AND r.state <> 'VOID'
        WHERE i.red_of_id IS NULL GROUP BY i.id
        HAVING i.reddened_fen <> -coalesce(sum(r.total_fen), 0) OR i.reddened_fen > i.total_fen
        """
    )


@rule("invoice-has-its-order", breach=_planted(ORDER_ID="0"))
def invoice_has_its_order(at: datetime) -> Sequence[str]:
    """There is no invoice without an order of which its supplier has sold something."""
    return rows(
        """
        SELECT i.id AS invoice, i.order_id, i.supplier_id FROM bookings_invoices_invoice AS i
        WHERE NOT EXISTS (
            SELECT 1 FROM bookings_orders_line AS l JOIN bookings_orders_order AS o ON o.id = l.order_id
            WHERE o.id = i.order_id AND l.supplier_id = i.supplier_id
        )
        """
    )


@rule("invoice-is-brought-on", breach=_planted(STATE="ISSUING"))
def invoice_is_brought_on(at: datetime) -> Sequence[str]:
    """What is asked for or being issued is looked at again, in a minute."""
    return rows(
        """
        SELECT id AS invoice, state FROM bookings_invoices_invoice
        WHERE state IN ('ASKED', 'ISSUING') AND asked_at < %s AND coalesce(next_at, asked_at) < %s
        """,
        at - GRACE,
        at - GRACE,
    )
