"""What must hold of numbers that a desk sells without a network."""

from collections.abc import Sequence
from datetime import datetime

from kernel.invariants import GRACE, rows, rule

_BALANCE = """
    SELECT b.id AS block, b.closed_at, coalesce((
            SELECT sum(p.amount_fen) FROM bookings_ledger_posting AS p WHERE p.account = 'block:' || b.id
        ), 0) AS stands_at_fen, coalesce((
            SELECT sum(n.price_fen - n.returned_fen) FROM bookings_desk_blocknumber AS n
            WHERE n.block_id = b.id AND n.token <> ''
                AND NOT EXISTS (SELECT 1 FROM bookings_cash_taking AS t WHERE t.token = n.token)
        ), 0) AS reserved_fen
    FROM bookings_desk_numberblock AS b
"""
_OPEN_WITHOUT_BOOKS = """
    WITH block AS (
        INSERT INTO bookings_desk_numberblock
            (organisation_id, clerk_id, region_id, device_key, kind, ref, reserved_at)
        VALUES (0, 0, 0, 'breach', 'breach', 'breach', %(at)s) RETURNING id
    )
    INSERT INTO bookings_desk_blocknumber
        (block_id, number, order_id, price_fen, returned_fen, token, state)
    SELECT id, 1, 0, 100, 0, 'breach', 'RESERVED' FROM block
"""
_CLOSED_WITH_ONE_LEFT = """
    WITH block AS (
        INSERT INTO bookings_desk_numberblock
            (organisation_id, clerk_id, region_id, device_key, kind, ref, reserved_at, closed_at)
        VALUES (0, 0, 0, 'breach', 'breach', 'breach', %(at)s, %(at)s - interval '1 hour') RETURNING id
    )
    INSERT INTO bookings_desk_blocknumber
        (block_id, number, order_id, price_fen, returned_fen, token, state)
    SELECT id, 1, 0, 100, 0, '', 'RESERVED' FROM block
"""


@rule("blocks-hold-what-is-reserved", breach=_OPEN_WITHOUT_BOOKS)
def blocks_hold_what_is_reserved(at: datetime) -> Sequence[str]:
    """What a block stands at in the books is the price of its numbers neither sold nor given back."""
    return rows(
        f"SELECT block, stands_at_fen, reserved_fen FROM ({_BALANCE}) AS s"  # noqa: S608 - a constant
        " WHERE stands_at_fen <> reserved_fen ORDER BY block"
    )


@rule("a-closed-block-has-no-number-left", breach=_CLOSED_WITH_ONE_LEFT)
def a_closed_block_has_no_number_left(at: datetime) -> Sequence[str]:
    """Once a block is closed, each of its numbers was sold or given back."""
    return rows(
        """
        SELECT n.block_id AS block, n.number FROM bookings_desk_blocknumber AS n
            JOIN bookings_desk_numberblock AS b ON b.id = n.block_id
        WHERE b.closed_at < %s AND n.state = 'RESERVED' ORDER BY n.block_id, n.number
        """,
        at - GRACE,
    )
