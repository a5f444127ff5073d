"""Who has bought something is told what has become of it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from kernel.invariants import GRACE, rows, rule


@rule(
    "paid-is-told",
    breach="""
    WITH gone AS (
        DELETE FROM accounts_messages_message WHERE key = (
            SELECT 'bookings.news.paid:' || max(order_id) FROM bookings_orders_line
            WHERE state IN ('CONFIRMED', 'USED')
        ) RETURNING id
    )
    DELETE FROM accounts_messages_delivery WHERE message_id IN (SELECT id FROM gone)
    """,
)
def paid_is_told(at: datetime) -> Sequence[str]:
    """Of every order paid and delivered its buyer was told in a minute: an open account, or who left a phone.

    Looks a week back, and not before the first message of this kind.
    """
    return rows(
        """
        SELECT o.id AS "order" FROM bookings_orders_order AS o
        LEFT JOIN accounts_identity_user AS u ON u.id = o.user_id
        WHERE o.paid_at BETWEEN greatest(%s, (
            SELECT min(created_at) FROM accounts_messages_message
            WHERE template = 'bookings.news.paid'
        )) AND %s
        AND EXISTS (
            SELECT 1 FROM bookings_orders_line AS l
            WHERE l.order_id = o.id AND l.state IN ('CONFIRMED', 'USED')
        )
        AND CASE WHEN o.user_id IS NULL THEN o.contact_sealed <> '' ELSE coalesce(u.is_active, FALSE) END
        AND NOT EXISTS (
            SELECT 1 FROM accounts_messages_message AS m WHERE m.key = 'bookings.news.paid:' || o.id
        )
        """,
        at - timedelta(days=7),
        at - GRACE,
    )
