"""Order = payments = ledger."""

from collections.abc import Sequence
from datetime import datetime

from kernel.invariants import GRACE, rows, rule

_AT_THE_BANK = "CASE WHEN a.dispute IN ('OPEN', 'LOST') THEN a.disputed_fen ELSE 0 END"
"""What of a payment a bank has taken back, or holds while it decides."""

_FORGOTTEN_MONEY = """
    WITH attempt AS (
        INSERT INTO bookings_payments_attempt (order_id, provider, token, amount_fen, currency, state,
            provider_ref, redirect_url, captured_fen, refunded_fen, created_at, ended_at)
        SELECT min(order_id), 'breach', 'breach', 1, 'CNY', 'SUCCEEDED', '', '', 1, 0,
            %(at)s - interval '1 hour', %(at)s - interval '1 hour'
        FROM bookings_orders_line WHERE state = 'LAPSED' RETURNING order_id
    ), entry AS (
        INSERT INTO bookings_ledger_entry (key, subject, memo, region_id, at)
        SELECT 'breach', 'order:' || order_id, 'breach', 0, %(at)s FROM attempt RETURNING id
    )
    INSERT INTO bookings_ledger_posting (entry_id, account, amount_fen, currency)
    SELECT entry.id, leg.account, leg.fen, 'CNY'
    FROM entry, (VALUES ('provider:breach', 1), ('buyer:breach', -1)) AS leg(account, fen)
"""
"""One fen, received and booked for an order that has lapsed."""

TWO_LEGS = """
    WITH entry AS (
        INSERT INTO bookings_ledger_entry (key, subject, memo, region_id, at)
        SELECT 'breach', 'order:' || min(order_id), 'breach', 0, %(at)s
        FROM bookings_payments_attempt RETURNING id
    )
    INSERT INTO bookings_ledger_posting (entry_id, account, amount_fen, currency)
    SELECT entry.id, leg.account, leg.fen, 'CNY'
    FROM entry, (VALUES ('PLACE:0', 1), ('buyer:0', -1)) AS leg(account, fen)
"""
"""An entry of two legs in the books of an order, the first at a PLACE of choice."""


@rule(
    "order-total",
    breach="""
    UPDATE bookings_orders_order SET total_fen = total_fen + 1
    WHERE id = (SELECT min(id) FROM bookings_orders_order)
    """,
)
def order_total(at: datetime) -> Sequence[str]:
    """An order's total is what its lines cost."""
    return rows(
        """
        SELECT o.id AS "order", o.total_fen, coalesce(sum(l.price_fen), 0) AS lines_fen
        FROM bookings_orders_order AS o LEFT JOIN bookings_orders_line AS l ON l.order_id = o.id
        GROUP BY o.id HAVING o.total_fen <> coalesce(sum(l.price_fen), 0)
        """
    )


@rule(
    "line-price",
    breach="""
    UPDATE bookings_orders_line SET parts = jsonb_set(parts, '{0,price_fen}', '-1')
    WHERE id = (SELECT min(id) FROM bookings_orders_line WHERE state = 'LAPSED')
    """,
)
def line_price(at: datetime) -> Sequence[str]:
    """A line costs what its parts cost."""
    return rows(
        """
        SELECT l.id AS line, l.price_fen, sum((part ->> 'price_fen')::bigint) AS parts_fen
        FROM bookings_orders_line AS l CROSS JOIN LATERAL jsonb_array_elements(l.parts) AS part
        GROUP BY l.id HAVING l.price_fen <> sum((part ->> 'price_fen')::bigint)
        """
    )


@rule(
    "paid-has-money",
    breach="""
    UPDATE bookings_orders_order SET deposit_fen = deposit_fen + 1
    WHERE id = (SELECT min(id) FROM bookings_orders_order WHERE paid_at IS NOT NULL)
    """,
)
def paid_has_money(at: datetime) -> Sequence[str]:
    """An order marked as paid has received what it asked for, and by payments that say so."""
    return rows(
        """
        SELECT o.id AS "order", o.due_now_fen, o.credit_fen, o.received_fen, o.deposit_fen,
            o.secured_fen, sum(a.captured_fen) AS captured_fen
        FROM bookings_orders_order AS o LEFT JOIN bookings_payments_attempt AS a
            ON a.order_id = o.id AND a.purpose IN ('ORDER', 'SHARE')
        WHERE o.paid_at IS NOT NULL GROUP BY o.id
        HAVING o.received_fen + o.credit_fen <> o.due_now_fen OR o.secured_fen <> o.deposit_fen
            OR coalesce(sum(a.captured_fen), 0) < o.received_fen
        """
    )


