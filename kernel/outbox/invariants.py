"""What must hold of the outbox."""

from collections.abc import Sequence
from datetime import datetime

from kernel.invariants import GRACE, rows, rule


@rule(
    "outbox-drained",
    breach="""
    UPDATE kernel_outbox_event SET done_at = NULL
    WHERE id = (SELECT min(id) FROM kernel_outbox_event)
    """,
)
def outbox_drained(at: datetime) -> Sequence[str]:
    """Every fact has reached its handlers in a minute; none is parked."""
    return rows(
        "SELECT id AS event, name FROM kernel_outbox_event"
        " WHERE done_at IS NULL AND (parked_at IS NOT NULL OR recorded_at < %s)",
        at - GRACE,
    )
