"""Statements by supplier and month: build, send, confirm, dispute. See docs/algorithms/statements.md.

Set-based: a region's month in a handful of statements, however many suppliers it has. Every write is
guarded by the statement's state, so that what is sent stays as it was sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from bookings.ledger import operations as ledger
from bookings.settlement.models import Rate, Statement, StatementNote, StatementState
from bookings.settlement.models.contracts import WHOLE, read_steps
from bookings.settlement.models.earnings import EARNED
from bookings.settlement.operations.alarms import tell_beyond
from bookings.settlement.operations.earning import run, take_up
from kernel.audit import operations as audit
from kernel.errors import Refusal
from kernel.places.models import Region

SETTLING = timedelta(days=2)
"""So long after its end a month still grows: what workers and payment services say late."""


class NotOver(Refusal):
    """A statement is sent when its month is over."""

    code = "not_over"
    message = _("%(statement)s can be sent when the month is over, and once.")


class NotWaiting(Refusal):
    """Only what was sent, and is not confirmed, is confirmed or disputed."""

    code = "not_waiting"
    message = _("This statement does not wait for the supplier (any more).")


class NothingSaid(Refusal):
    """A note has words."""

    code = "nothing_said"
    status = 400
    message = _("Please write down what it is about.")


_BEGIN = """
    INSERT INTO bookings_settlement_statement (organisation_id, region_id, month, currency, state,
        carried_fen, used_fen, expired_fen, kept_fen, metered_fen, refunded_fen, deposits_fen,
        commission_fen, adjusted_fen, balance_fen, rows, is_beyond, built_at, confirmed_by)
    SELECT who.organisation_id, %(region)s, %(month)s, who.currency, 'OPEN',
        coalesce(last.owed, 0), 0, 0, 0, 0, 0, 0, 0, 0, coalesce(last.owed, 0), 0, FALSE, %(at)s, ''
    FROM (
        SELECT organisation_id, currency FROM bookings_settlement_earning
        WHERE region_id = %(region)s AND statement_id IS NULL AND at < %(until)s
        UNION
        SELECT organisation_id, currency FROM bookings_settlement_statement
        WHERE region_id = %(region)s AND month < %(month)s AND balance_fen < 0
    ) AS who
    LEFT JOIN LATERAL (
        SELECT month, least(balance_fen, 0) AS owed FROM bookings_settlement_statement AS s
        WHERE s.organisation_id = who.organisation_id AND s.region_id = %(region)s
            AND s.currency = who.currency
        ORDER BY month DESC LIMIT 1
    ) AS last ON TRUE
    WHERE last.month IS NULL OR (last.month < %(month)s AND (last.owed < 0 OR EXISTS (
        SELECT 1 FROM bookings_settlement_earning AS e
        WHERE e.organisation_id = who.organisation_id AND e.region_id = %(region)s
            AND e.currency = who.currency AND e.statement_id IS NULL AND e.at < %(until)s
    )))
    ORDER BY who.organisation_id, who.currency
    ON CONFLICT DO NOTHING
"""

_ASSIGN = """
    UPDATE bookings_settlement_earning AS e SET statement_id = s.id
    FROM bookings_settlement_statement AS s
    WHERE s.region_id = %(region)s AND s.month = %(month)s AND s.state = 'OPEN'
        AND e.region_id = s.region_id AND e.organisation_id = s.organisation_id
        AND e.currency = s.currency AND e.statement_id IS NULL AND e.at < %(until)s
"""

_OPEN = """
    SELECT id FROM bookings_settlement_statement
    WHERE region_id = %s AND month = %s AND state = 'OPEN' ORDER BY id FOR NO KEY UPDATE
"""

_ADD_UP = """
    UPDATE bookings_settlement_statement AS s SET
        used_fen = sums.used, expired_fen = sums.expired, kept_fen = sums.kept,
        metered_fen = sums.metered, refunded_fen = sums.refunded, deposits_fen = sums.deposits,
        commission_fen = sums.commission, adjusted_fen = sums.adjusted,
        balance_fen = s.carried_fen + sums.fen, rows = sums.rows, built_at = %s,
        is_beyond = s.carried_fen + sums.fen < -coalesce((
            SELECT guarantee_fen FROM bookings_settlement_contract AS c
            WHERE c.organisation_id = s.organisation_id AND c.valid_from <= %s
            ORDER BY valid_from DESC LIMIT 1
        ), 0)
    FROM (
        SELECT each.id,
            coalesce(sum(fen) FILTER (WHERE kind = 'USED'), 0) AS used,
            coalesce(sum(fen) FILTER (WHERE kind = 'EXPIRED'), 0) AS expired,
            coalesce(sum(fen) FILTER (WHERE kind = 'KEPT'), 0) AS kept,
            coalesce(sum(fen) FILTER (WHERE kind = 'METERED'), 0) AS metered,
            coalesce(sum(fen) FILTER (WHERE kind = 'REFUNDED'), 0) AS refunded,
            coalesce(sum(fen) FILTER (WHERE kind = 'DEPOSIT'), 0) AS deposits,
            coalesce(sum(fen) FILTER (WHERE kind = 'COMMISSION'), 0) AS commission,
            coalesce(sum(fen) FILTER (WHERE kind = 'ADJUSTMENT'), 0) AS adjusted,
            coalesce(sum(fen), 0) AS fen, count(fen) AS rows
        FROM bookings_settlement_statement AS each
        LEFT JOIN bookings_settlement_earning AS e ON e.statement_id = each.id
        WHERE each.id = ANY(%s) GROUP BY each.id
    ) AS sums
    WHERE s.id = sums.id AND s.state = 'OPEN'