@rule(
    "shares-are-counted",
    breach="""
    WITH divided AS (
        INSERT INTO bookings_shares_division (order_id, rule, closes_at, actor, created_at)
        SELECT min(id), 'ALL', %(at)s, 'breach', %(at)s FROM bookings_orders_order
        WHERE received_fen > 0 RETURNING id, order_id
    )
    INSERT INTO bookings_shares_share (division_id, position, name, parts, amount_fen, token, state,
        paid_at)
    SELECT divided.id, 0, 'breach', '[]', received_fen + 1, 'breach', 'PAID', %(at)s
    FROM divided JOIN bookings_orders_order AS o ON o.id = divided.order_id
    """,
)
def shares_are_counted(at: datetime) -> Sequence[str]:
    """What friends have paid of an order counts towards it, unless all of it has gone back."""
    return rows(
        """
        SELECT o.id AS "order", o.received_fen, sum(s.amount_fen) AS shares_fen
        FROM bookings_shares_division AS d JOIN bookings_orders_order AS o ON o.id = d.order_id
            JOIN bookings_shares_share AS s ON s.division_id = d.id AND s.state = 'PAID'
        WHERE o.received_fen > 0 GROUP BY o.id HAVING sum(s.amount_fen) > o.received_fen
        """
    )


@rule("money-ends-somewhere", breach=_FORGOTTEN_MONEY)
def money_ends_somewhere(at: datetime) -> Sequence[str]:
    """Received money is counted towards its order or is on its way back, in a minute."""
    kept = f"sum(a.captured_fen - a.refunded_fen - {_AT_THE_BANK})"
    return rows(
        f"""
        SELECT o.id AS "order", o.received_fen, {kept} AS kept_fen
        FROM bookings_payments_attempt AS a JOIN bookings_orders_order AS o ON o.id = a.order_id
        WHERE a.state = 'SUCCEEDED' AND a.purpose IN ('ORDER', 'SHARE') AND a.ended_at < %s
        GROUP BY o.id HAVING {kept} > o.received_fen
        """,  # noqa: S608 - a constant
        at - GRACE,
    )


@rule(
    "rest-is-counted",
    breach=f"""
    {_FORGOTTEN_MONEY};
    UPDATE bookings_payments_attempt SET purpose = 'REST' WHERE provider = 'breach'
    """,  # noqa: S608 - a constant
)
def rest_is_counted(at: datetime) -> Sequence[str]:
    """What was paid for a sum due later is counted there or is on its way back, in a minute."""
    return rows(
        """
        SELECT a.id AS attempt, a.captured_fen, a.refunded_fen FROM bookings_payments_attempt AS a
        WHERE a.state = 'SUCCEEDED' AND a.purpose = 'REST' AND a.ended_at < %s AND a.refunded_fen = 0
            AND a.dispute NOT IN ('OPEN', 'LOST')
            AND NOT EXISTS (SELECT 1 FROM bookings_dues_laterdue AS d WHERE d.attempt_id = a.id)
        """,
        at - GRACE,
    )


