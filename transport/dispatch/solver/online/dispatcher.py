"""A dispatcher's day: events come in the order of time, each is answered at once from what is known by then.

``ask`` puts a request in by exact insertion, else tries a rescue (the search may rearrange what is not
committed), else refuses with the rule and the nearest offers. ``improve`` searches between events.
What was accepted stays in the plan until it is done, cancelled or not there; whatever happens to a
vehicle, ``mending`` finds the plan that breaks the least and says what it breaks.

The same events, policy and seed give the same plans, on any machine.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace

from transport.dispatch.solver import arrays, insertion, refusal, rescue, schedule
from transport.dispatch.solver.arrays import Routes
from transport.dispatch.solver.model import (
    FOREVER_S,
    Kind,
    Plan,
    Problem,
    Promise,
    Request,
    Task,
    Vehicle,
)
from transport.dispatch.solver.online import mending, relocating
from transport.dispatch.solver.online.cars import Car, Done, Leg
from transport.dispatch.solver.online.places import Places
from transport.dispatch.solver.rules import Rule
from transport.dispatch.solver.travel import Travel


@dataclass(frozen=True, slots=True)
class Policy:
    """What a dispatcher does besides inserting.

    ``rescue_steps`` and ``improve_steps`` of the search (0: none); ``commit_s`` as in ``cars``;
    ``last_moment``: vehicles wait where they are, not where they go to; ``relocate``: idle ones go to
    where requests came from before, if that brings the next pick-up nearer by ``way_share`` of the way there.
    """

    rescue_steps: int = 400
    improve_steps: int = 200
    commit_s: float = 120.0
    last_moment: bool = True
    relocate: bool = True
    way_share: float = 0.2
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Accepted:
    """Carried by the vehicle as planned now; ``promise`` is what holds whatever is planned later."""

    vehicle_id: str
    pickup_s: float
    dropoff_s: float
    promise: Promise
    rescued: bool


@dataclass(slots=True)
class Dispatcher:
    """The state of a day. ``log`` has every stop made, ``broken`` every promise that had to be widened."""

    dimensions: tuple[str, ...]
    places: Places
    policy: Policy
    now_s: float = 0.0
    cars: dict[str, Car] = field(default_factory=dict)
    active: dict[str, Request] = field(default_factory=dict)
    stuck: dict[str, Request] = field(default_factory=dict)
    log: list[Done] = field(default_factory=list)
    broken: list[mending.Broken] = field(default_factory=list)
    demand: list[int] = field(default_factory=list)
    _turn: int = 0

    def problem(
        self, more: Iterable[Request] = (), without: Collection[str] = frozenset()
    ) -> Problem:
        """The moment as a problem: vehicles that are not out, requests that are not done.

        Requests in ``without`` are left aside.
        """
        cars = [car for car in self.cars.values() if not car.out]
        vehicles = tuple(
            car.as_vehicle(self.now_s, self.policy.commit_s, self.places) for car in cars
        )
        return Problem(
            id=f"{self.places.base.id}@{self.now_s:g}",
            dimensions=self.dimensions,
            vehicles=vehicles,
            requests=(
                *(request for id, request in self.active.items() if id not in without),
                *more,
            ),
            travel=self.places.snapshot(),
        )

    def sequences(self) -> dict[str, Sequence[Task]]:
        """What each vehicle has to do, in order."""
        return {
            id: [stop.task for stop in car.stops]
            for id, car in self.cars.items()
            if car.stops and not car.out
        }

    def plan(self) -> tuple[Problem, Plan]:
        """The moment and its plan, for checkers, pictures and replays."""
        problem = self.problem()
        routes = arrays.routes_from(problem, self.sequences())
        return problem, schedule.plan_of(problem, routes)

    def advance(self, now_s: float) -> None:
        """Let time pass; ValueError if it would run backwards, or is no time."""
        if not self.now_s <= now_s <= FOREVER_S:
            raise ValueError(f"now_s: {now_s} is before {self.now_s}, or no time")
        travel = self.places.snapshot()
        for car in self.cars.values():
            if car.out:
                continue
            for done in car.run(now_s, travel, self.active):
                self._note(done)
            for pause, late_s in car.rest_while_idle(now_s):
                if late_s > 0:
                    self.broken.append(mending.Broken(Rule.WINDOW, car.vehicle.id, pause, late_s))
        self.now_s = now_s

    def ask(self, request: Request, now_s: float) -> Accepted | refusal.Refusal:
        """Answer a request at once. ValueError that names the field if the request is none."""
        self.advance(now_s)
        if request.id in self.active or request.id in self.stuck:
            raise ValueError(f"id: {request.id!r} is known already")
        if request.vehicle_id in self.cars and self.cars[request.vehicle_id].out:
            raise ValueError(f"vehicle_id: {request.vehicle_id!r} is out of service")
        problem = self.problem([request])
        self.demand.append(request.pickup_place)
        a = arrays.of_problem(problem)
        routes = arrays.routes_from(problem, self.sequences())
        r = len(problem.requests) - 1
        place = insertion.best(a, routes, r)
        if place is not None:
            return self._accept(problem, insertion.insert(a, routes, r, place), request, False)
        saved = None
        if self.policy.rescue_steps:
            steps = self.policy.rescue_steps
            saved = rescue.rescue(a, routes, r, steps=steps, seed=self.seed())
        if saved is not None:
            return self._accept(problem, saved, request, True)
        return refusal.explain(a, routes, r)

    def _accept(
        self, problem: Problem, routes: Routes, request: Request, rescued: bool
    ) -> Accepted:
        promise = Promise(request.pickup_until_s, request.dropoff_until_s)
        self.follow(problem, routes)
        self.active[request.id] = replace(request, promise=promise, accepted=True)
        for car in self.cars.values():
            mine = [stop for stop in car.stops if mending.is_of(stop.task, request.id)]
            at_s = {stop.kind: stop.begin_s for stop in mine}
            if at_s:
                pickup_s, dropoff_s = at_s[Kind.PICKUP], at_s[Kind.DROPOFF]
                return Accepted(car.vehicle.id, pickup_s, dropoff_s, promise, rescued)
        raise AssertionError("an accepted request is in a plan")

    def improve(self, now_s: float) -> None:
        """Search for a cheaper plan, and for room for who is stuck; send idle vehicles off."""
        self.advance(now_s)
        if self.stuck:
            self._replan()
        if self.policy.improve_steps and len(self.active):
            problem = self.problem()
            a = arrays.of_problem(problem)
            routes = arrays.routes_from(problem, self.sequences())
            steps = self.policy.improve_steps
            better = rescue.better(a, routes, steps=steps, seed=self.seed())
            if better is not None:
                self.follow(problem, better)
        if self.policy.relocate:
            relocating.relocate(self)

    def cancel(self, request_id: str, now_s: float) -> bool:
        """A party does not want to go any more, or is not there; False if it sits in a vehicle or is unknown.

        A vehicle that is committed to its pick-up drives there and goes on from there; another turns off.
        """
        self.advance(now_s)
        if self.stuck.pop(request_id, None) is not None:
            return True
        if request_id not in self.active or any(
            request_id in car.on_board for car in self.cars.values()
        ):
            return False
        for car in self.cars.values():
            if car.leg is not None and mending.is_of(car.leg.task, request_id):
                if car.committed(now_s, self.policy.commit_s):
                    car.leg = replace(car.leg, task=None)
                else:
                    car.turn_off(now_s, self.places)
            car.stops = [stop for stop in car.stops if not mending.is_of(stop.task, request_id)]
        del self.active[request_id]
        self._replan()
        return True

    def delay(self, vehicle_id: str, seconds: float, now_s: float) -> None:
        """The vehicle will be so many seconds later than planned. ValueError for a negative delay."""
        if not 0 <= seconds <= 1e6:
            raise ValueError("seconds: must be between 0 and 1e6")
        self.advance(now_s)
        car = self.cars[vehicle_id]
        if car.leg is not None and not car.committed(now_s, self.policy.commit_s):
            car.turn_off(now_s, self.places)
        if car.leg is not None:
            car.arrives(max(car.leg.arrive_s, now_s) + seconds)
        else:
            car.free_s = max(car.free_s, now_s) + seconds
        self._replan()

    def locate(self, vehicle_id: str, fixed_s: float, left_s: float, now_s: float) -> bool:
        """A position says the vehicle needs ``left_s`` more seconds from ``fixed_s`` to where it is going.

        One that is older than the last is late and changes nothing: False. KeyError for no vehicle,
        ValueError for what is no time.
        """
        if not (math.isfinite(fixed_s) and 0 <= left_s <= 1e6):
            raise ValueError("fixed_s, left_s: must be seconds, left_s between 0 and 1e6")
        self.advance(now_s)
        car = self.cars[vehicle_id]
        if fixed_s <= car.seen_s or fixed_s > now_s or car.leg is None or car.out:
            return False
        car.seen_s = fixed_s
        if car.committed(now_s, self.policy.commit_s):
            car.arrives(max(now_s, fixed_s + left_s))
        else:
            self._stand(car, max(0.0, fixed_s + left_s - now_s))
        self._replan()
        return True

    def _stand(self, car: Car, left_s: float) -> None:
        """Put a vehicle that may turn off so far from where it goes; farther than ever, it sets out later."""
        leg = car.leg
        assert leg is not None
        whole_s = max(1e-9, leg.arrive_s - leg.leave_s)
        if left_s > whole_s:
            there_s = self.now_s + left_s
            car.leg = replace(leg, leave_s=there_s - whole_s, arrive_s=there_s)
            return
        car.stop_short(1.0 - left_s / whole_s, self.now_s, self.places)
        if leg.task is None:
            travel = self.places.snapshot()
            there_s = travel.arrival_s(car.place, leg.destination, self.now_s)
            car.set_out(Leg(car.place, leg.destination, self.now_s, there_s, None), travel)

    def breakdown(self, vehicle_id: str, now_s: float) -> None:
        """The vehicle is out: others fetch its riders where it stands, and whom it was to fetch."""
        self.advance(now_s)
        car = self.cars[vehicle_id]
        if car.out:
            return
        place = car.place
        if car.leg is not None:
            there = car.leg.arrive_s <= now_s
            place = car.leg.destination if there else car.leg.origin
            if car.own and not there:
                place = car.stand(now_s, self.places)
        car.out = True
        for ref in car.on_board:
            request = self.active[ref]
            self.active[ref] = replace(
                request,
                pickup_place=place,
                pickup_from_s=now_s,
                pickup_until_s=max(now_s, request.dropoff_until_s),
                promise=None
                if request.promise is None
                else replace(request.promise, pickup_until_s=max(now_s, request.dropoff_until_s)),
            )
        car.on_board, car.stops, car.leg = {}, [], None
        for known in (self.active, self.stuck):
            for ref, request in known.items():
                if request.vehicle_id == vehicle_id:  # whoever asked for it goes with another
                    known[ref] = replace(request, vehicle_id=None)
        self._replan()

    def _replan(self) -> None:
        """After what nobody planned: the same order with new times where that will do, else mended."""
        mending.mend(self)

    def follow(self, problem: Problem, routes: Routes) -> None:
        """Take rows over as the plan: new times, and vehicles turn off if they go elsewhere now."""
        plan = schedule.plan_of(problem, routes)
        by_vehicle = {route.vehicle_id: route for route in plan.routes}
        for car in self.cars.values():
            if car.out:
                continue
            route = by_vehicle.get(car.vehicle.id)
            car.stops = [] if route is None else list(route.stops)
            if not car.stops and car.leg is not None and mending.is_break(car.leg.task):
                car.stand_idle()
            if car.leg is not None and not car.committed(self.now_s, self.policy.commit_s):
                first = car.stops[0].task if car.stops else None
                if first != car.leg.task:
                    car.turn_off(self.now_s, self.places)
            if route is not None:
                last = self.policy.last_moment
                car.leave_s = route.depart_s if last else max(car.free_s, self.now_s)

    def _note(self, done: Done) -> None:
        self.log.append(done)
        if done.task.kind == "dropoff":
            del self.active[done.task.ref]

    def seed(self) -> int:
        self._turn += 1
        return self.policy.seed * 1_000_003 + self._turn


def dispatcher(
    vehicles: Sequence[Vehicle], dimensions: tuple[str, ...], travel: Travel, policy: Policy
) -> Dispatcher:
    """The day before its first event: every vehicle at its start, nobody asked yet."""
    places = Places(travel)
    made = Dispatcher(dimensions, places, policy)
    for vehicle in vehicles:
        own: tuple[int, ...] = ()
        if places.grow:
            own = tuple(places.add(*places.at(vehicle.start_place)) for _ in range(2))
        made.cars[vehicle.id] = Car(vehicle, vehicle.start_place, vehicle.shift_start_s, own)
    return made
