"""Seats for those who have chosen none: given when a run's list is made, kept once somebody has boarded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models import Sum

from bookings.inventory import queries as inventory
from bookings.orders.models import Line
from transport.lines.aboard import riders_of
from transport.lines.models import Boarding, ChosenSeat, GivenSeat, Run
from transport.lines.seating import Ride, overlap, seat

SOON = timedelta(hours=3)

_LACKING = """
    SELECT r.id FROM transport_lines_run AS r
    JOIN transport_lines_boarding AS b ON b.run_id = r.id
    LEFT JOIN LATERAL (
        SELECT count(DISTINCT c.part_key) AS seats
        FROM transport_lines_chosenseat AS c WHERE c.boarding_id = b.id
    ) AS chosen ON true
    LEFT JOIN LATERAL (
        SELECT count(*) AS seats FROM transport_lines_givenseat AS g WHERE g.boarding_id = b.id
    ) AS given ON true
    WHERE r.state = 'SCHEDULED' AND r.departs_at > %s AND r.departs_at <= %s
    GROUP BY r.id HAVING sum(b.riders) > sum(chosen.seats + given.seats) ORDER BY r.id
"""

Key = tuple[int, str]
"""A boarding and the key of one of its parts."""


class _Rider(NamedTuple):
    """One seat's worth of a ride, and whether somebody has boarded by it."""

    boarding_id: int
    part_key: str
    ride: Ride
    is_aboard: bool

    @property
    def key(self) -> Key:
        return self.boarding_id, self.part_key


Keeps = Callable[[_Rider], bool]


def give_seats(*, run_id: int) -> None:
    """Give everybody on a run a seat; who has one keeps it, but for who has not boarded where that is
    the only way. Where nobody could be seated otherwise some have none. Repeating it changes nothing."""
    if _all_seated(run_id):
        return
    with transaction.atomic():
        # Lines before the run, as everybody locks them: nobody boards, cancels or moves meanwhile.
        line_ids = _lock_lines(run_id)
        # Beside sales, which hold the run FOR KEY SHARE; one list after the other.
        run = Run.objects.select_for_update(no_key=True).filter(pk=run_id).first()
        if run is not None:
            _give(run, line_ids)


def give_seats_soon(*, at: datetime) -> int:
    """Give seats on every run that leaves within three hours or has just left; on how many."""
    with connection.cursor() as cursor:
        cursor.execute(_LACKING, [at - SOON, at + SOON])
        lacking = [run_id for (run_id,) in cursor.fetchall()]
    for run_id in lacking:
        give_seats(run_id=run_id)
    return len(lacking)


def _lock_lines(run_id: int) -> list[int]:
    """The lines of who rides a run, locked in key order. Who comes while that is waited for has a seat the
    next time."""
    rides = Boarding.objects.filter(run_id=run_id).values("line_id")
    lines = Line.objects.filter(pk__in=rides).order_by("pk")
    return list(lines.select_for_update(no_key=True).values_list("pk", flat=True))


def _all_seated(run_id: int) -> bool:
    riders = Boarding.objects.filter(run_id=run_id).aggregate(sum=Sum("riders"))["sum"] or 0
    chosen = ChosenSeat.objects.filter(run_id=run_id).values("boarding_id", "part_key").distinct()
    given = GivenSeat.objects.filter(boarding__run_id=run_id)
    return riders <= chosen.count() + given.count()


def _give(run: Run, line_ids: Sequence[int]) -> None:
    riders, chosen = _riders(run, line_ids), _chosen(run, line_ids)
    seats = min(capacity for capacity, _taken in inventory.counts(run.segments).values())
    known = {
        (row.boarding_id, row.part_key): row.number
        for row in GivenSeat.objects.filter(boarding__run=run, boarding__line__in=line_ids)
    }
    ways: tuple[Keeps, ...] = (lambda _rider: True, lambda rider: rider.is_aboard)
    for is_kept in ways:
        kept = _fitting(riders, known, chosen, seats, is_kept)
        others = [rider for rider in riders if rider.key not in kept]
        taken = _together(chosen, riders, kept)
        numbers = seat(seats, taken, [rider.ride for rider in others], stops=len(run.segments) + 1)
        if numbers is not None:
            pairs = zip(others, numbers, strict=True)
            _write(run, line_ids, kept | {rider.key: number for rider, number in pairs})
            return


def _riders(run: Run, line_ids: Sequence[int]) -> list[_Rider]:
    """Those of these lines who have chosen no seat, in the order of their bookings."""
    rides = (
        Boarding.objects.filter(run=run, line__in=line_ids)
        .select_related("line")
        .prefetch_related("chosen")
    )
    found = []
    for ride in rides.order_by("pk"):
        choosers = {row.part_key for row in ride.chosen.all()}
        cancelled = {*ride.line.cancelled_parts, *choosers}
        found += [
            _Rider(ride.pk, key, (ride.board_seq, ride.alight_seq), key in ride.line.used_parts)
            for key in riders_of(part.key for part in ride.line.frozen_parts)
            if key not in cancelled
        ]
    return found


def _chosen(run: Run, line_ids: Sequence[int]) -> dict[int, list[Ride]]:
    """By seat who has chosen it; and who has it and is of none of these lines."""
    chosen = ChosenSeat.objects.filter(run=run)
    others = GivenSeat.objects.filter(boarding__run=run).exclude(boarding__line__in=line_ids)
    columns = ("number", "boarding__board_seq", "boarding__alight_seq")
    rides: dict[int, set[Ride]] = defaultdict(set)
    for number, board, alight in [*chosen.values_list(*columns), *others.values_list(*columns)]:
        rides[number].add((board, alight))
    return {number: sorted(found) for number, found in rides.items()}


def _fitting(
    riders: Sequence[_Rider],
    known: Mapping[Key, int],
    chosen: Mapping[int, Sequence[Ride]],
    seats: int,
    is_kept: Keeps,
) -> dict[Key, int]:
    """The seats of an earlier list that still stand: nobody has chosen them, nobody sits there twice."""
    taken = {number: list(rides) for number, rides in chosen.items()}
    kept: dict[Key, int] = {}
    for rider in sorted(riders, key=lambda each: not each.is_aboard):
        number = known.get(rider.key)
        if number is None or number > seats or not is_kept(rider):
            continue
        if not any(overlap(rider.ride, other) for other in taken.get(number, ())):
            taken.setdefault(number, []).append(rider.ride)
            kept[rider.key] = number
    return kept


def _together(
    chosen: Mapping[int, Sequence[Ride]], riders: Sequence[_Rider], kept: Mapping[Key, int]
) -> dict[int, list[Ride]]:
    taken = {number: list(rides) for number, rides in chosen.items()}
    for rider in riders:
        if rider.key in kept:
            taken.setdefault(kept[rider.key], []).append(rider.ride)
    return taken


def _write(run: Run, line_ids: Sequence[int], numbers: Mapping[Key, int]) -> None:
    GivenSeat.objects.filter(boarding__run=run, boarding__line__in=line_ids).delete()
    GivenSeat.objects.bulk_create(
        GivenSeat(boarding_id=boarding_id, part_key=key, number=number)
        for (boarding_id, key), number in numbers.items()
    )