@rule("deposits-are-owed-back", breach=TWO_LEGS.replace("PLACE", "deposit"))
def deposits_are_owed_back(at: datetime) -> Sequence[str]:
    """The books owe a buyer what was charged as a deposit, less what is kept of it or has gone back."""
    return rows(
        """
        SELECT coalesce(d.subject, l.subject) AS subject, coalesce(d.fen, 0) AS held_fen,
            coalesce(l.fen, 0) AS ledger_fen
        FROM (
            SELECT 'order:' || a.order_id AS subject, sum(a.captured_fen - a.refunded_fen
                - coalesce(d.kept_fen, 0)) AS fen, max(a.ended_at) AS ended_at,
                bool_or(a.dispute IN ('OPEN', 'LOST')) AS is_disputed
            FROM bookings_payments_attempt AS a
            LEFT JOIN bookings_deposits_deposit AS d ON d.attempt_id = a.id
            WHERE a.purpose = 'DEPOSIT' AND a.how = 'CHARGE' GROUP BY a.order_id
        ) AS d
        FULL JOIN (
            SELECT e.subject, -sum(p.amount_fen) AS fen FROM bookings_ledger_entry AS e
            JOIN bookings_ledger_posting AS p ON p.entry_id = e.id
            WHERE p.account LIKE 'deposit:%%' GROUP BY e.subject
        ) AS l ON l.subject = d.subject
        WHERE coalesce(d.fen, 0) <> coalesce(l.fen, 0) AND coalesce(d.ended_at < %s, TRUE)
            AND NOT coalesce(d.is_disputed, FALSE)
        """,
        at - GRACE,
    )


@rule("payments-equal-ledger", breach=TWO_LEGS.replace("PLACE", "provider"))
def payments_equal_ledger(at: datetime) -> Sequence[str]:
    """What a provider holds for an order is the same in the payments and in the books."""
    return rows(
        f"""
        SELECT coalesce(a.subject, l.subject) AS subject, coalesce(a.account, l.account) AS account,
            coalesce(a.fen, 0) AS payments_fen, coalesce(l.fen, 0) AS ledger_fen
        FROM (
            SELECT 'order:' || order_id AS subject, 'provider:' || provider AS account,
                sum(captured_fen - refunded_fen - {_AT_THE_BANK}) AS fen, max(ended_at) AS ended_at
            FROM bookings_payments_attempt AS a WHERE order_id IS NOT NULL GROUP BY order_id, provider
        ) AS a
        FULL JOIN (
            SELECT e.subject, p.account, sum(p.amount_fen) AS fen FROM bookings_ledger_entry AS e
            JOIN bookings_ledger_posting AS p ON p.entry_id = e.id
            WHERE p.account LIKE 'provider:%%' AND e.subject LIKE 'order:%%'
            GROUP BY e.subject, p.account
        ) AS l ON (l.subject, l.account) = (a.subject, a.account)
        WHERE coalesce(a.fen, 0) <> coalesce(l.fen, 0) AND coalesce(a.ended_at < %s, TRUE)
        """,  # noqa: S608 - a constant
        at - GRACE,
    )


@rule(
    "top-ups-and-bills-equal-ledger",
    breach="""
    INSERT INTO bookings_payments_attempt (purpose, purpose_id, provider, token, amount_fen, currency,
        state, provider_ref, redirect_url, captured_fen, refunded_fen, created_at, ended_at)
    VALUES ('TOP_UP', 0, 'breach', 'breach', 1, 'CNY', 'SUCCEEDED', '', '', 1, 0,
        %(at)s - interval '1 hour', %(at)s - interval '1 hour')
    """,
)
def top_ups_and_bills_equal_ledger(at: datetime) -> Sequence[str]:
    """What a provider holds of a payment for no order is the same in the payments and in the books."""
    return rows(
        f"""
        SELECT a.id AS attempt, a.fen AS payment_fen, coalesce(l.fen, 0) AS ledger_fen
        FROM (
            SELECT id, captured_fen - refunded_fen - {_AT_THE_BANK} AS fen, ended_at
            FROM bookings_payments_attempt AS a WHERE order_id IS NULL
        ) AS a
        LEFT JOIN (
            SELECT split_part(
                CASE WHEN e.key LIKE 'dispute:%%' THEN e.subject ELSE substr(e.key, strpos(e.key, ':') + 1)
                END, ':', 2) AS attempt, sum(p.amount_fen) AS fen
            FROM bookings_ledger_entry AS e JOIN bookings_ledger_posting AS p ON p.entry_id = e.id
            WHERE p.account LIKE 'provider:%%' AND (e.subject LIKE 'attempt:%%'
                OR e.key LIKE 'received:attempt:%%' OR e.key LIKE 'outside:attempt:%%')
            GROUP BY 1
        ) AS l ON l.attempt = a.id::text
        WHERE a.fen <> coalesce(l.fen, 0) AND a.ended_at < %s
        """,  # noqa: S608 - a constant
        at - GRACE,
    )


