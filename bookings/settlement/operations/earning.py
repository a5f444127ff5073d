"""Tell the suppliers' postings once each, and book the commission on what they have earned.

Set-based: a night's or a month's postings in a handful of statements. See docs/algorithms/commission.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction

from bookings.ledger import operations as ledger
from bookings.settlement.models.earnings import EARNED

BATCH = 2_000
"""Postings of one transaction."""

LOOK_BACK = 100_000
"""How many postings a quick look goes back: what was given an id before, and committed after."""

KIND = """CASE coalesce(undone.memo, e.memo)
    WHEN 'used by the holder' THEN CASE WHEN p.amount_fen < 0 THEN 'USED' ELSE 'REFUNDED' END
    WHEN 'expired unused' THEN 'EXPIRED'
    WHEN 'expired and used after all' THEN 'EXPIRED'
    WHEN 'metered' THEN 'METERED'
    WHEN 'cancelled' THEN CASE WHEN p.amount_fen < 0 THEN 'KEPT' ELSE 'REFUNDED' END
    WHEN 'changed' THEN 'KEPT'
    WHEN 'deposit kept' THEN 'DEPOSIT'
    WHEN 'deposit taken' THEN 'DEPOSIT'
    WHEN 'commission' THEN CASE WHEN undone.id IS NULL THEN 'COMMISSION' ELSE 'ADJUSTMENT' END
    ELSE 'ADJUSTMENT'
END"""
"""Why a posting ``p`` of an entry ``e``, or of what took the entry ``undone`` back, moved its account."""

PAID_OUT = "('paid out to the supplier', 'payout came back')"
"""Memos of what is paid out of a statement, or came back. No earning: it would be on the next one."""

_TELL = f"""
    INSERT INTO bookings_settlement_earning
        (posting_id, entry_id, organisation_id, region_id, currency, kind, line_id, fen, at)
    SELECT p.id, e.id, split_part(p.account, ':', 2)::bigint, e.region_id, p.currency,
        {KIND},
        coalesce(
            substring(coalesce(undone.key, e.key) FROM ':line:([0-9]+)')::bigint, made.line_id
        ), -p.amount_fen, e.at
    FROM bookings_ledger_posting AS p
    JOIN bookings_ledger_entry AS e ON e.id = p.entry_id
    LEFT JOIN bookings_ledger_entry AS undone
        ON e.key LIKE 'reversal:%%' AND undone.id = substring(e.key FROM ':([0-9]+)$')::bigint
    LEFT JOIN bookings_orders_change AS made
        ON e.memo = 'changed' AND made.id = substring(e.key FROM '^changed:([0-9]+)')::bigint
    WHERE p.account LIKE 'revenue:%%' AND p.id > %s
        AND coalesce(undone.memo, e.memo) NOT IN {PAID_OUT}
        AND (%s::text[] IS NULL OR e.key = ANY(%s))
        AND NOT EXISTS (
            SELECT 1 FROM bookings_settlement_earning AS told WHERE told.posting_id = p.id
        )
    ORDER BY p.id LIMIT %s
    ON CONFLICT (posting_id) DO NOTHING
    RETURNING posting_id, line_id, kind
"""  # noqa: S608 - constants

_FREEZE = """
    INSERT INTO bookings_settlement_linerate (line_id, rate_id, permille, fixed_fen, price_fen)
    SELECT line.id, rate.id, rate.permille,
        rate.per_line_fen + rate.per_part_fen * jsonb_array_length(line.parts), line.price_fen
    FROM bookings_orders_line AS line
    JOIN bookings_orders_order AS o ON o.id = line.order_id
    JOIN LATERAL (
        SELECT id FROM bookings_settlement_contract
        WHERE organisation_id = line.supplier_id AND valid_from <= o.placed_at
        ORDER BY valid_from DESC LIMIT 1
    ) AS contract ON TRUE
    JOIN LATERAL (
        SELECT * FROM bookings_settlement_rate
        WHERE contract_id = contract.id AND kind IN (line.kind, '')
        ORDER BY kind DESC LIMIT 1
    ) AS rate ON TRUE
    WHERE line.id = ANY(%s)
    ORDER BY line.id
    ON CONFLICT (line_id) DO NOTHING
