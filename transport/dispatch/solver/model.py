"""A dispatching problem and its plan as frozen values.

Times are seconds after the problem's epoch (UTC), floats; lengths are metres; places are numbers of
the travel snapshot; loads are whole units per dimension, in the order of ``Problem.dimensions``
(seats first, say, then luggage, then wheelchairs). Costs are weights in fen, fractions allowed: they
steer the search and are charged to nobody. Every constructor raises ValueError that names the field.

The rules (Cordeau, Laporte 2003, with the additions of a company that runs vehicles):

* a stop's service begins within its window, and not before the vehicle is there; it may wait;
* a ride, from the end of the pick-up's service to the beginning of the drop-off's, is at most
  ``max_ride_s``; what was promised narrows the windows;
* a break is a stop of its own in the sequence, where the vehicle stands; a vehicle that has any other
  stop has every ``required`` one of its breaks (one that has only breaks is idle and costs nothing);
* driving hours count every leg with the slowest factor of the day (the law's limit holds whatever the
  traffic): all legs against ``max_s``; those since a break of at least ``rest_s`` against
  ``max_continuous_s``;
* whom ``on_board`` names leaves from this vehicle; ``committed`` is what its route begins with.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from transport.dispatch.solver.travel import Travel

FOREVER_S = 1e9
"""A time that never comes: no latest, where there is none."""


class Kind(StrEnum):
    """What is done at a stop."""

    PICKUP = "pickup"
    DROPOFF = "dropoff"
    BREAK = "break"


@dataclass(frozen=True, slots=True)
class Task:
    """What a stop is for: a request's pick-up or drop-off, or a break of the vehicle; ``ref`` is its id."""

    kind: Kind
    ref: str

    def __post_init__(self) -> None:
        _named(self.ref, "ref")


@dataclass(frozen=True, slots=True)
class Break:
    """A pause that begins within its window (seconds) where the vehicle stands, ``duration_s`` long.

    ``with_riders`` says whether people may sit in the vehicle meanwhile. One that is not ``required``
    may be put in to restart continuous driving.
    """

    id: str
    from_s: float
    until_s: float
    duration_s: float
    required: bool = True
    with_riders: bool = True

    def __post_init__(self) -> None:
        _named(self.id, "id")
        _window(self.from_s, self.until_s, "from_s", "until_s")
        _length(self.duration_s, "duration_s")


@dataclass(frozen=True, slots=True)
class DrivingLimits:
    """Hours at the wheel, in seconds; None is no limit.

    ``driven_s`` and ``driven_since_rest_s`` were driven before the plan begins. A break of ``rest_s``
    or more restarts continuous driving.
    """

    max_s: float | None = None
    max_continuous_s: float | None = None
    rest_s: float = 1200.0
    driven_s: float = 0.0
    driven_since_rest_s: float = 0.0

    def __post_init__(self) -> None:
        for name in ("rest_s", "driven_s", "driven_since_rest_s"):
            _length(getattr(self, name), name)
        for name in ("max_s", "max_continuous_s"):
            _limit(getattr(self, name), name)


@dataclass(frozen=True, slots=True)
class Cost:
    """What a route costs, in fen: once if it carries anybody, per metre, per second driven at factor 1.

    So a route costs what its legs cost, whatever its times.
    """

    fixed: float = 0.0
    per_m: float = 1.0
    per_s: float = 0.0

    def __post_init__(self) -> None:
        for name in ("fixed", "per_m", "per_s"):
            _length(getattr(self, name), name)


@dataclass(frozen=True, slots=True)
class OnBoard:
    """A request whose people sit in the vehicle; ``boarded_s`` is when its pick-up's service ended."""

    request_id: str
    boarded_s: float

    def __post_init__(self) -> None:
        _named(self.request_id, "request_id")
        _instant(self.boarded_s, "boarded_s")


@dataclass(frozen=True, slots=True)
class Vehicle:
    """A vehicle with its driver, as it stands when the plan begins.

    It leaves ``start_place`` at ``shift_start_s`` or later, and has come to ``end_place`` (None: has
    ended its last stop) by ``shift_end_s``; from leaving to the end at most ``max_duration_s`` pass,
    counted from ``began_s`` when the shift is under way. One that drives to a committed stop starts
    there, at the time it will arrive. ``capacities`` are units per dimension.
    """

    id: str
    capacities: tuple[int, ...]
    start_place: int
    end_place: int | None = None
    shift_start_s: float = 0.0
    shift_end_s: float = FOREVER_S
    vehicle_class: str = ""
    skills: frozenset[str] = frozenset()
    max_duration_s: float | None = None
    began_s: float | None = None
    breaks: tuple[Break, ...] = ()
    driving: DrivingLimits = field(default_factory=DrivingLimits)
    on_board: tuple[OnBoard, ...] = ()
    committed: tuple[Task, ...] = ()
    cost: Cost = field(default_factory=Cost)

    def __post_init__(self) -> None:
        _named(self.id, "id")
        _loads(self.capacities, "capacities")
        _window(self.shift_start_s, self.shift_end_s, "shift_start_s", "shift_end_s")
        _limit(self.max_duration_s, "max_duration_s")
        if self.began_s is not None:
            _instant(self.began_s, "began_s")
        _distinct((item.id for item in self.breaks), "breaks")
        _distinct((item.request_id for item in self.on_board), "on_board")
        _distinct(self.committed, "committed")


