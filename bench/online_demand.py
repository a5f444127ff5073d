"""A made-up day of rides between eight hubs and the country around them, and how its service is judged.

60 x 60 km, 45 km/h straight on, 8 hours, 20 vehicles of 6 seats that begin at hubs. Each party of 1 to 3
goes from a hub to anywhere or back; it wants to be picked up within 30 minutes, and to ride at most 1.5
times the direct way and 10 minutes. 30 % book an hour ahead, the others want to go at once.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from random import Random

SIDE_M = 60_000.0
SPEED_M_S = 12.5
DAY_S = 8 * 3600.0
WINDOW_S = 1800.0
AHEAD_S = 3600.0
SEATS = 6
HUBS = 8
HUB_INSIDE_M = 10_000.0
"""Hubs lie no nearer to the border; so cheapest insertion serves about 93 and 80 %, as is asked."""
VEHICLES = 20
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Trip:
    """A party's wish; seconds of the day, metres. ``asked_s`` is when it is first known."""

    id: str
    asked_s: float
    party: int
    origin: Point
    destination: Point
    pickup_from_s: float
    pickup_until_s: float
    max_ride_s: float


@dataclass(frozen=True, slots=True)
class Day:
    """Where the vehicles begin, and the trips in the order in which they are asked for."""

    starts: tuple[Point, ...]
    trips: tuple[Trip, ...]


def day(seed: int, requests: int) -> Day:
    """One day; the same seed gives the same day."""
    rng = Random(f"{seed}/{requests}")  # noqa: S311 - a made-up day, not a secret
    hubs = [_anywhere(rng, inside_m=HUB_INSIDE_M) for _ in range(HUBS)]
    starts = tuple(hubs[number % HUBS] for number in range(VEHICLES))
    trips = [_trip(rng, hubs, number) for number in range(requests)]
    return Day(starts, tuple(sorted(trips, key=lambda trip: (trip.asked_s, trip.id))))


def _anywhere(rng: Random, inside_m: float = 0.0) -> Point:
    return rng.uniform(inside_m, SIDE_M - inside_m), rng.uniform(inside_m, SIDE_M - inside_m)


def _trip(rng: Random, hubs: list[Point], number: int) -> Trip:
    ends = [rng.choice(hubs), _anywhere(rng)]
    rng.shuffle(ends)
    direct_s = metres(*ends) / SPEED_M_S
    wanted_s = rng.uniform(0, DAY_S)
    ahead_s = AHEAD_S if rng.random() < 0.3 else 0.0
    return Trip(
        f"t{number}",
        max(0.0, wanted_s - ahead_s),
        rng.randint(1, 3),
        ends[0],
        ends[1],
        wanted_s,
        wanted_s + WINDOW_S,
        1.5 * direct_s + 600,
    )


def metres(a: Point, b: Point) -> float:
    """Straight on."""
    return math.hypot(b[0] - a[0], b[1] - a[1])


@dataclass(frozen=True, slots=True)
class Made:
    """A stop as it was made: which vehicle, whose, whether they got on, when service began."""

    vehicle: str
    trip: str
    boards: bool
    at_s: float


def broken(day: Day, accepted: set[str], made: list[Made]) -> list[str]:
    """Every promise that was not kept, and everything no vehicle can do, in words; from the day alone.

    Judged apart from the solver: windows, ride times, one vehicle a party, seats, and the speed.
    """
    trips = {trip.id: trip for trip in day.trips}
    faults = []
    seen: dict[tuple[str, bool], Made] = {}
    for stop in made:
        if (stop.trip, stop.boards) in seen:
            faults.append(f"{stop.trip}: twice")
        seen[stop.trip, stop.boards] = stop
    for id in sorted(accepted):
        on, off = seen.get((id, True)), seen.get((id, False))
        if on is None or off is None or on.vehicle != off.vehicle:
            faults.append(f"{id}: not carried")
            continue
        trip = trips[id]
        if not trip.pickup_from_s - 1e-3 <= on.at_s <= trip.pickup_until_s + 1e-3:
            faults.append(f"{id}: picked up at {on.at_s:.0f}")
        if not 0 <= off.at_s - on.at_s <= trip.max_ride_s + 1e-3:
            faults.append(f"{id}: rode {off.at_s - on.at_s:.0f} s")
    return faults + _impossible(day, trips, made)


def _impossible(day: Day, trips: dict[str, Trip], made: list[Made]) -> list[str]:
    faults = []
    for number, start in enumerate(day.starts):
        here, since_s, seated = start, 0.0, 0
        own = [stop for stop in made if stop.vehicle == f"v{number}"]
        for stop in sorted(own, key=lambda stop: stop.at_s):
            trip = trips[stop.trip]
            there = trip.origin if stop.boards else trip.destination
            if metres(here, there) / SPEED_M_S > stop.at_s - since_s + 1e-3:
                faults.append(f"v{number}: too fast to {stop.trip}")
            seated += trip.party if stop.boards else -trip.party
            if seated > SEATS:
                faults.append(f"v{number}: {seated} seated")
            here, since_s = there, stop.at_s
    return faults