@rule(
    "entry-sums-to-zero",
    breach="""
    UPDATE bookings_ledger_posting SET amount_fen = amount_fen - 1
    WHERE id = (SELECT min(id) FROM bookings_ledger_posting WHERE account LIKE 'buyer:%%')
    """,
)
def entry_sums_to_zero(at: datetime) -> Sequence[str]:
    """Every ledger entry sums to zero in each currency."""
    return rows(
        "SELECT entry_id, currency, sum(amount_fen) AS fen FROM bookings_ledger_posting"
        " GROUP BY entry_id, currency HAVING sum(amount_fen) <> 0"
    )


@rule(
    "books-in-the-orders-currency",
    breach="""
    UPDATE bookings_ledger_posting SET currency = 'XXX'
    WHERE entry_id = (SELECT min(id) FROM bookings_ledger_entry)
    """,
)
def books_in_the_orders_currency(at: datetime) -> Sequence[str]:
    """An order's money is booked in the currency that it was asked in."""
    return rows(
        """
        SELECT e.id AS entry, p.currency, o.currency AS asked FROM bookings_ledger_entry AS e
        JOIN bookings_ledger_posting AS p ON p.entry_id = e.id
        JOIN bookings_orders_order AS o ON e.subject = 'order:' || o.id
        WHERE p.currency <> o.currency
        """
    )


@rule("supplier-is-owed", breach=TWO_LEGS.replace("PLACE", "supplier"))
def supplier_is_owed(at: datetime) -> Sequence[str]:
    """The books owe a supplier, of every order, what is delivered and neither used nor cancelled.

    A discount that the platform bears takes nothing off that. What has expired is not owed so any more.
    """
    return rows(
        """
        SELECT coalesce(d.subject, l.subject) AS subject, coalesce(d.account, l.account) AS account,
            coalesce(d.fen, 0) AS delivered_fen, coalesce(l.fen, 0) AS ledger_fen
        FROM (
            SELECT subject, account, sum(fen) AS fen FROM (
                SELECT 'order:' || line.order_id AS subject, 'supplier:' || line.supplier_id AS account,
                    (part ->> 'price_fen')::bigint + coalesce((
                        SELECT sum((discount ->> 'fen')::bigint)
                        FROM jsonb_array_elements(part -> 'discounts') AS discount
                        WHERE discount ->> 'payer' = 'PLATFORM'
                    ), 0) AS fen
                FROM bookings_orders_line AS line
                CROSS JOIN LATERAL jsonb_array_elements(line.parts) AS part
                WHERE line.state = 'CONFIRMED'
                    AND NOT (line.cancelled_parts || line.used_parts) ? (part ->> 'key')
                UNION ALL
                SELECT 'order:' || line.order_id, 'supplier:' || line.supplier_id, -expired.fen
                FROM bookings_settlement_expiredpart AS expired
                JOIN bookings_orders_line AS line ON line.id = expired.line_id
                WHERE expired.undone_at IS NULL
            ) AS claims
            GROUP BY subject, account
        ) AS d
        FULL JOIN (
            SELECT e.subject, p.account, -sum(p.amount_fen) AS fen FROM bookings_ledger_entry AS e
            JOIN bookings_ledger_posting AS p ON p.entry_id = e.id
            WHERE p.account LIKE 'supplier:%%' AND e.subject LIKE 'order:%%'
            GROUP BY e.subject, p.account
        ) AS l ON (l.subject, l.account) = (d.subject, d.account)
        WHERE coalesce(d.fen, 0) <> coalesce(l.fen, 0)
        """
    )


@rule(
    "refunds-within-captured",
    breach="""
    UPDATE bookings_refunds_refund SET amount_fen = amount_fen + 1
    WHERE id = (SELECT min(id) FROM bookings_refunds_refund)
    """,
)
def refunds_within_captured(at: datetime) -> Sequence[str]:
    """The refunds of a payment are what it says went back, and no more than came in."""
    return rows(
        """
        SELECT a.id AS attempt, a.captured_fen, a.refunded_fen, coalesce(sum(r.amount_fen), 0) AS refunds
        FROM bookings_payments_attempt AS a
        LEFT JOIN bookings_refunds_refund AS r ON r.attempt_id = a.id
        WHERE a.order_id IS NOT NULL GROUP BY a.id
        HAVING a.refunded_fen <> coalesce(sum(r.amount_fen), 0) OR a.refunded_fen > a.captured_fen
        """
    )