"""

COMMISSION = """
    CASE WHEN {earned} <= 0 THEN 0 ELSE least({earned},
        ({earned} * rate.permille + 500) / 1000
        + CASE WHEN rate.price_fen = 0 THEN 0
            ELSE (2 * rate.fixed_fen * least({earned}, rate.price_fen) + rate.price_fen)
                / (2 * rate.price_fen) END)
    END
"""
"""What is kept of a line that has earned so much in all (SQL, rounded half up to whole fen).

Of the sum as it stands: it comes to the same in whatever order things are used and given back, and to
nothing where everything is given back."""

_OWED = f"""
    SELECT line_id, organisation_id, order_id, currency, region_id, at, last_id, owed - booked
    FROM (
        SELECT sums.*, line.order_id, {COMMISSION.format(earned="sums.earned")} AS owed
        FROM (
            SELECT line_id, organisation_id, currency, region_id, max(posting_id) AS last_id,
                max(at) FILTER (WHERE kind <> 'COMMISSION') AS at,
                coalesce(sum(fen) FILTER (WHERE kind = ANY(%s)), 0)::bigint AS earned,
                coalesce(-sum(fen) FILTER (WHERE kind = 'COMMISSION'), 0)::bigint AS booked
            FROM bookings_settlement_earning WHERE line_id = ANY(%s)
            GROUP BY line_id, organisation_id, currency, region_id
        ) AS sums
        JOIN bookings_settlement_linerate AS rate ON rate.line_id = sums.line_id
        JOIN bookings_orders_line AS line ON line.id = sums.line_id
    ) AS found
    WHERE owed <> booked ORDER BY line_id
"""  # noqa: S608 - a constant


def take_up(*, all_of_them: bool = True) -> int:
    """Tell every posting of suppliers that was not told yet, and book its commission; how many.

    Repeating it changes nothing; two at once wait for each other at the same posting. Without
    ``all_of_them`` only the newest postings are looked at, which is quick.
    """
    after, count = 0 if all_of_them else _newest() - LOOK_BACK, 0
    while told := _take_up_some(after):
        after, count = max(told), count + len(told)
    return count


def _take_up_some(after: int) -> list[int]:
    """A batch of its own: a month at once would lock for long and run into the statement's time."""
    with transaction.atomic():
        told = _tell(after)
        lines = sorted({line for _id, line, kind in told if line and kind in EARNED})
        if lines:
            run(_FREEZE, lines)
            entries = [_commission(row) for row in run(_OWED, list(EARNED), lines)]
            if ledger.post_many(entries):
                _tell(after, keys=[entry.key for entry in entries])
    return [posting_id for posting_id, _line, _kind in told]


def _tell(after: int, keys: list[str] | None = None) -> list[tuple[int, int | None, str]]:
    return [(row[0], row[1], row[2]) for row in run(_TELL, after, keys, keys, BATCH)]


def _commission(row: Sequence[Any]) -> ledger.NewEntry:
    line_id, organisation_id, order_id, currency, region_id, at, last_id, fen = row
    return ledger.NewEntry(
        key=f"commission:line:{line_id}:{last_id}",
        subject=f"order:{order_id}",
        memo="commission",
        postings=[(f"revenue:{organisation_id}", fen), (f"commission:{organisation_id}", -fen)],
        region_id=region_id,
        currency=currency,
        at=at,
    )


def _newest() -> int:
    [(newest,)] = run("SELECT coalesce(max(posting_id), 0) FROM bookings_settlement_earning")
    return int(newest)


def run(sql: str, *values: Any) -> list[tuple[Any, ...]]:
    """Execute a statement; its rows, where it has any."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall() if cursor.description else []