@dataclass(frozen=True, slots=True)
class Promise:
    """What the party was told when it was accepted: picked up and dropped off no later than this, seconds."""

    pickup_until_s: float = FOREVER_S
    dropoff_until_s: float = FOREVER_S

    def __post_init__(self) -> None:
        _instant(self.pickup_until_s, "pickup_until_s")
        _instant(self.dropoff_until_s, "dropoff_until_s")


@dataclass(frozen=True, slots=True)
class Request:
    """A party that wants to go from one place to another.

    ``party`` is what it takes of each dimension, luggage included. Windows are about the beginning of
    service. ``skills`` are all needed of the vehicle; ``classes``, if any are named, are those allowed;
    ``vehicle_id`` is the only vehicle allowed. One that is ``accepted`` may not be left out of a plan;
    ``penalty`` is what leaving out another one costs (fen).
    """

    id: str
    party: tuple[int, ...]
    pickup_place: int
    dropoff_place: int
    pickup_from_s: float = 0.0
    pickup_until_s: float = FOREVER_S
    dropoff_from_s: float = 0.0
    dropoff_until_s: float = FOREVER_S
    pickup_service_s: float = 0.0
    dropoff_service_s: float = 0.0
    max_ride_s: float | None = None
    skills: frozenset[str] = frozenset()
    classes: frozenset[str] = frozenset()
    vehicle_id: str | None = None
    promise: Promise | None = None
    accepted: bool = False
    penalty: float = 1e6

    def __post_init__(self) -> None:
        _named(self.id, "id")
        _loads(self.party, "party")
        _window(self.pickup_from_s, self.pickup_until_s, "pickup_from_s", "pickup_until_s")
        _window(self.dropoff_from_s, self.dropoff_until_s, "dropoff_from_s", "dropoff_until_s")
        _length(self.pickup_service_s, "pickup_service_s")
        _length(self.dropoff_service_s, "dropoff_service_s")
        _limit(self.max_ride_s, "max_ride_s")
        _length(self.penalty, "penalty")

    @property
    def pickup_latest_s(self) -> float:
        """When its pick-up's service has begun at the latest, by window and promise."""
        return min(self.pickup_until_s, self.promise.pickup_until_s if self.promise else FOREVER_S)

    @property
    def dropoff_latest_s(self) -> float:
        """When its drop-off's service has begun at the latest, by window and promise."""
        told = self.promise.dropoff_until_s if self.promise else FOREVER_S
        return min(self.dropoff_until_s, told)


@dataclass(frozen=True, slots=True)
class Problem:
    """Vehicles, requests and the travel snapshot of one decision.

    ``epoch`` is the moment that second 0 is, as ISO 8601 in UTC, or empty for what has no calendar.
    """

    id: str
    dimensions: tuple[str, ...]
    vehicles: tuple[Vehicle, ...]
    requests: tuple[Request, ...]
    travel: Travel
    epoch: str = ""

    def __post_init__(self) -> None:
        from transport.dispatch.solver import whole

        whole.check(self)


@dataclass(frozen=True, slots=True)
class Stop:
    """One stop of a route: when the vehicle comes, when service (or the break) begins, when it leaves.

    A break's ``place`` is that of the stop before it, or the vehicle's start.
    """

    kind: Kind
    ref: str
    place: int
    arrive_s: float
    begin_s: float
    depart_s: float

    @property
    def task(self) -> Task:
        return Task(self.kind, self.ref)


@dataclass(frozen=True, slots=True)
class Route:
    """A vehicle's stops in order; it leaves its start at ``depart_s`` and is done at ``finish_s``."""

    vehicle_id: str
    depart_s: float
    stops: tuple[Stop, ...]
    finish_s: float

    @property
    def tasks(self) -> tuple[Task, ...]:
        return tuple(stop.task for stop in self.stops)


@dataclass(frozen=True, slots=True)
class Plan:
    """Who is carried by whom and when: one route a vehicle that has stops, and the ids of those left out.

    ``problem_id`` and ``travel_id`` say what it was made from, so that it can be replayed.
    """

    problem_id: str
    travel_id: str
    routes: tuple[Route, ...]
    unserved: tuple[str, ...] = ()


def _named(text: str, name: str) -> None:
    if not 0 < len(text) <= 200:
        raise ValueError(f"{name}: must have 1 to 200 characters")


def _instant(value: float, name: str) -> None:
    if not abs(value) <= FOREVER_S:
        raise ValueError(f"{name}: must be within {FOREVER_S:g} seconds of the epoch")


def _length(value: float, name: str) -> None:
    if not 0 <= value <= FOREVER_S:
        raise ValueError(f"{name}: must be between 0 and {FOREVER_S:g}")


def _limit(value: float | None, name: str) -> None:
    if value is not None:
        _length(value, name)


def _window(first: float, last: float, first_name: str, last_name: str) -> None:
    _instant(first, first_name)
    _instant(last, last_name)
    if last < first:
        raise ValueError(f"{last_name}: must not be before {first_name}")


def _loads(loads: tuple[int, ...], name: str) -> None:
    if not all(0 <= load <= 1_000_000 for load in loads):
        raise ValueError(f"{name}: every load must be between 0 and 1,000,000")


def _distinct(ids: Iterable[object], name: str) -> None:
    listed = list(ids)
    if len(set(listed)) != len(listed):
        raise ValueError(f"{name}: the same one twice")
