"""Commissions of distribution codes = ledger."""

from collections.abc import Sequence
from datetime import datetime

from bookings.invariants.money import TWO_LEGS
from kernel.invariants import rows, rule


@rule(
    "referrals-equal-ledger",
    breach=TWO_LEGS.replace("'breach', 'order:'", "'referral:0:0', 'order:'").replace(
        "PLACE", "agent"
    ),
)
def referrals_equal_ledger(at: datetime) -> Sequence[str]:
    """What a code has earned by a journey is what the books owe it for that."""
    return rows(
        """
        SELECT coalesce(c.order_id, l.order_id) AS "order", coalesce(c.fen, 0) AS commission_fen,
            coalesce(l.fen, 0) AS ledger_fen
        FROM (
            SELECT order_id, 'agent:' || code_id AS account, fen FROM bookings_referrals_commission
        ) AS c
        FULL JOIN (
            SELECT split_part(e.key, ':', 2)::bigint AS order_id, p.account, -sum(p.amount_fen) AS fen
            FROM bookings_ledger_entry AS e JOIN bookings_ledger_posting AS p ON p.entry_id = e.id
            WHERE e.key LIKE 'referral:%%' AND p.account LIKE 'agent:%%' GROUP BY 1, 2
        ) AS l ON (l.order_id, l.account) = (c.order_id, c.account)
        WHERE coalesce(c.fen, 0) <> coalesce(l.fen, 0)
        """
    )
