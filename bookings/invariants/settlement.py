"""Suppliers = contracts = ledger."""

from collections.abc import Sequence
from datetime import datetime

from bookings.settlement.models.earnings import EARNED
from bookings.settlement.operations.earning import COMMISSION
from kernel.invariants import rows, rule


@rule(
    "earnings-equal-ledger",
    breach="""
    UPDATE bookings_settlement_earning SET organisation_id = 0
    WHERE id = (SELECT min(id) FROM bookings_settlement_earning)
    """,
)
def earnings_equal_ledger(at: datetime) -> Sequence[str]:
    """What a supplier is told to have earned is what the books say, posting by posting."""
    return rows(
        """
        SELECT told.id AS earning, told.fen, -p.amount_fen AS ledger_fen, p.account
        FROM bookings_settlement_earning AS told
        LEFT JOIN bookings_ledger_posting AS p ON p.id = told.posting_id
        WHERE p.id IS NULL OR p.entry_id <> told.entry_id OR p.amount_fen <> -told.fen
            OR p.currency <> told.currency OR p.account <> 'revenue:' || told.organisation_id
        """
    )


@rule(
    "commission-by-contract",
    breach="""
    UPDATE bookings_settlement_linerate SET rate_id = 0
    WHERE line_id = (SELECT min(line_id) FROM bookings_settlement_linerate)
    """,
)
def commission_by_contract(at: datetime) -> Sequence[str]:
    """Of each line is kept what the contract says that was valid when it was bought."""
    return rows(
        f"""
        SELECT sums.line_id AS line, kept.rate_id AS kept_rate, rate.id AS rate, sums.earned AS earned_fen,
            sums.booked AS commission_fen
        FROM (
            SELECT line_id, coalesce(sum(fen) FILTER (WHERE kind = ANY(%s)), 0)::bigint AS earned,
                coalesce(-sum(fen) FILTER (WHERE kind = 'COMMISSION'), 0)::bigint AS booked
            FROM bookings_settlement_earning WHERE line_id IS NOT NULL GROUP BY line_id
            HAVING bool_or(kind = ANY(%s))
        ) AS sums
        JOIN bookings_orders_line AS line ON line.id = sums.line_id
        JOIN bookings_orders_order AS o ON o.id = line.order_id
        LEFT JOIN bookings_settlement_linerate AS kept ON kept.line_id = line.id
        LEFT JOIN LATERAL (
            SELECT id FROM bookings_settlement_contract
            WHERE organisation_id = line.supplier_id AND valid_from <= o.placed_at
            ORDER BY valid_from DESC LIMIT 1
        ) AS contract ON TRUE
        LEFT JOIN LATERAL (
            SELECT r.id, r.permille, line.price_fen,
                r.per_line_fen + r.per_part_fen * jsonb_array_length(line.parts) AS fixed_fen
            FROM bookings_settlement_rate AS r
            WHERE r.contract_id = contract.id AND r.kind IN (line.kind, '')
            ORDER BY r.kind DESC LIMIT 1
        ) AS rate ON TRUE
        WHERE kept.rate_id IS DISTINCT FROM rate.id
            OR sums.booked <> CASE WHEN rate.id IS NULL THEN 0
                ELSE {COMMISSION.format(earned="sums.earned")} END
        """,  # noqa: S608 - a constant
        list(EARNED),
        list(EARNED),
    )