@rule(
    "refund-is-sent",
    breach="""
    UPDATE bookings_refunds_refund SET state = 'SENDING', next_at = NULL
    WHERE id = (SELECT min(id) FROM bookings_refunds_refund)
    """,
)
def refund_is_sent(at: datetime) -> Sequence[str]:
    """A refund has reached the buyer or a person, or is asked about again, in a minute."""
    return rows(
        "SELECT id AS refund, amount_fen FROM bookings_refunds_refund"
        " WHERE state = 'SENDING' AND created_at < %s AND coalesce(next_at, created_at) < %s",
        at - GRACE,
        at - GRACE,
    )


@rule(
    "refused-is-refunded",
    breach=f"""
    {_FORGOTTEN_MONEY};
    UPDATE bookings_orders_order SET paid_at = %(at)s, due_now_fen = 1, received_fen = 1
    WHERE id = (SELECT min(order_id) FROM bookings_orders_line WHERE state = 'LAPSED');
    UPDATE bookings_orders_line SET state = 'REFUSED'
    WHERE order_id = (SELECT min(order_id) FROM bookings_orders_line WHERE state = 'LAPSED')
    """,  # noqa: S608 - a constant
)
def refused_is_refunded(at: datetime) -> Sequence[str]:
    """What a supplier has refused is paid back, once the news of it has gone round."""
    kept = f"a.captured_fen - a.refunded_fen - {_AT_THE_BANK}"
    return rows(
        f"""
        SELECT l.id AS line, a.id AS attempt, {kept} AS kept_fen
        FROM bookings_orders_line AS l
        JOIN bookings_payments_attempt AS a
            ON a.order_id = l.order_id AND {kept} > 0
        WHERE l.state = 'REFUSED' AND l.price_fen > 0
            AND NOT EXISTS (
                SELECT 1 FROM bookings_refunds_refund AS r
                WHERE r.order_id = l.order_id AND r.key LIKE 'refused:line:' || l.id || ':%%'
            )
            AND NOT EXISTS (
                SELECT 1 FROM kernel_outbox_event AS e
                WHERE e.name = 'bookings.line.refused' AND e.key = 'refused:' || l.id
                    AND e.done_at IS NULL
            )
        """  # noqa: S608 - a constant
    )


@rule(
    "buyer-is-owed-nothing-in-the-end",
    breach="""
    WITH entry AS (
        INSERT INTO bookings_ledger_entry (key, subject, memo, region_id, at)
        SELECT 'breach', 'order:' || min(order_id), 'breach', 0, %(at)s - interval '1 hour'
        FROM bookings_orders_line WHERE state = 'LAPSED' RETURNING id, subject
    )
    INSERT INTO bookings_ledger_posting (entry_id, account, amount_fen, currency)
    SELECT entry.id, leg.account, leg.fen, 'CNY' FROM entry,
        LATERAL (VALUES (replace(subject, 'order:', 'buyer:'), 1), ('breach', -1)) AS leg(account, fen)
    """,
)
def buyer_is_owed_nothing_in_the_end(at: datetime) -> Sequence[str]:
    """Of an order of which nothing stands any more, nothing is owed either way, in a minute."""
    return rows(
        """
        SELECT o.id AS "order", sum(p.amount_fen) AS buyer_fen
        FROM bookings_ledger_posting AS p JOIN bookings_ledger_entry AS e ON e.id = p.entry_id
            JOIN bookings_orders_order AS o ON p.account = 'buyer:' || o.id
        WHERE NOT EXISTS (
            SELECT 1 FROM bookings_orders_line AS l
            WHERE l.order_id = o.id AND l.state NOT IN ('CANCELLED', 'REFUSED', 'LAPSED')
        )
        GROUP BY o.id HAVING sum(p.amount_fen) <> 0 AND max(e.at) < %s
        """,
        at - GRACE,
    )
