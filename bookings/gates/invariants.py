"""What must hold of gates."""

from collections.abc import Sequence
from datetime import datetime

from kernel.invariants import rows, rule


@rule(
    "gate-scans-add-up",
    breach="""
        INSERT INTO bookings_gates_gatescan (
            id, device_id, region_id, sequence, at, received_at, direction, persons, shown, is_offline,
            outcome, reason, answer
        ) VALUES (0, 0, 0, 1, %(at)s, %(at)s, 'IN', 1, 'CODE', true, 'UNCOUNTED', 'voided', '{}');
    """,
)
def gate_scans_add_up(at: datetime) -> Sequence[str]:
    """Whom a gate let in is counted by a redemption of its own, or an incident says why not."""
    return rows(
        """
        SELECT 'scan ' || scan.id || ' ' || scan.outcome
        FROM bookings_gates_gatescan AS scan
        LEFT JOIN bookings_gates_incident AS incident ON incident.scan_id = scan.id
        WHERE scan.outcome = 'UNCOUNTED' AND incident.id IS NULL
           OR scan.outcome = 'COUNTED' AND NOT EXISTS (
                SELECT 1 FROM bookings_vouchers_redemption AS redemption
                WHERE redemption.actor = 'gate:' || scan.device_id
                  AND redemption.request_key = 'gate-' || scan.device_id || '-' || scan.sequence
           )
        """
    )
