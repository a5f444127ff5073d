"""Vouchers take steps: the change of their rows and the log of it are one statement.

The database knows which steps there are (models.steps.LEGAL); a change that is none of them is refused
with its whole transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from bookings.vouchers.models import Why, life_sql

_TAKE = """
    WITH moved AS (
        {change}
        RETURNING voucher.id, {before} AS before, {after} AS after, {actor} AS actor, {at} AS at
    ), logged AS (
        INSERT INTO bookings_vouchers_step (voucher_id, before, after, at, actor, why)
        SELECT id, before, after, at, actor, %s FROM moved WHERE before <> after OR %s ORDER BY id
    )
    SELECT count(*) FROM moved
"""
_BEGIN = """
    INSERT INTO bookings_vouchers_step (voucher_id, before, after, at, actor, why)
    SELECT id, '', 'ISSUED', %s, %s, 'ISSUED' FROM bookings_vouchers_voucher
    WHERE line_id = %s AND issued_at = %s ORDER BY id
    ON CONFLICT DO NOTHING
"""
_EXPIRE = """
    UPDATE bookings_vouchers_voucher AS voucher SET expired_at = %s
    FROM (
        SELECT over.id FROM bookings_vouchers_voucher AS over
        JOIN kernel_places_region AS region ON region.id = over.region_id
        WHERE over.state = 'ACTIVE' AND over.expired_at IS NULL AND (
            over.valid_until <= %s AND (
                over.reentry_days = 0 OR over.rule = 'COUNTED' OR over.entered_at IS NULL
            ) OR over.reentry_days > 0 AND over.rule <> 'COUNTED' AND over.entered_at <= %s AND (
                date_trunc('day', over.entered_at AT TIME ZONE region.timezone)
                + make_interval(days => over.reentry_days)
            ) AT TIME ZONE region.timezone <= %s
        )
        LIMIT %s FOR NO KEY UPDATE OF over SKIP LOCKED
    ) AS found
    WHERE voucher.id = found.id
"""
_BATCH, _MOST_BATCHES = 1000, 20


def take(change: str, params: Sequence[Any], *, why: Why, actor: str, at: str) -> int:
    """Run an UPDATE of ``bookings_vouchers_voucher AS voucher`` and log its steps; how many rows moved.

    ``actor`` and ``at`` are SQL, for they may differ row by row. What stays where it was is logged only
    if it has another time.
    """
    statement = _TAKE.format(
        change=change, before=life_sql("old"), after=life_sql("new"), actor=actor, at=at
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [*params, why.value, why is Why.MOVED])
        [moved] = cursor.fetchone()
    return int(moved)


def take_all(change: str, params: Sequence[Any], *, why: Why, actor: str, at: datetime) -> int:
    """The same by one actor at one moment."""
    return take(change, [*params, actor, at], why=why, actor="%s::text", at="%s::timestamptz")


def begin(*, line_id: int, actor: str, at: datetime) -> None:
    """Log the first step of what was issued of a line just now."""
    with connection.cursor() as cursor:
        cursor.execute(_BEGIN, [at, actor, line_id, at])


def expire(*, at: datetime) -> int:
    """Let what is over and not used up expire: its time, or its days of coming in again; how many did.

    A transaction for each batch. Whatever is being moved at this moment is left for the next time.
    """
    total = 0
    for _batch in range(_MOST_BATCHES):
        with transaction.atomic():
            found = take_all(_EXPIRE, [at, at, at, at, _BATCH], why=Why.OVER, actor="system", at=at)
        total += found
        if found < _BATCH:
            break
    return total
