"""Balances = grants = ledger."""

from collections.abc import Sequence
from datetime import datetime

from kernel.invariants import rows, rule


@rule(
    "balance-equals-ledger",
    breach="""
    INSERT INTO bookings_balance_account (actor, currency, paid_fen, bonus_fen)
    VALUES ('breach', 'CNY', 1, 0)
    """,
)
def balance_equals_ledger(at: datetime) -> Sequence[str]:
    """What a person's balance stands at is what the books owe that person, and are owed."""
    return rows(
        """
        SELECT a.id AS balance, a.paid_fen, a.bonus_fen, a.owed_fen,
            coalesce(l.paid_fen, 0) AS books_paid_fen, coalesce(l.bonus_fen, 0) AS books_bonus_fen,
            coalesce(l.owed_fen, 0) AS books_owed_fen
        FROM bookings_balance_account AS a
        LEFT JOIN (
            SELECT split_part(account, ':', 2) AS id,
                -sum(amount_fen) FILTER (WHERE account LIKE 'balance:%%') AS paid_fen,
                -sum(amount_fen) FILTER (WHERE account LIKE 'bonus:%%') AS bonus_fen,
                sum(amount_fen) FILTER (WHERE account LIKE 'balance-owed:%%') AS owed_fen
            FROM bookings_ledger_posting
            WHERE account LIKE 'balance:%%' OR account LIKE 'bonus:%%'
                OR account LIKE 'balance-owed:%%' GROUP BY 1
        ) AS l ON l.id = a.id::text
        WHERE a.paid_fen <> coalesce(l.paid_fen, 0) OR a.bonus_fen <> coalesce(l.bonus_fen, 0)
            OR a.owed_fen <> coalesce(l.owed_fen, 0)
        """
    )


@rule(
    "bonus-equals-grants",
    breach="""
    WITH account AS (
        INSERT INTO bookings_balance_account (actor, currency, paid_fen, bonus_fen)
        VALUES ('breach', 'CNY', 0, 0) RETURNING id
    )
    INSERT INTO bookings_balance_grant (account_id, top_up_id, left_fen, expires_at)
    SELECT id, 0, 1, %(at)s FROM account
    """,
)
def bonus_equals_grants(at: datetime) -> Sequence[str]:
    """A balance's bonus is what is left of those that were given."""
    return rows(
        """
        SELECT a.id AS balance, a.bonus_fen, coalesce(sum(g.left_fen), 0) AS grants_fen
        FROM bookings_balance_account AS a
        LEFT JOIN bookings_balance_grant AS g ON g.account_id = a.id
        GROUP BY a.id HAVING a.bonus_fen <> coalesce(sum(g.left_fen), 0)
        """
    )
