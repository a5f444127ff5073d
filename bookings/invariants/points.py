"""Points = counts = ledger."""

from collections.abc import Sequence
from datetime import datetime

from kernel.invariants import rows, rule

_ACCOUNT = """
    INSERT INTO bookings_inventory_bucket (id, key, region_id, capacity, taken)
    VALUES (-1, 'breach', 0, UNITS, 0);
    INSERT INTO bookings_points_account (id, holder, region_id, bucket_id, owed)
    VALUES (-1, 'user:0', 0, -1, 0)
"""


@rule("points-equal-ledger", breach=_ACCOUNT.replace("UNITS", "1"))
def points_equal_ledger(at: datetime) -> Sequence[str]:
    """What somebody's points stand at, with what is owed, is what the books owe that person."""
    return rows(
        """
        SELECT a.id AS account, b.capacity - b.taken - a.owed AS points,
            coalesce(l.points, 0) AS books_points
        FROM bookings_points_account AS a
        JOIN bookings_inventory_bucket AS b ON b.id = a.bucket_id
        LEFT JOIN (
            SELECT account, -sum(amount_fen) AS points FROM bookings_ledger_posting
            WHERE account LIKE 'points:%%' AND currency = 'XPT' GROUP BY account
        ) AS l ON l.account = 'points:' || a.id
        WHERE b.capacity - b.taken - a.owed <> coalesce(l.points, 0)
        """
    )


@rule(
    "points-earned-equal-ledger",
    breach=f"""
    {_ACCOUNT.replace("UNITS", "0")};
    INSERT INTO bookings_points_batch (account_id, order_id, points, changes, earned_at, expires_at)
    VALUES (-1, 0, 1, 1, %(at)s, %(at)s)
    """,  # noqa: S608 - a constant
)
def points_earned_equal_ledger(at: datetime) -> Sequence[str]:
    """What a journey has earned is what the books say it has."""
    return rows(
        """
        SELECT c.order_id AS "order", c.points, coalesce(l.points, 0) AS books_points
        FROM bookings_points_batch AS c
        LEFT JOIN (
            SELECT split_part(e.key, ':', 3)::bigint AS order_id, -sum(p.amount_fen) AS points
            FROM bookings_ledger_entry AS e JOIN bookings_ledger_posting AS p ON p.entry_id = e.id
            WHERE e.key LIKE 'points:earned:%%' AND p.account LIKE 'points:%%' GROUP BY 1
        ) AS l ON l.order_id = c.order_id
        WHERE c.points <> coalesce(l.points, 0)
        """
    )


@rule(
    "points-held-equal-ledger",
    breach="""
    WITH entry AS (
        INSERT INTO bookings_ledger_entry (key, subject, memo, region_id, at)
        SELECT 'points:order:' || min(id) || ':0', 'points:0', 'points spent', 0, %(at)s
        FROM bookings_orders_order RETURNING id
    )
    INSERT INTO bookings_ledger_posting (entry_id, account, amount_fen, currency)
    SELECT entry.id, leg.account, leg.points, 'XPT'
    FROM entry, (VALUES ('points:0', 1), ('points-issued:0', -1)) AS leg(account, points)
    """,
)
def points_held_equal_ledger(at: datetime) -> Sequence[str]:
    """What an order holds of somebody's points is what the books say was spent for it."""
    return rows(
        """
        SELECT coalesce(h.order_id, l.order_id) AS "order", coalesce(h.points, 0) AS held,
            coalesce(l.points, 0) AS booked
        FROM (
            SELECT line.order_id, sum(hold.units - hold.released) AS points
            FROM bookings_orders_hold AS hold
            JOIN bookings_orders_line AS line ON line.id = hold.line_id
            JOIN bookings_points_account AS a ON a.bucket_id = hold.bucket_id GROUP BY 1
        ) AS h
        FULL JOIN (
            SELECT split_part(e.key, ':', 3)::bigint AS order_id, sum(p.amount_fen) AS points
            FROM bookings_ledger_entry AS e JOIN bookings_ledger_posting AS p ON p.entry_id = e.id
            WHERE e.key LIKE 'points:order:%%' AND p.account LIKE 'points:%%' GROUP BY 1
        ) AS l ON l.order_id = h.order_id
        WHERE coalesce(h.points, 0) <> coalesce(l.points, 0)
        """
    )
