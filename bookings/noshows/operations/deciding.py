"""Decide which free visits were missed: all that are due at once, some hours after they were over.

What was given back, moved or called off by its supplier, or on a day on which its zone was closed, was
not missed. Who missed one is told how many count, and what follows.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from accounts.messages import operations as messages
from bookings.news.operations import note, what
from bookings.noshows import excuses, kinds, queries
from bookings.noshows.models import FreeVisit, State

GRACE = timedelta(hours=6)
"""So long after a visit is over: gates that were offline have told by then who came."""

KEEP_FOR = timedelta(days=400)
_AT_ONCE = 500

_DECIDE = """
    WITH due AS (
        SELECT id, line_id, part_key, id = ANY(%(excused)s) AS is_excused
        FROM bookings_noshows_freevisit
        WHERE id = ANY(%(ids)s) AND state = 'OPEN' ORDER BY id FOR UPDATE SKIP LOCKED
    ), found AS (
        SELECT due.id,
            bool_or(due.is_excused) OR bool_or(l.moved_at IS NOT NULL)
                OR bool_or(l.cancelled_parts ? due.part_key)
                OR bool_or(l.state NOT IN ('CONFIRMED', 'USED'))
                OR bool_and(coalesce(v.state, 'VOIDED') = 'VOIDED') AS is_excused,
            bool_or(l.used_parts ? due.part_key) OR bool_or(v.entries_used > 0) AS came,
            max(v.valid_until) FILTER (WHERE v.state <> 'VOIDED') AS until
        FROM due JOIN bookings_orders_line AS l ON l.id = due.line_id
        LEFT JOIN bookings_vouchers_voucher AS v
            ON v.line_id = due.line_id AND v.part_key = due.part_key
        GROUP BY due.id
    )
    UPDATE bookings_noshows_freevisit AS f
    SET until = coalesce(found.until, f.until), decided_at = %(at)s,
        state = CASE WHEN found.came THEN 'CAME' WHEN found.is_excused THEN 'EXCUSED'
            WHEN found.until > %(over)s THEN 'OPEN' ELSE 'MISSED' END
    FROM found WHERE f.id = found.id
    RETURNING f.id, f.state
"""


def decide_due(*, at: datetime) -> int:
    """Decide every visit that was over ``GRACE`` ago; how many were missed."""
    missed = 0
    while (due := _due(at)) and (decided := _decide(due, at)):
        missed += list(decided.values()).count(State.MISSED)
    return missed


def forget_old(*, at: datetime) -> int:
    """Delete what counts in no rule any more."""
    gone, _by_model = FreeVisit.objects.filter(until__lt=at - KEEP_FOR).delete()
    return gone


def _due(at: datetime) -> list[FreeVisit]:
    rows = FreeVisit.objects.filter(state=State.OPEN, until__lte=at - GRACE).order_by("until", "pk")
    return list(rows[:_AT_ONCE])


def _decide(due: Sequence[FreeVisit], at: datetime) -> dict[int, str]:
    """The new states of those that nobody else decides just now."""
    closed = excuses.excused({(visit.zone, visit.day) for visit in due})
    given: dict[str, Any] = {
        "ids": [visit.pk for visit in due],
        "excused": [visit.pk for visit in due if (visit.zone, visit.day) in closed],
        "at": at,
        "over": at - GRACE,
    }
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_DECIDE, given)
            decided: dict[int, str] = dict(cursor.fetchall())
        _tell([pk for pk, state in decided.items() if state == State.MISSED], at)
    return decided


def _tell(ids: Collection[int], at: datetime) -> None:
    """A warning for each missed visit, with how many count by now; or that they rest."""
    rows = FreeVisit.objects.filter(pk__in=ids).select_related("line__order__region")
    visits = list(rows.order_by("until", "pk"))
    standings = queries.standings({(v.organisation_id, v.document_index) for v in visits}, at=at)
    messages.tell([_note(visit, standings) for visit in visits if _has(visit, standings)], at=at)


def _has(visit: FreeVisit, standings: dict[queries.Pair, queries.Standing]) -> bool:
    return (visit.organisation_id, visit.document_index) in standings


def _note(visit: FreeVisit, standings: dict[queries.Pair, queries.Standing]) -> messages.Note:
    standing = standings[visit.organisation_id, visit.document_index]
    order, zone = visit.line.order, visit.line.order.region.tz
    facts: dict[str, object] = {
        "name": visit.holder,
        "what": what([visit.line]),
        "when": visit.line.starts_at.astimezone(zone),
        "missed": standing.missed,
        "most": standing.most,
        "days": standing.within_days,
        "rest": standing.rest_days,
    }
    if standing.rests_until is None:
        return note(order, kinds.MISSED, str(visit.pk), facts)
    facts["until"] = standing.rests_until.astimezone(zone)
    return note(order, kinds.RESTS, str(visit.pk), facts)
