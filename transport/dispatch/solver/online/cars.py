"""Vehicles that move along their plans: where each is, whom it carries, what it has promised to do next.

A vehicle on its way to a stop is committed to it: from the moment it leaves, where a matrix says how long
that takes; for the last ``commit_s`` seconds of the way where the ground has coordinates, and until then
it may turn off from where it is. What makes a committed one later frees it of nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from transport.dispatch.solver.model import Break, Kind, OnBoard, Request, Stop, Task, Vehicle
from transport.dispatch.solver.online.places import Places
from transport.dispatch.solver.travel import Travel


@dataclass(frozen=True, slots=True)
class Leg:
    """A vehicle between two places; ``task`` None: it goes to where it is likely to be wanted.

    ``bound``: it was committed when its arrival moved, and stays so, however far away that is now.
    """

    origin: int
    destination: int
    leave_s: float
    arrive_s: float
    task: Task | None
    bound: bool = False


@dataclass(frozen=True, slots=True)
class Done:
    """A stop that has been made: when service began, in which vehicle."""

    vehicle_id: str
    task: Task
    begin_s: float
    end_s: float


@dataclass(slots=True)
class Car:
    """A vehicle of the day. ``place`` and ``free_s``: where and from when it is free if it is on no leg.

    ``stops`` is its plan with times, what is to come; it leaves for the first at ``leave_s``. ``own`` are
    two places of the ground that it takes turns to stand at when it turns off; empty with a matrix.
    ``metres`` and the hours at the wheel count the whole of the leg it is on.
    """

    vehicle: Vehicle
    place: int
    free_s: float
    own: tuple[int, ...] = ()
    leg: Leg | None = None
    stops: list[Stop] = field(default_factory=list)
    leave_s: float = 0.0
    on_board: dict[str, float] = field(default_factory=dict)
    rested: set[str] = field(default_factory=set)
    began_s: float | None = None
    driven_s: float = 0.0
    since_rest_s: float = 0.0
    metres: float = 0.0
    leg_metres: float = 0.0
    leg_s: float = 0.0
    out: bool = False
    seen_s: float = -1e9

    def committed(self, now_s: float, commit_s: float) -> bool:
        """Whether it goes on to where it is going, whatever is planned anew."""
        if self.leg is None:
            return False
        return not self.own or self.leg.bound or self.leg.arrive_s - now_s <= commit_s

    def arrives(self, at_s: float) -> None:
        """A committed vehicle will be where it goes at another moment."""
        assert self.leg is not None
        self.leg = replace(self.leg, arrive_s=at_s, bound=True)

    def as_vehicle(self, now_s: float, commit_s: float, places: Places) -> Vehicle:
        """The vehicle as a problem of this moment has it."""
        place, free_s = self.place, max(self.free_s, now_s)
        tasks: tuple[Task, ...] = ()
        driven_s, since_s = self.driven_s, self.since_rest_s
        if self.leg is not None and self.committed(now_s, commit_s):
            place, free_s = self.leg.destination, max(self.leg.arrive_s, now_s)
            tasks = () if self.leg.task is None else (self.leg.task,)
        elif self.leg is not None:
            place, free_s = self.stand(now_s, places), max(now_s, self.leg.leave_s)
            driven_s, since_s = self._hours_by(self._share(now_s, places.snapshot()))
        limits = replace(self.vehicle.driving, driven_s=driven_s, driven_since_rest_s=since_s)
        return replace(
            self.vehicle,
            start_place=place,
            shift_start_s=min(max(free_s, self.vehicle.shift_start_s), 1e9),
            shift_end_s=max(self.vehicle.shift_end_s, free_s),
            began_s=self.began_s,
            driving=limits,
            breaks=tuple(item for item in self.vehicle.breaks if item.id not in self.rested),
            on_board=tuple(OnBoard(ref, at_s) for ref, at_s in self.on_board.items()),
            committed=tasks,
        )

    def stand(self, now_s: float, places: Places) -> int:
        """One of its own places, moved to where it is on its leg."""
        return self._stand_at(self._share(now_s, places.snapshot()), places)

    def _stand_at(self, share: float, places: Places) -> int:
        assert self.leg is not None
        here = next(place for place in self.own if place != self.leg.origin)
        places.move(here, *places.between(self.leg.origin, self.leg.destination, share))
        return here

    def _share(self, now_s: float, travel: Travel) -> float:
        """How much of the leg is behind it, 0 to 1."""
        assert self.leg is not None
        if now_s <= self.leg.leave_s:
            return 0.0
        whole_s = self.leg_s / travel.slowest
        return min(1.0, travel.covered_s(self.leg.leave_s, now_s) / whole_s) if whole_s else 1.0

    def _hours_by(self, share: float) -> tuple[float, float]:
        """Seconds at the wheel so far, on a leg whose whole was counted when it was begun."""
        ahead_s = (1.0 - share) * self.leg_s
        return max(0.0, self.driven_s - ahead_s), max(0.0, self.since_rest_s - ahead_s)

    def turn_off(self, now_s: float, places: Places) -> None:
        """Leave the leg where it is: the rest of the way is not driven."""
        assert self.leg is not None
        free_s = max(now_s, self.leg.leave_s)
        self.stop_short(self._share(now_s, places.snapshot()), free_s, places)

    def stop_short(self, share: float, free_s: float, places: Places) -> None:
        """Leave the leg after a share of it (0 to 1), and be free there from a moment on."""
        place = self._stand_at(share, places)
        self.driven_s, self.since_rest_s = self._hours_by(share)
        self.metres -= (1.0 - share) * self.leg_metres
        self.place, self.free_s, self.leg = place, free_s, None

    def set_out(self, leg: Leg, travel: Travel) -> None:
        """Begin a leg; its metres and hours count from here on, less what is turned off from."""
        self.leg = leg
        self.leg_metres = travel.metres_between(leg.origin, leg.destination)
        self.leg_s = travel.seconds_between(leg.origin, leg.destination) * travel.slowest
        self.metres += self.leg_metres
        self.driven_s += self.leg_s
        self.since_rest_s += self.leg_s
        if self.began_s is None:
            self.began_s = leg.leave_s

    def rest_while_idle(self, now_s: float) -> Iterator[tuple[str, float]]:
        """A pause is taken by whoever stands about while it is due; one that is half over is finished.

        One that must be taken is taken even where its latest beginning was missed. Which, and how late.
        """
        if self.leg is not None or self.stops or self.on_board:
            return
        for pause in sorted(self.vehicle.breaks, key=lambda item: item.until_s):
            begin_s = max(self.free_s, pause.from_s)
            over_s = begin_s + pause.duration_s
            missed = begin_s > pause.until_s
            if pause.id in self.rested or begin_s > now_s or (missed and not pause.required):
                continue
            if over_s <= now_s or pause.until_s < now_s:
                self._rest(pause)
                self.free_s = over_s
                yield pause.id, max(0.0, begin_s - max(pause.until_s, self.vehicle.shift_start_s))

    def stand_idle(self) -> None:
        """Nothing is left but a pause that it was about to begin: it is taken as by whoever stands about."""
        assert self.leg is not None
        self.free_s = max(self.free_s, self.leg.arrive_s)
        self.place, self.leg = self.leg.destination, None

    def _rest(self, pause: Break) -> None:
        self.rested.add(pause.id)
        if pause.duration_s >= self.vehicle.driving.rest_s:
            self.since_rest_s = 0.0

    def run(
        self, until_s: float, travel: Travel, requests: Mapping[str, Request]
    ) -> Iterator[Done]:
        """Drive and serve by the plan up to a moment; what was done on the way."""
        while self.leg is not None or self.stops:
            if self.leg is None and not self._leaves(until_s, travel):
                return
            assert self.leg is not None
            if self.leg.task is None:
                if self.leg.arrive_s > until_s:
                    return
                self.place, self.free_s, self.leg = self.leg.destination, self.leg.arrive_s, None
                continue
            begin_s = max(self.stops[0].begin_s, self.leg.arrive_s)
            if begin_s > until_s:
                return
            yield self._serve(begin_s, requests)

    def _leaves(self, until_s: float, travel: Travel) -> bool:
        """Set out for the next stop if it is time."""
        if self.leave_s > until_s:
            return False
        stop = self.stops[0]
        leave_s = max(self.leave_s, self.free_s)
        origin = self.place
        there_s = travel.arrival_s(origin, stop.place, leave_s)
        self.set_out(Leg(origin, stop.place, leave_s, there_s, stop.task), travel)
        return True

    def _serve(self, begin_s: float, requests: Mapping[str, Request]) -> Done:
        stop = self.stops.pop(0)
        if stop.kind is Kind.BREAK:
            pause = next(item for item in self.vehicle.breaks if item.id == stop.ref)
            end_s = begin_s + pause.duration_s
            self._rest(pause)
        elif stop.kind is Kind.PICKUP:
            end_s = begin_s + requests[stop.ref].pickup_service_s
            self.on_board[stop.ref] = end_s
        else:
            end_s = begin_s + requests[stop.ref].dropoff_service_s
            del self.on_board[stop.ref]
        self.place, self.free_s, self.leg = stop.place, end_s, None
        self.leave_s = max(end_s, stop.depart_s)
        return Done(self.vehicle.id, stop.task, begin_s, end_s)
