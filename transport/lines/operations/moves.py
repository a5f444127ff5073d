"""A departure moves by a few minutes: its runs follow, whoever rides is told and may have the money back.

A small move keeps what was sold: the seat, the price, the code. How small is the line's own setting
(``moved_along_min``); who would be asked to come earlier is told two hours ahead at least. Anything
else is another departure: the old one ends, and its riders hear that it is cancelled.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

import msgspec
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from bookings.fulfilment import operations as fulfilment
from bookings.fulfilment.operations import NewTime
from bookings.news import operations as news
from kernel.audit import operations as audit
from kernel.errors import Refusal
from kernel.outbox import operations as outbox
from transport.lines import queries
from transport.lines.models import Boarding, Run, RunState, TimetableTrip
from transport.lines.offers import KIND, boarding_window
from transport.lines.operations.following import about
from transport.lines.operations.runs import departure, departures
from transport.lines.retiming import Shift

MOVED = "transport.run.moved"
NOTICE = timedelta(hours=2)
"""Nobody is asked to come earlier at shorter notice: by then the last reminder has gone out."""
_STILL_PLACED = timedelta(minutes=10)
"""So long after a move orders are looked for that were being placed in that moment."""

_MOVE = """
    UPDATE transport_lines_run AS r
    SET departs_at = n.departs_at, pattern_id = n.pattern_id, moved_at = %s
    FROM json_to_recordset(%s) AS n(id bigint, departs_at timestamptz, pattern_id bigint)
    WHERE r.id = n.id
