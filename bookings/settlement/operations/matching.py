"""The statements behind a reconciliation: every row matched and judged, what is missing, the fees.

See docs/algorithms/reconciliation.md. Runs in the caller's transaction.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection

from bookings.ledger import operations as ledger
from bookings.payments import bills
from bookings.settlement.models import Bill

EDGE = timedelta(minutes=15)
"""How far our clock and theirs may be apart."""

_MATCH = """
    WITH said AS MATERIALIZED (
        SELECT * FROM unnest(
            %(line)s::int[], %(said)s::text[], %(provider_no)s::text[], %(payment_no)s::text[],
            %(own_no)s::text[], %(fen)s::bigint[], %(fee_fen)s::bigint[], %(currency)s::text[],
            %(at)s::timestamptz[], %(is_done)s::bool[], %(rate_bp)s::int[], %(fee_currency)s::text[]
        ) AS s(line, said, provider_no, payment_no, own_no, fen, fee_fen, currency, at, is_done, rate_bp,
            fee_currency)
    ), known AS MATERIALIZED (
        SELECT said.*, a.id AS attempt_id, a.state AS a_state, a.captured_fen, a.currency AS a_currency,
            a.created_at AS a_from, a.ended_at AS a_until, a.token AS a_token,
            coalesce(r.id, earlier.refund_id) AS refund_id,
            row_number() OVER (PARTITION BY said.said, said.payment_no, said.own_no, said.is_done
                ORDER BY said.line) AS nth
        FROM said
        LEFT JOIN bookings_payments_attempt AS a
            ON a.token = said.payment_no AND a.provider = %(provider)s
        LEFT JOIN bookings_refunds_refund AS r ON r.token = said.own_no
        LEFT JOIN bookings_refunds_earliertoken AS earlier ON earlier.token = said.own_no
    ), outside AS MATERIALIZED (
        -- Returned in their own office, under a number of theirs: by payment and sum.
        SELECT k.line, r.id AS refund_id FROM (
            SELECT line, attempt_id, fen,
                row_number() OVER (PARTITION BY attempt_id, fen ORDER BY line) AS place
            FROM known WHERE said = 'REFUND' AND refund_id IS NULL AND attempt_id IS NOT NULL
        ) AS k
        JOIN LATERAL (
            SELECT id FROM bookings_refunds_refund AS r
            WHERE r.attempt_id = k.attempt_id AND r.reason = 'OUTSIDE' AND r.amount_fen = k.fen
            ORDER BY id OFFSET k.place - 1 LIMIT 1
        ) AS r ON TRUE
    ), matched AS MATERIALIZED (
        SELECT k.*, coalesce(k.refund_id, outside.refund_id) AS back_id, r.amount_fen,
            r.state AS r_state, r.created_at AS r_from, r.done_at AS r_until, r.paid_out_ref,
            r.twice_at, r.attempt_id AS r_attempt,
            CASE WHEN k.fee_currency IN ('', k.currency)
                THEN coalesce(k.rate_bp, %(agreed_bp)s::int) END AS rate
        FROM known AS k LEFT JOIN outside ON outside.line = k.line
        LEFT JOIN bookings_refunds_refund AS r ON r.id = coalesce(k.refund_id, outside.refund_id)
    ), judged AS MATERIALIZED (
        SELECT m.*, CASE
            WHEN (said = 'PAYMENT' AND attempt_id IS NULL AND back_id IS NULL)
                OR (said = 'REFUND' AND back_id IS NULL AND a_token IS DISTINCT FROM own_no)
                THEN 'UNKNOWN'
            WHEN nth > 1 OR EXISTS (
                SELECT 1 FROM bookings_settlement_billrow AS b
                JOIN bookings_settlement_bill AS f ON f.id = b.bill_id
                WHERE f.provider = %(provider)s AND b.said = m.said AND b.provider_no <> m.provider_no
                    AND CASE WHEN m.back_id IS NULL THEN b.refund_id IS NULL AND b.attempt_id = m.attempt_id
                        ELSE b.refund_id = m.back_id END AND b.is_done = m.is_done
            ) THEN 'TWICE'
            WHEN (said = 'PAYMENT') = (back_id IS NOT NULL)
                OR (said = 'PAYMENT' AND is_done <> (a_state = 'SUCCEEDED'))
                OR (said = 'REFUND' AND (r_attempt IS DISTINCT FROM attempt_id OR is_done <>
                    (r_state IN ('SENT', 'DONE') AND (paid_out_ref = '' OR twice_at IS NOT NULL))))
                THEN 'STATE'
            WHEN currency <> a_currency THEN 'CURRENCY'
            WHEN fen <> CASE said WHEN 'PAYMENT' THEN captured_fen ELSE amount_fen END THEN 'AMOUNT'
            WHEN at < %(since)s OR at >= %(until)s
                OR at < CASE said WHEN 'PAYMENT' THEN a_from ELSE r_from END - %(edge)s
                OR at > CASE said WHEN 'PAYMENT' THEN a_until ELSE coalesce(r_until, %(now)s) END + %(edge)s
                THEN 'PERIOD'
            WHEN rate IS NOT NULL AND said = 'PAYMENT'
                AND abs(fee_fen - %(fixed)s - (fen * rate + 5000) / 10000) > 1 THEN 'FEE'
            WHEN rate IS NOT NULL AND said = 'REFUND'
                AND (fee_fen > 0 OR -fee_fen > (fen * rate + 5000) / 10000 + 1) THEN 'FEE'
        END AS off
        FROM matched AS m
    ), kept AS (
        INSERT INTO bookings_settlement_billrow (bill_id, line, said, provider_no, payment_no, own_no,
            fen, fee_fen, currency, fee_currency, at, is_done, attempt_id, refund_id)
        SELECT %(bill)s, line, said, left(provider_no, 160), left(payment_no, 64), left(own_no, 64),
            fen, fee_fen, currency, coalesce(nullif(fee_currency, ''), currency), at, is_done,
            coalesce(attempt_id, r_attempt), back_id
        FROM judged ORDER BY line
    )
    INSERT INTO bookings_settlement_finding
        (bill_id, off, line, attempt_id, refund_id, theirs, ours, state, words, closed_by)
    SELECT %(bill)s, off, line, attempt_id, back_id,
        left(concat_ws(' ', said, (fen / 100.0)::numeric(14, 2), currency,
            to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), 'fee',
            (fee_fen / 100.0)::numeric(14, 2), CASE WHEN is_done THEN '' ELSE 'failed' END, own_no), 120),
        left(CASE WHEN back_id IS NOT NULL
            THEN concat_ws(' ', 'REFUND', (amount_fen / 100.0)::numeric(14, 2), a_currency, r_state)
            WHEN attempt_id IS NOT NULL
            THEN concat_ws(' ', 'PAYMENT', (captured_fen / 100.0)::numeric(14, 2), a_currency, a_state)
            ELSE '' END, 120), 'OPEN', '', ''
    FROM judged WHERE off IS NOT NULL ORDER BY line