"""

_TURNOVER = """
    SELECT e.statement_id, rate.rate_id, sum(e.fen)::bigint
    FROM bookings_settlement_earning AS e
    JOIN bookings_settlement_linerate AS rate ON rate.line_id = e.line_id
    JOIN bookings_settlement_rate AS r ON r.id = rate.rate_id
    WHERE e.statement_id = ANY(%s) AND e.kind = ANY(%s) AND r.steps <> ''
    GROUP BY e.statement_id, rate.rate_id ORDER BY 1, 2
"""

_ASSIGN_STEPS = """
    UPDATE bookings_settlement_earning AS e
    SET statement_id = substring(entry.key FROM '^steps:statement:([0-9]+):')::bigint
    FROM bookings_ledger_entry AS entry
    WHERE entry.key = ANY(%s) AND e.entry_id = entry.id AND e.statement_id IS NULL
"""


def make_statements(*, region: Region, month: date, at: datetime) -> int:
    """Put what has been told until the end of a month on its statements; how many are running.

    ``month`` is its first day. Statements of earlier months are sent first: from then on what comes
    late is on this one. Repeating it adds what has come since.

    :raises ValueError: the month has not begun.
    """
    if at < region.at(month, time(0)):
        raise ValueError(f"{month:%Y-%m} has not begun")
    until = month_end(region, month)
    with transaction.atomic():
        _one_at_a_time(region)
        for earlier in _running_months(region, before=month):
            _send(_locked(region, earlier), region, earlier, at)
        values: dict[str, Any] = {"region": region.pk, "month": month, "until": until, "at": at}
        with connection.cursor() as cursor:
            cursor.execute(_BEGIN, values)
        found = _locked(region, month)
        with connection.cursor() as cursor:
            cursor.execute(_ASSIGN, values)
        _add_up(found, at)
        _forget_older_debts(region, month)
        tell_beyond(found, at)
    return len(found)


def make_all_statements(*, at: datetime) -> int:
    """The statements of every region's month; in its first days, of the one before. How many are running."""
    found = 0
    for region in Region.objects.order_by("pk"):
        month = region.local_date(at - SETTLING).replace(day=1)
        found += make_statements(region=region, month=month, at=at)
    return found


def send(*, statement_id: int, actor: str, at: datetime) -> Statement:
    """Send a statement whose month is over; the steps by its turnover are booked with it.

    :raises NotOver: it is not, or it was sent before.
    """
    with transaction.atomic(durable=True):
        found = Statement.objects.select_related("region", "organisation").get(pk=statement_id)
        _one_at_a_time(found.region)
        mine = Statement.objects.select_for_update(no_key=True, of=("self",)).filter(
            pk=statement_id, state=StatementState.OPEN
        )
        if at < month_end(found.region, found.month) or not mine.exists():
            raise NotOver(statement=str(found))
        _send([found.pk], found.region, found.month, at)
        _note("statement.send", found, actor, at)
        found.refresh_from_db()
    return found


def confirm(*, statement_id: int, actor: str, at: datetime) -> Statement:
    """The supplier agrees to a statement. :raises NotWaiting: it does not wait for that."""
    with transaction.atomic(durable=True):
        waiting = Statement.objects.filter(
            pk=statement_id, state__in=(StatementState.SENT, StatementState.DISPUTED)
        )
        if not waiting.update(state=StatementState.CONFIRMED, confirmed_by=actor, confirmed_at=at):
            raise NotWaiting
        found = Statement.objects.get(pk=statement_id)
        _note("statement.confirm", found, actor, at)
    return found