"""


class MovesTooFar(Refusal):
    """It is another departure to whoever booked it."""

    code = "moves_too_far"
    message = _(
        "Riders of this line are moved along by up to %(minutes)s minutes. To move it further, end this"
        " trip and add another one."
    )


class TooShortNotice(Refusal):
    """Nobody can be told in time."""

    code = "too_short_notice"
    message = _(
        "Somebody has booked a ride within the next hours and could come too late. Later is possible;"
        " for earlier, end this trip and add another one."
    )


class StopsElsewhere(Refusal):
    """Whoever booked it may not get where they want to."""

    code = "stops_elsewhere"
    message = _(
        "Somebody has booked a ride of this trip, and it would no longer stop where it does. End this trip"
        " and add another one."
    )


def move_refusal(trip: TimetableTrip, departs_s: int, *, at: datetime) -> Refusal | None:
    """What is against another time of a departure that is on sale."""
    by_s = departs_s - trip.departs_s
    return shift_refusal(trip, Shift(min(0, by_s), max(0, by_s)), at=at)


def shift_refusal(trip: TimetableTrip, moves: Shift | None, *, at: datetime) -> Refusal | None:
    """What is against moving the stops of a departure so; None for ``moves``: it would stop elsewhere."""
    if moves is None:
        return StopsElsewhere(field="departs_s")
    most = timedelta(minutes=trip.line.moved_along_min)
    if not moves.is_within(trip.line.moved_along_min * 60):
        return MovesTooFar(field="departs_s", minutes=trip.line.moved_along_min)
    if moves.is_earlier and sold_soon([trip.pk], within=most, at=at):
        return TooShortNotice(field="departs_s")
    return None


def ridden(trip_ids: Collection[int], *, at: datetime) -> list[TimetableTrip]:
    """Those of these trips of which somebody rides a coming run."""
    rides = Boarding.objects.filter(
        run__trip__in=trip_ids, run__departs_at__gt=at, run__state=RunState.SCHEDULED
    )
    pks = set(rides.values_list("run__trip", flat=True))
    return list(TimetableTrip.objects.filter(pk__in=pks).select_related("line").order_by("pk"))


def sold_soon(trip_ids: Collection[int], *, within: timedelta, at: datetime) -> set[int]:
    """Those of these trips that somebody rides so soon that nobody can be told to come earlier."""
    soon = Boarding.objects.filter(
        run__trip__in=trip_ids, run__departs_at__gt=at, run__departs_at__lte=at + NOTICE + within
    )
    return set(soon.values_list("run__trip", flat=True).distinct())


def retime(*, trip_ids: Collection[int], actor: str, at: datetime) -> int:
    """Bring the coming runs of moved trips to where the timetable has them now; how many are ridden.

    One statement for all runs. Riders follow by ``follow_move``, through the outbox. Audited.
    """
    trips = TimetableTrip.objects.select_related("line__region").prefetch_related("headways")
    known = {trip.pk: (trip, departures(trip)) for trip in trips.filter(pk__in=trip_ids)}
    coming = Run.objects.filter(trip__in=known, departs_at__gt=at).order_by("pk")
    with transaction.atomic():
        rows = list(
            coming.select_for_update(no_key=True).values_list(
                "pk", "trip_id", "number", "service_date"
            )
        )
        _move(
            [
                (pk, departure(trip.line, times[number], day), trip.pattern_id)
                for pk, trip_id, number, day in rows
                for trip, times in [known[trip_id]]
                if number < len(times)
            ],
            at,
        )
        return _tell([pk for pk, *_rest in rows], actor, at)


def follow_move(*, run_id: int, at: datetime) -> int:
    """Bring all that was sold of a run to where it is now, and tell its riders; how many lines.

    Its own transactions; repeating it does nothing more. Who bought in the very moment is found by
    ``follow_moves``.
    """
    run = Run.objects.select_related("line").get(pk=run_id)
    if run.moved_at is None or run.state != RunState.SCHEDULED:
        return 0
    stops = queries.stops_of([run.pattern_id])[run.pattern_id]
    rides = Boarding.objects.filter(run=run, line__ref__startswith=f"{run_id}:")
    places = set(rides.values_list("line__ref", "board_seq", "alight_seq"))
    moved = 0
    for ref, board, alight in sorted(places):
        starts_at = run.leaves_at + timedelta(seconds=stops[board].departs_s)
        ends_at = run.leaves_at + timedelta(seconds=stops[alight].arrives_s)
        opens_at, closes_at = boarding_window(starts_at - run.delay, ends_at)
        to = NewTime(starts_at=starts_at, ends_at=ends_at, opens_at=opens_at, closes_at=closes_at)
        moved += len(fulfilment.move_lines(kind=KIND, ref=ref, to=to, at=at))
    there = rides.filter(line__moved_at__gte=run.moved_at)
    line_ids = list(there.values_list("line", flat=True))
    news.tell_moved(line_ids=line_ids, about=about(run_id), at=at)
    return moved


def follow_moves(*, at: datetime) -> int:
    """Again for all that was moved within the last minutes; how many lines."""
    fresh = Run.objects.filter(moved_at__gt=at - _STILL_PLACED, moved_at__lte=at)
    run_ids = fresh.filter(boardings__isnull=False).order_by("pk").values_list("pk", flat=True)
    return sum(follow_move(run_id=run_id, at=at) for run_id in run_ids.distinct())


def _move(runs: Collection[tuple[int, datetime, int]], at: datetime) -> None:
    rows = [
        {"id": pk, "departs_at": departs_at, "pattern_id": pattern_id}
        for pk, departs_at, pattern_id in runs
    ]
    with connection.cursor() as cursor:
        cursor.execute(_MOVE, [at, msgspec.json.encode(rows).decode()])


def _tell(run_ids: Collection[int], actor: str, at: datetime) -> int:
    """News of each run that somebody rides."""
    ridden = Run.objects.filter(
        pk__in=run_ids, state=RunState.SCHEDULED, boardings__isnull=False
    ).distinct()
    pks = list(ridden.order_by("pk").values_list("pk", flat=True))
    for pk in pks:
        audit.record(actor=actor, action="lines.move-run", subject=about(pk), at=at)
        key = f"{about(pk)}:moved:{at.isoformat()}"
        outbox.record(name=MOVED, key=key, facts={"run_id": pk}, at=at)
    return len(pks)