"""

_MISSING = """
    INSERT INTO bookings_settlement_finding
        (bill_id, off, attempt_id, refund_id, theirs, ours, state, words, closed_by)
    SELECT %(bill)s, 'MISSING', id, NULL::bigint, '',
        left(concat_ws(' ', 'PAYMENT', (captured_fen / 100.0)::numeric(14, 2), currency, token), 120),
        'OPEN', '', ''
    FROM bookings_payments_attempt AS a
    WHERE provider = %(provider)s AND state = 'SUCCEEDED' AND ended_at >= %(begins)s
        AND ended_at < %(until)s AND NOT EXISTS (
            SELECT 1 FROM bookings_settlement_billrow AS b WHERE b.attempt_id = a.id AND b.refund_id IS NULL
        )
    UNION ALL
    SELECT %(bill)s, 'MISSING', r.attempt_id, r.id, '',
        left(concat_ws(' ', 'REFUND', (r.amount_fen / 100.0)::numeric(14, 2), a.currency, r.token), 120),
        'OPEN', '', ''
    FROM bookings_refunds_refund AS r JOIN bookings_payments_attempt AS a ON a.id = r.attempt_id
    WHERE a.provider = %(provider)s AND r.state = 'DONE' AND r.paid_out_ref = ''
        AND r.done_at >= %(begins)s AND r.done_at < %(until)s AND NOT EXISTS (
            SELECT 1 FROM bookings_settlement_billrow AS b WHERE b.refund_id = r.id
        )
    ORDER BY 3, 4