@rule(
    "expired-by-contract",
    breach="""
    WITH entry AS (
        INSERT INTO bookings_ledger_entry (key, subject, memo, region_id, at)
        VALUES ('expired:line:0', 'breach', 'expired unused', 0, %(at)s) RETURNING id
    )
    INSERT INTO bookings_ledger_posting (entry_id, account, amount_fen, currency)
    SELECT entry.id, leg.account, leg.fen, 'CNY'
    FROM entry, (VALUES ('supplier:0', 1), ('breakage:0', -1)) AS leg(account, fen)
    """,
)
def expired_by_contract(at: datetime) -> Sequence[str]:
    """What expired unused is in the books whose it is by the contract that was valid when it was bought."""
    return rows(
        """
        WITH moved AS (
            SELECT substring(e.key FROM ':line:([0-9]+)')::bigint AS line_id, p.account,
                -sum(p.amount_fen) AS fen
            FROM bookings_ledger_entry AS e
            JOIN bookings_ledger_posting AS p ON p.entry_id = e.id
            WHERE e.memo IN ('expired unused', 'expired and used after all')
                AND p.account NOT LIKE 'supplier:%%'
            GROUP BY 1, 2
        ), meant AS (
            SELECT part.line_id, CASE WHEN contract.expired = 'PLATFORM' THEN 'breakage:'
                ELSE 'revenue:' END || line.supplier_id AS account, sum(part.fen) AS fen
            FROM bookings_settlement_expiredpart AS part
            JOIN bookings_orders_line AS line ON line.id = part.line_id
            JOIN bookings_orders_order AS o ON o.id = line.order_id
            LEFT JOIN LATERAL (
                SELECT expired FROM bookings_settlement_contract
                WHERE organisation_id = line.supplier_id AND valid_from <= o.placed_at
                ORDER BY valid_from DESC LIMIT 1
            ) AS contract ON TRUE
            WHERE part.undone_at IS NULL
            GROUP BY 1, 2
        )
        SELECT coalesce(meant.line_id, moved.line_id) AS line,
            coalesce(meant.account, moved.account) AS account, meant.fen, moved.fen AS ledger_fen
        FROM meant FULL JOIN moved USING (line_id, account)
        WHERE coalesce(meant.fen, 0) <> coalesce(moved.fen, 0)
        """
    )


@rule(
    "statement-equals-ledger",
    breach="""
    UPDATE bookings_settlement_statement SET used_fen = used_fen + 1, balance_fen = balance_fen + 1
    WHERE id = (SELECT max(id) FROM bookings_settlement_statement)
    """,
)
def statement_equals_ledger(at: datetime) -> Sequence[str]:
    """A supplier's statement is what the books say of its month, kind by kind, and what the last one left."""
    return rows(
        """
        SELECT s.id AS statement, s.balance_fen, coalesce(sums.fen, 0) AS ledger_fen, s.carried_fen,
            coalesce(last.owed, 0) AS left_by_the_last_fen
        FROM bookings_settlement_statement AS s
        LEFT JOIN LATERAL (
            SELECT -sum(p.amount_fen) AS fen, count(*) AS rows,
                -sum(p.amount_fen) FILTER (WHERE e.kind = 'USED') AS used,
                -sum(p.amount_fen) FILTER (WHERE e.kind = 'EXPIRED') AS expired,
                -sum(p.amount_fen) FILTER (WHERE e.kind = 'KEPT') AS kept,
                -sum(p.amount_fen) FILTER (WHERE e.kind = 'METERED') AS metered,
                -sum(p.amount_fen) FILTER (WHERE e.kind = 'REFUNDED') AS refunded,
                -sum(p.amount_fen) FILTER (WHERE e.kind = 'DEPOSIT') AS deposits,
                -sum(p.amount_fen) FILTER (WHERE e.kind = 'COMMISSION') AS commission,
                -sum(p.amount_fen) FILTER (WHERE e.kind = 'ADJUSTMENT') AS adjusted
            FROM bookings_settlement_earning AS e
            JOIN bookings_ledger_posting AS p ON p.id = e.posting_id
            WHERE e.statement_id = s.id
        ) AS sums ON TRUE
        LEFT JOIN LATERAL (
            SELECT least(balance_fen, 0) AS owed FROM bookings_settlement_statement AS before
            WHERE before.organisation_id = s.organisation_id AND before.region_id = s.region_id
                AND before.currency = s.currency AND before.month < s.month
            ORDER BY month DESC LIMIT 1
        ) AS last ON TRUE
        WHERE (s.carried_fen, s.used_fen, s.expired_fen, s.kept_fen, s.metered_fen, s.refunded_fen,
            s.deposits_fen, s.commission_fen, s.adjusted_fen, s.balance_fen, s.rows)
            IS DISTINCT FROM (coalesce(last.owed, 0), coalesce(sums.used, 0), coalesce(sums.expired, 0),
            coalesce(sums.kept, 0), coalesce(sums.metered, 0), coalesce(sums.refunded, 0),
            coalesce(sums.deposits, 0), coalesce(sums.commission, 0), coalesce(sums.adjusted, 0),
            s.carried_fen + coalesce(sums.fen, 0), coalesce(sums.rows, 0))
        """
    )


