"""Rides on runs on which seats are chosen: decided one after the other, under the run's lock.

Who chooses a seat locks the run FOR UPDATE; who boards without a choice holds it FOR KEY SHARE, which
that waits for. Runs are locked in the order of their ids, before any bucket.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db import connection
from django.utils.translation import gettext_lazy as _

from bookings.contracts import Claim
from bookings.inventory import queries as inventory
from bookings.orders.models import Line
from kernel.errors import Refusal
from kernel.naming import say
from transport.lines.aboard import count, riders_of
from transport.lines.models import Boarding, ChosenSeat, Run, RunState
from transport.lines.seating import Ride, overlap, seat

_UNGIVE = """
    DELETE FROM transport_lines_givenseat AS g
    USING transport_lines_boarding AS b, transport_lines_chosenseat AS c
    WHERE c.id = ANY(%s) AND b.id = g.boarding_id AND b.run_id = c.run_id
        AND g.number = c.number AND c.segment >= b.board_seq AND c.segment < b.alight_seq
"""


class SeatTaken(Refusal):
    """Somebody else has this seat on a part of the ride."""

    code = "seat_taken"
    message = _("%(title)s: seat %(seat)s was taken meanwhile. Please choose another one.")


class NoSeating(Refusal):
    """Free seats on every segment, but none for the whole ride."""

    code = "no_seating"
    message = _(
        "%(title)s: there is no one seat for the whole ride any more. Please choose another departure."
    )


@dataclass(slots=True)
class Plan:
    """Who sits where on a run, as far as it was chosen, and who rides besides; ``stops`` of its pattern."""

    seats: int
    stops: int
    chosen: dict[int, list[Ride]] = field(default_factory=lambda: defaultdict(list))
    others: list[Ride] = field(default_factory=list)

    def refusal(
        self, ride: Ride, riders: int, numbers: Sequence[int], title: str
    ) -> Refusal | None:
        """Let somebody ride, unless a seat is taken or nobody could be seated so any more."""
        for number in numbers:
            if number > self.seats or any(overlap(ride, other) for other in self.chosen[number]):
                return SeatTaken(field="seats", title=title, seat=number)
        kept = list(self.others)
        self.add(ride, riders, numbers)
        if self.seats_all(self.seats):
            return None
        self.others = kept
        for number in numbers:
            self.chosen[number].remove(ride)
        return NoSeating(field="ref", title=title)

    def seats_all(self, seats: int) -> bool:
        """Whether so many seats are enough for everybody, each in one for the whole ride."""
        has_all = all(number <= seats for number, rides in self.chosen.items() if rides)
        return has_all and (seat(seats, self.chosen, self.others, stops=self.stops) is not None)

    def add(self, ride: Ride, riders: int, numbers: Sequence[int]) -> None:
        """Let somebody ride."""
        for number in numbers:
            self.chosen[number].append(ride)
        self.others += [ride] * (riders - len(numbers))


def lock_runs(run_ids: Collection[int]) -> dict[int, Run]:
    """Lock runs in the order of their ids until the transaction ends; return those that take place."""
    runs = Run.objects.select_for_update().filter(pk__in=run_ids).order_by("pk")
    return {run.pk: run for run in runs if run.state == RunState.SCHEDULED}


def plans_of(runs: Mapping[int, Run], *, but: Collection[int] = ()) -> dict[int, Plan]:
    """What is sold on these runs, without the rides of the order lines ``but``. Three statements."""
    counts = inventory.counts({run.segments[0] for run in runs.values()})
    plans = {
        run.pk: Plan(counts[run.segments[0]][0], len(run.segments) + 1) for run in runs.values()
    }
    numbers: dict[int, set[int]] = defaultdict(set)
    for boarding_id, number in ChosenSeat.objects.filter(run__in=runs).values_list(
        "boarding_id", "number"
    ):
        numbers[boarding_id].add(number)
    for ride in Boarding.objects.filter(run__in=runs).exclude(line_id__in=but):
        plans[ride.run_id].add(
            (ride.board_seq, ride.alight_seq), ride.riders, sorted(numbers[ride.pk])
        )
    return plans


def board_seated(claims: Sequence[Claim], *, gone: type[Refusal]) -> list[Refusal | None]:
    """Write rides with and without chosen seats, in their order; a refusal where one cannot be had.

    ``gone`` is said where the run does not take place.
    """
    runs = lock_runs({claim.facts["run_id"] for claim in claims})
    plans = plans_of(runs, but=[claim.line_id for claim in claims])
    answers: list[Refusal | None] = []
    for claim in claims:
        facts, plan = claim.facts, plans.get(claim.facts["run_id"])
        ride, title = (facts["board"], facts["alight"]), say(claim.title)
        answers.append(
            gone(title=title)
            if plan is None
            else plan.refusal(ride, count(claim.part_keys).riders, facts.get("seats", ()), title)
        )
    _write([claim for claim, no in zip(claims, answers, strict=True) if no is None])
    return answers


def seat_refusal(
    runs: Mapping[int, Run], line: Line, ride: Ride, riders: int, numbers: Sequence[int]
) -> Refusal | None:
    """What is against moving a line onto the one run that is locked."""
    [run] = runs.values()
    if numbers:
        Run.objects.filter(pk=run.pk).update(is_seated=True)
    elif not run.is_seated:
        return None
    return plans_of(runs, but=[line.pk])[run.pk].refusal(ride, riders, numbers, str(line))


def check_seating(run: Run, seats: int) -> None:
    """Lock a run and see whether everybody who rides it could be seated in another vehicle.

    :raises NoSeating: somebody chose a seat that it does not have, or there is no seating.
    """
    runs = lock_runs([run.pk])
    if not runs or not runs[run.pk].is_seated:
        return
    if not plans_of(runs)[run.pk].seats_all(seats):
        raise NoSeating(field="seats", title=str(run))


def _write(claims: Sequence[Claim]) -> None:
    Boarding.objects.bulk_create(
        [
            Boarding(
                line_id=claim.line_id, run_id=claim.facts["run_id"],
                board_seq=claim.facts["board"], alight_seq=claim.facts["alight"],
                **count(claim.part_keys)._asdict(),
            )
            for claim in claims
        ],
        ignore_conflicts=True,
    )  # fmt: skip
    choosers = {claim.line_id: claim for claim in claims if claim.facts.get("seats")}
    Run.objects.filter(
        pk__in={claim.facts["run_id"] for claim in choosers.values()}, is_seated=False
    ).update(is_seated=True)
    rides = Boarding.objects.filter(line_id__in=choosers, chosen__isnull=True)
    write_chosen(
        (
            ride,
            choosers[ride.line_id].facts["seats"],
            riders_of(choosers[ride.line_id].part_keys),
        )
        for ride in rides
    )


def write_chosen(rides: Iterable[tuple[Boarding, Sequence[int], Sequence[str]]]) -> None:
    """A row for each chosen seat and segment of these rides; who was given such a seat gets another one."""
    made = ChosenSeat.objects.bulk_create(
        [
            ChosenSeat(
                boarding=ride, run_id=ride.run_id, part_key=key, number=number, segment=segment
            )
            for ride, numbers, keys in rides
            for key, number in zip(keys, numbers, strict=True)
            for segment in range(ride.board_seq, ride.alight_seq)
        ]
    )
    if made:
        with connection.cursor() as cursor:
            cursor.execute(_UNGIVE, [[row.pk for row in made]])