def dispute(*, statement_id: int, words: str, actor: str, at: datetime) -> Statement:
    """The supplier does not agree, and says why; again, for more words.

    :raises NothingSaid: no words. :raises NotWaiting: it is not sent, or confirmed.
    """
    with transaction.atomic(durable=True):
        waiting = Statement.objects.filter(
            pk=statement_id, state__in=(StatementState.SENT, StatementState.DISPUTED)
        )
        if not waiting.update(state=StatementState.DISPUTED):
            raise NotWaiting
        found = Statement.objects.get(pk=statement_id)
        _say(found, words, actor, at, is_platform=False)
        _note("statement.dispute", found, actor, at)
    return found


def answer(*, statement_id: int, words: str, actor: str, at: datetime) -> Statement:
    """The platform answers a dispute; what it corrects is an adjustment on the next statement.

    :raises NothingSaid: no words. :raises NotWaiting: it is not disputed.
    """
    with transaction.atomic(durable=True):
        disputed = Statement.objects.filter(pk=statement_id, state=StatementState.DISPUTED)
        found = disputed.select_for_update(no_key=True).first()
        if found is None:
            raise NotWaiting
        _say(found, words, actor, at, is_platform=True)
        _note("statement.answer", found, actor, at)
    return found


def month_end(region: Region, month: date) -> datetime:
    """The first moment after a month, by the region's clock."""
    return region.at((month + timedelta(days=32)).replace(day=1), time(0))


def steps_fen(turnover_fen: int, permille: int, steps: str) -> int:
    """How much more (or, below zero, less) the steps take of a month's turnover than its thousandths did.

    Rounded half up to whole fen, of the sum.
    """
    ladder = read_steps(steps)
    tops = [fen for fen, _permille in ladder[1:]] + [turnover_fen]
    thousandths = sum(
        max(min(turnover_fen, top) - begins, 0) * (share - permille)
        for (begins, share), top in zip(ladder, tops, strict=True)
    )
    return (thousandths + WHOLE // 2) // WHOLE


def _send(ids: Sequence[int], region: Region, month: date, at: datetime) -> None:
    """Book the steps of these running statements, and close them; they are locked."""
    if not ids:
        return
    if keys := _book_steps(ids, region, month):
        take_up(all_of_them=False)
        with connection.cursor() as cursor:
            cursor.execute(_ASSIGN_STEPS, [keys])
        _add_up(ids, at)
    Statement.objects.filter(pk__in=ids, state=StatementState.OPEN).update(
        state=StatementState.SENT, sent_at=at
    )


def _book_steps(ids: Sequence[int], region: Region, month: date) -> list[str]:
    """Post what the steps change, an entry a statement and rate; their keys."""
    turnover = run(_TURNOVER, list(ids), list(EARNED))
    rates = Rate.objects.in_bulk({rate_id for _statement, rate_id, _fen in turnover})
    owners = Statement.objects.in_bulk({statement for statement, _rate, _fen in turnover})
    entries = []
    for statement_id, rate_id, earned in turnover:
        rate, owner = rates[rate_id], owners[statement_id]
        fen = steps_fen(earned, rate.permille, rate.steps)
        entries.append(
            ledger.NewEntry(
                key=f"steps:statement:{statement_id}:{rate_id}",
                subject=owner.subject,
                memo="steps of the month",
                postings=[
                    (f"revenue:{owner.organisation_id}", fen),
                    (f"commission:{owner.organisation_id}", -fen),
                ],
                region_id=region.pk,
                currency=owner.currency,
                at=month_end(region, month) - timedelta(microseconds=1),
            )
        )
    ledger.post_many(entries)
    return [entry.key for entry in entries if entry.legs]


def _one_at_a_time(region: Region) -> None:
    """Two who build at once would carry over what the other has not added up yet."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"statements:{region.pk}"])


def _running_months(region: Region, *, before: date) -> list[date]:
    running = Statement.objects.filter(region=region, state=StatementState.OPEN, month__lt=before)
    return sorted(set(running.values_list("month", flat=True)))


def _locked(region: Region, month: date) -> list[int]:
    return [pk for (pk,) in run(_OPEN, region.pk, month)]


def _add_up(ids: Sequence[int], at: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_ADD_UP, [at, at, list(ids)])


def _forget_older_debts(region: Region, month: date) -> None:
    """A debt that was carried over alarms where it is now."""
    Statement.objects.filter(region=region, month__lt=month, is_beyond=True).update(is_beyond=False)


def _say(found: Statement, words: str, actor: str, at: datetime, *, is_platform: bool) -> None:
    if not words.strip():
        raise NothingSaid(field="words")
    StatementNote.objects.create(
        statement=found, is_platform=is_platform, actor=actor, words=words.strip()[:1000], at=at
    )


def _note(action: str, found: Statement, actor: str, at: datetime) -> None:
    audit.record(
        actor=actor,
        action=action,
        subject=found.subject,
        facts={"balance_fen": found.balance_fen, "month": f"{found.month:%Y-%m}"},
        at=at,
    )
