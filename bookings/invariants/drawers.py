"""Drawers = what went in and out = ledger."""

from collections.abc import Sequence
from datetime import datetime

from kernel.invariants import rows, rule

_SHIFT = """
    WITH shift AS (
        INSERT INTO bookings_cash_shift (clerk_id, organisation_id, float_fen, taken_fen,
            paid_out_fen, note, opened_at)
        SELECT 0, min(id), FLOAT, TAKEN, 0, '', %(at)s
        FROM accounts_organisations_organisation RETURNING id
    )
"""
_FILLED = _SHIFT.replace("FLOAT", "1").replace("TAKEN", "0")
_SOLD = _SHIFT.replace("FLOAT", "0").replace("TAKEN", "1")


@rule(
    "drawer-equals-ledger",
    breach=_SHIFT.replace("FLOAT", "1").replace("TAKEN", "0") + "SELECT count(*) FROM shift",  # noqa: S608 - a constant
)
def drawer_equals_ledger(at: datetime) -> Sequence[str]:
    """The books know what must be in an open drawer; a closed one is empty."""
    return rows(
        """
        SELECT s.id AS shift, s.float_fen + s.taken_fen - s.paid_out_fen AS drawer_fen, s.closed_at,
            coalesce(sum(p.amount_fen), 0) AS books_fen
        FROM bookings_cash_shift AS s
        LEFT JOIN bookings_ledger_posting AS p ON p.account = 'drawer:' || s.id
        GROUP BY s.id
        HAVING coalesce(sum(p.amount_fen), 0) <> CASE
            WHEN s.closed_at IS NULL THEN s.float_fen + s.taken_fen - s.paid_out_fen ELSE 0 END
        """
    )


@rule(
    "drawer-equals-movements",
    breach=f"""
    {_SOLD}, entry AS (
        INSERT INTO bookings_ledger_entry (key, subject, memo, region_id, at)
        SELECT 'breach', 'drawer:' || id, 'breach', 0, %(at)s FROM shift RETURNING id, subject
    )
    INSERT INTO bookings_ledger_posting (entry_id, account, amount_fen, currency)
    SELECT entry.id, leg.account, leg.fen, 'CNY'
    FROM entry, LATERAL (VALUES (entry.subject, 1), ('breach', -1)) AS leg(account, fen)
    """,  # noqa: S608 - a constant
)
def drawer_equals_movements(at: datetime) -> Sequence[str]:
    """What a shift has taken and paid out is the sum of its payments and refunds."""
    return rows(
        """
        SELECT s.id AS shift, s.taken_fen, coalesce(t.fen, 0) AS takings_fen, s.paid_out_fen,
            coalesce(p.fen, 0) AS payouts_fen
        FROM bookings_cash_shift AS s
        LEFT JOIN (SELECT shift_id, sum(fen) AS fen FROM bookings_cash_taking GROUP BY 1) AS t
            ON t.shift_id = s.id
        LEFT JOIN (SELECT shift_id, sum(fen) AS fen FROM bookings_cash_payout GROUP BY 1) AS p
            ON p.shift_id = s.id
        WHERE s.taken_fen <> coalesce(t.fen, 0) OR s.paid_out_fen <> coalesce(p.fen, 0)
        """
    )
