"""What must hold of messages."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from kernel.invariants import rows, rule

_STUCK_FOR = timedelta(hours=2)


@rule(
    "messages-go-out",
    breach="""
    INSERT INTO accounts_messages_message (key, template, language, subject, body_sealed, created_at)
    VALUES ('breach', 'breach', 'en', '', '', %(at)s - interval '3 hours');
    INSERT INTO accounts_messages_delivery
        (message_id, channel, target, to_sealed, to_masked, state, attempts, next_at, trouble,
         created_at)
    SELECT id, 'SMS', '', '', '', 'WAITING', 0, %(at)s - interval '3 hours', '',
        %(at)s - interval '3 hours'
    FROM accounts_messages_message WHERE key = 'breach'
    """,
)
def messages_go_out(at: datetime) -> Sequence[str]:
    """What is to be handed over has been tried within two hours of its time."""
    return rows(
        "SELECT id AS delivery, channel FROM accounts_messages_delivery"
        " WHERE state = 'WAITING' AND next_at < %s",
        at - _STUCK_FOR,
    )
