"""The seats of a vehicle as a rider chooses among them: rows of two and two, the aisle between."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from bookings.contracts import Ask, Member
from bookings.inventory import queries as inventory
from kernel.errors import Refusal
from transport.lines import offers, queries
from transport.lines.models import ADULT, Run

_ACROSS = 4


@dataclass(frozen=True, slots=True)
class Seat:
    """A seat: its number, whether it is taken for a part of the ride, and whether the aisle precedes it."""

    number: int
    is_taken: bool
    is_after_aisle: bool


@dataclass(frozen=True, slots=True)
class SeatPage:
    """What the page shows: the ride that is asked for, its rows of seats, how many seats are left."""

    run: Run
    ref: str
    way: str
    boards_at: datetime
    fare_fen: int
    rows: list[list[Seat]]
    left: int


def seat_page(ref: str, *, region_id: int, language: str, at: datetime) -> SeatPage:
    """The seats for a ride such as "7:0:2".

    :raises Refusal: the ride is not sold, or its line has no seats to choose.
    """
    [answer] = offers.offer([Ask(offers.KIND, ref, (Member(class_code=ADULT),))], at=at)
    if isinstance(answer, Refusal):
        raise answer
    [offer] = answer
    ride = offers.read_ref(ref)
    if ride is None or ride.seats or offer.region_id != region_id:
        raise offers.NoSuchRide(field="ref")
    run = queries.runs_by_id([ride.run_id])[ride.run_id]
    if not run.line.has_seat_choice:
        raise offers.NoSeatChoice(field="ref", title=run.line.name)
    counts = inventory.counts(run.segments)
    seats = min(capacity for capacity, _taken in counts.values())
    taken = queries.taken_seats(run, board=ride.board, alight=ride.alight)
    left = inventory.left(run.segments[ride.board : ride.alight])
    return SeatPage(
        run=run,
        ref=ref,
        way=offer.subtitle[language],
        boards_at=offer.starts_at,
        fare_fen=offer.parts[0].price_fen,
        rows=rows_of(seats, taken),
        left=min(left.values()),
    )


def rows_of(seats: int, taken: Collection[int]) -> list[list[Seat]]:
    """Rows from the front; where one seat would stand alone, the last row is as wide as the vehicle."""
    numbers = list(range(1, seats + 1))
    rows = [numbers[n : n + _ACROSS] for n in range(0, seats, _ACROSS)]
    if len(rows) > 1 and len(rows[-1]) == 1:
        rows[-2:] = [rows[-2] + rows[-1]]
    return [
        [Seat(n, n in taken, len(row) <= _ACROSS and place == 2) for place, n in enumerate(row)]
        for row in rows
    ]
