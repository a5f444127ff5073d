"""What must hold of pre-checks."""

from collections.abc import Sequence
from datetime import datetime

from kernel.invariants import rows, rule


@rule(
    "prechecks-name-who-comes",
    breach="""
        INSERT INTO bookings_prechecks_check (voucher_id, region_id, day, found, is_short, checked_at)
        SELECT id, region_id + 1, '2026-01-01', '{}', false, %(at)s
        FROM bookings_vouchers_voucher ORDER BY id LIMIT 1;
    """,
)
def prechecks_name_who_comes(at: datetime) -> Sequence[str]:
    """A pre-check is of its voucher's region; what was put right is the same person's in pass and part."""
    return rows(
        """
        SELECT 'precheck ' || c.id
        FROM bookings_prechecks_check AS c
        JOIN bookings_vouchers_voucher AS v ON v.id = c.voucher_id
        JOIN bookings_vouchers_pass AS p ON p.id = v.carrier_id
        JOIN bookings_orders_line AS l ON l.id = v.line_id
        WHERE c.region_id <> v.region_id
           OR c.settled_at IS NOT NULL AND v.state <> 'VOIDED' AND EXISTS (
                SELECT 1 FROM jsonb_array_elements(l.parts) AS part
                WHERE part ->> 'key' = v.part_key
                  AND coalesce((part ->> 'traveller_id')::bigint, 0) <> p.traveller_id
           )
        """
    )
