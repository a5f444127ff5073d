"""A payment service's file against our payments and refunds, row by row. See
docs/algorithms/reconciliation.md.

One statement matches every row by our own numbers and says what is off, one finds what is missing, one
entry books the fees. A file is read once: its hash is unique.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from bookings.ledger import operations as ledger
from bookings.payments import bills
from bookings.settlement.models import Bill, Finding
from bookings.settlement.models.bills import FindingState, Off
from kernel.audit import operations as audit
from kernel.errors import Refusal

EDGE = timedelta(minutes=15)
"""How far our clock and theirs may be apart."""

LATE_AFTER = timedelta(days=2)
"""A file of a day that is over for longer came late."""

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
        left(concat_ws(' ', said, fen, currency, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
            'fee', fee_fen, CASE WHEN is_done THEN '' ELSE 'failed' END, own_no), 120),
        left(CASE WHEN back_id IS NOT NULL THEN concat_ws(' ', 'REFUND', amount_fen, a_currency, r_state)
            WHEN attempt_id IS NOT NULL THEN concat_ws(' ', 'PAYMENT', captured_fen, a_currency, a_state)
            ELSE '' END, 120), 'OPEN', '', ''
    FROM judged WHERE off IS NOT NULL ORDER BY line
"""

_MISSING = """
    INSERT INTO bookings_settlement_finding
        (bill_id, off, attempt_id, refund_id, theirs, ours, state, words, closed_by)
    SELECT %(bill)s, 'MISSING', id, NULL::bigint, '',
        left(concat_ws(' ', 'PAYMENT', captured_fen, currency, token), 120), 'OPEN', '', ''
    FROM bookings_payments_attempt AS a
    WHERE provider = %(provider)s AND state = 'SUCCEEDED' AND ended_at >= %(begins)s
        AND ended_at < %(until)s AND NOT EXISTS (
            SELECT 1 FROM bookings_settlement_billrow AS b WHERE b.attempt_id = a.id AND b.refund_id IS NULL
        )
    UNION ALL
    SELECT %(bill)s, 'MISSING', r.attempt_id, r.id, '',
        left(concat_ws(' ', 'REFUND', r.amount_fen, a.currency, r.token), 120), 'OPEN', '', ''
    FROM bookings_refunds_refund AS r JOIN bookings_payments_attempt AS a ON a.id = r.attempt_id
    WHERE a.provider = %(provider)s AND r.state = 'DONE' AND r.paid_out_ref = ''
        AND r.done_at >= %(begins)s AND r.done_at < %(until)s AND NOT EXISTS (
            SELECT 1 FROM bookings_settlement_billrow AS b WHERE b.refund_id = r.id
        )
    ORDER BY 3, 4
"""


class NotOpen(Refusal):
    """A finding is explained once, in words."""

    code = "not_open"
    message = _("Please write down what it was. It may be explained already.")


@dataclass(frozen=True, slots=True)
class Compared:
    """What became of a file. ``is_repeat``: it was read before, and nothing was done."""

    bill: Bill
    found: Mapping[str, int]
    is_repeat: bool = False


def reconcile(
    *,
    provider: str,
    raw: bytes,
    name: str,
    actor: str,
    at: datetime,
    period: tuple[datetime, datetime] | None = None,
) -> Compared:
    """Compare a file with what we know, keep what is off, and book the fees; once for a file.

    ``period`` says from when until when it tells of, where the file does not, or not rightly.

    :raises NotABill: it is no file of this provider.
    """
    sha256 = hashlib.sha256(raw).hexdigest()
    if before := Bill.objects.filter(provider=provider, sha256=sha256).first():
        return Compared(before, _counted(before), is_repeat=True)
    read = bills.read(provider, raw)
    with transaction.atomic(durable=True):
        _one_at_a_time(provider)
        bill, is_new = Bill.objects.get_or_create(
            provider=provider, sha256=sha256, defaults=_columns(read, name, actor, at)
        )
        if is_new:
            bill.since, bill.until = period or _period(read)
            _compare(bill, read, at)
            bill.fees_fen = _book_fees(bill, read, at)
            bill.is_late = bill.until is not None and at > bill.until + LATE_AFTER
            bill.is_short |= bill.until is not None and at < bill.until
            bill.save()
    return Compared(bill, _counted(bill), is_repeat=not is_new)


def _one_at_a_time(provider: str) -> None:
    """Two files of one provider at once would not see each other's rows."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"reconcile:{provider}"])


def _columns(read: bills.Bill, name: str, actor: str, at: datetime) -> dict[str, Any]:
    sums = Counter[str]()
    for row in read.rows:
        sums[row.said] += row.fen
    return {
        "name": name[-200:], "rows": len(read.rows), "other_rows": read.other_rows,
        "payments_fen": sums[bills.Said.PAYMENT], "refunds_fen": sums[bills.Said.REFUND],
        "fees_fen": 0, "is_short": read.is_short, "is_late": False, "actor": actor, "made_at": at,
    }  # fmt: skip


def _period(read: bills.Bill) -> tuple[datetime | None, datetime | None]:
    """What the file says, or the days (of its own zone) that most of its rows are of, in one piece."""
    if read.since is not None and read.until is not None:
        return read.since, read.until
    if not read.rows:
        return None, None
    days = Counter(row.at.date() for row in read.rows)
    usual = max(days.values()) // 20
    dense = [day for day, count in days.items() if count > usual]
    first = read.rows[0].at.replace(hour=0, minute=0, second=0, microsecond=0)
    begin, end = (
        first.replace(year=day.year, month=day.month, day=day.day)
        for day in (min(dense), max(dense))
    )
    return begin, end + timedelta(days=1)


def _compare(bill: Bill, read: bills.Bill, at: datetime) -> None:
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


def _book_fees(bill: Bill, read: bills.Bill, at: datetime) -> int:
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


def _counted(bill: Bill) -> dict[str, int]:
    """How many findings of each kind, those without any left out."""
    found = Counter(bill.findings.values_list("off", flat=True))
    return {off.value: found[off.value] for off in Off if found[off.value]}


def explain(*, finding_id: int, words: str, actor: str, at: datetime) -> None:
    """Somebody has found out what a finding was.

    :raises NotOpen: nothing is written, or it is explained already.
    """
    with transaction.atomic(durable=True):
        still_open = Finding.objects.filter(pk=finding_id, state=FindingState.OPEN)
        if not words.strip() or not still_open.update(
            state=FindingState.EXPLAINED, words=words.strip()[:300], closed_by=actor, closed_at=at
        ):
            raise NotOpen
        audit.record(
            actor=actor,
            action="finding.explain",
            subject=f"finding:{finding_id}",
            facts={"words": words.strip()[:300]},
            at=at,
        )