"""


def compare(bill: Bill, read: bills.Bill, at: datetime) -> None:
    """Keep every row of a file with what of ours it is, and what is off."""
    if bill.since is None or bill.until is None:
        return
    rate, fixed = settings.PROVIDER_FEES.get(bill.provider, (None, 0))
    values: dict[str, Any] = {
        "bill": bill.pk, "provider": bill.provider, "since": bill.since, "until": bill.until,
        "edge": EDGE, "now": at, "agreed_bp": rate, "fixed": fixed, "begins": _begins_at(bill),
    }  # fmt: skip
    with connection.cursor() as cursor:
        if read.rows:
            cursor.execute(_MATCH, values | _as_columns(read.rows))
        cursor.execute(_MISSING, values)


_FIELDS = (
    "line", "said", "provider_no", "payment_no", "own_no", "fen", "fee_fen", "currency", "at",
    "is_done", "rate_bp", "fee_currency",
)  # fmt: skip


def _as_columns(rows: Sequence[bills.Row]) -> dict[str, list[Any]]:
    return {name: [getattr(row, name) for row in rows] for name in _FIELDS}


def _begins_at(bill: Bill) -> datetime:
    """From when on what is missing counts: what we heard of just after midnight may stand in the file of
    the day before, and is missing only where that was read as well."""
    assert bill.since is not None
    before = Bill.objects.filter(provider=bill.provider, until=bill.since)
    return bill.since if before.exists() else bill.since + EDGE


_FEES = """
    SELECT b.fee_currency, sum(b.fee_fen)::bigint FROM bookings_settlement_billrow AS b
    WHERE b.bill_id = %(bill)s AND NOT EXISTS (
        SELECT 1 FROM bookings_settlement_finding AS f
        WHERE f.bill_id = b.bill_id AND f.line = b.line AND f.off = 'TWICE'
    ) AND NOT EXISTS (
        SELECT 1 FROM bookings_settlement_bill AS other
        JOIN bookings_settlement_billrow AS o ON o.bill_id = other.id
        WHERE other.provider = %(provider)s AND other.id <> b.bill_id AND other.since < %(until)s
            AND other.until > %(since)s AND o.provider_no = b.provider_no
    ) GROUP BY b.fee_currency
"""


def book_fees(bill: Bill, read: bills.Bill, at: datetime) -> int:
    """What the service has kept for itself, an entry a currency; fen of all of them.

    Rows that another file had already, and those that are told twice, do not count.
    """
    if bill.since is None or bill.until is None:
        return 0
    fees = Counter(read.fees_fen)
    with connection.cursor() as cursor:
        cursor.execute(
            _FEES,
            {"bill": bill.pk, "provider": bill.provider, "since": bill.since, "until": bill.until},
        )
        fees.update(dict(cursor.fetchall()))
    ledger.post_many(
        ledger.NewEntry(
            key=f"fees:bill:{bill.pk}:{currency}",
            subject=f"bill:{bill.pk}",
            memo="fees of a payment service",
            postings=[(f"fees:{bill.provider}", fen), (f"provider:{bill.provider}", -fen)],
            region_id=0,
            at=min(at, bill.until),
            currency=currency,
        )
        for currency, fen in sorted(fees.items())
    )
    return sum(fees.values())