@rule(
    "payouts-equal-ledger",
    breach="""
    INSERT INTO bookings_settlement_payout (statement_id, account_id, fen, state, asked_by, asked_at,
        approved_by, booked_at, reference, why)
    SELECT max(id), 0, 1, 'DUE', 'breach', %(at)s, '', %(at)s, '', '' FROM bookings_settlement_statement
    """,
)
def payouts_equal_ledger(at: datetime) -> Sequence[str]:
    """What is paid out is a confirmed statement's whole balance, and what the books say, both ways."""
    return rows(
        """
        WITH booked AS (
            SELECT coalesce(undone.key, e.key) AS key, p.account, p.currency, sum(p.amount_fen) AS fen
            FROM bookings_ledger_entry AS e
            LEFT JOIN bookings_ledger_entry AS undone
                ON e.key LIKE 'reversal:%%' AND undone.id = substring(e.key FROM ':([0-9]+)$')::bigint
            JOIN bookings_ledger_posting AS p ON p.entry_id = e.id
            WHERE coalesce(undone.memo, e.memo) IN ('paid out to the supplier', 'payout came back')
            GROUP BY 1, 2, 3
        ), moved AS (
            SELECT substring(key FROM ':([0-9]+)$')::bigint AS payout_id, account, currency,
                sum(fen) AS fen
            FROM booked GROUP BY 1, 2, 3
        ), meant AS (
            SELECT payout.id AS payout_id, leg.account, s.currency, leg.fen,
                s.state = 'CONFIRMED' AND payout.fen = s.balance_fen AS is_right
            FROM bookings_settlement_payout AS payout
            JOIN bookings_settlement_statement AS s ON s.id = payout.statement_id
            CROSS JOIN LATERAL (VALUES
                ('revenue:' || s.organisation_id,
                    CASE WHEN payout.state IN ('DUE', 'SENT') THEN payout.fen ELSE 0 END),
                ('bank:payouts',
                    CASE WHEN payout.state IN ('DUE', 'SENT') THEN -payout.fen ELSE 0 END)
            ) AS leg(account, fen)
        )
        SELECT coalesce(meant.payout_id, moved.payout_id) AS payout,
            coalesce(meant.account, moved.account) AS account, meant.fen, moved.fen AS ledger_fen
        FROM meant FULL JOIN moved USING (payout_id, account, currency)
        WHERE coalesce(meant.fen, 0) <> coalesce(moved.fen, 0) OR NOT coalesce(is_right, FALSE)
        """
    )


@rule(
    "closed-month-stays",
    breach="""
    INSERT INTO bookings_settlement_monthclose (region_id, month, since, until, last_entry_id, entries,
        debits_fen, sha256, actor, closed_at)
    VALUES (0, '2000-01-01', '2000-01-01', '2000-02-01', 0, 1, 0, '', 'breach', %(at)s)
    """,
)
def closed_month_stays(at: datetime) -> Sequence[str]:
    """The books up to the last closed month have as many entries and debits as when it was closed."""
    return rows(
        """
        SELECT close.id AS close, close.entries, close.debits_fen, now.entries AS entries_now,
            now.debits_fen AS debits_now_fen
        FROM bookings_settlement_monthclose AS close
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(each.debits_fen), 0) AS debits_fen, count(*) AS entries
            FROM bookings_ledger_entry AS e
            CROSS JOIN LATERAL (
                SELECT sum(p.amount_fen) AS debits_fen FROM bookings_ledger_posting AS p
                WHERE p.entry_id = e.id AND p.amount_fen > 0
            ) AS each
            WHERE e.region_id = close.region_id AND e.at < close.until AND e.id <= close.last_entry_id
        ) AS now
        WHERE close.id IN (
            SELECT DISTINCT ON (region_id) id FROM bookings_settlement_monthclose
            ORDER BY region_id, month DESC
        ) AND (close.entries, close.debits_fen) <> (now.entries, now.debits_fen)
        """
    )
