"""What must hold of the life of vouchers."""

from collections.abc import Sequence
from datetime import datetime

from bookings.vouchers.models import life_sql
from kernel.invariants import rows, rule


@rule(
    "voucher-is-at-its-last-step",
    breach="""
    INSERT INTO bookings_vouchers_step (voucher_id, before, after, at, actor, why)
    SELECT min(id), 'ISSUED', 'EXPIRED', %(at)s, 'system', 'OVER'
    FROM bookings_vouchers_voucher WHERE state = 'USED'
    """,
)
def voucher_is_at_its_last_step(at: datetime) -> Sequence[str]:
    """A voucher stands where its last step has led, and each step begins where the one before ended.

    Vouchers from before steps were kept have none, or begin with a later one; those issued since do not.
    """
    return rows(
        f"""
        WITH step AS (
            SELECT id, voucher_id, before, after,
                lag(after) OVER own AS reached, lead(id) OVER own AS following
            FROM bookings_vouchers_step WINDOW own AS (PARTITION BY voucher_id ORDER BY id)
        )
        SELECT v.id AS voucher, 'stands at ' || {life_sql("v")} || ', not ' || step.after AS found
        FROM step JOIN bookings_vouchers_voucher AS v ON v.id = step.voucher_id
        WHERE step.following IS NULL AND step.after <> {life_sql("v")}
        UNION ALL
        SELECT voucher_id, 'goes on at ' || before || ', not ' || reached FROM step
        WHERE before <> reached
        UNION ALL
        SELECT v.id, 'was issued without a step' FROM bookings_vouchers_voucher AS v
        WHERE v.issued_at > (
            SELECT at + interval '1 day' FROM bookings_vouchers_step
            WHERE before = '' ORDER BY id LIMIT 1
        ) AND NOT EXISTS (SELECT 1 FROM bookings_vouchers_step WHERE voucher_id = v.id)
        """  # noqa: S608 - constants
    )
