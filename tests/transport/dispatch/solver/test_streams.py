"""Laws of a dispatcher's day, over random streams of what people and vehicles do."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from tests.transport.dispatch.solver.cases import LONG
from transport.dispatch.solver import arrays, checker, replay, verdict
from transport.dispatch.solver.model import Break, DrivingLimits, Kind, Request, Task, Vehicle
from transport.dispatch.solver.online.dispatcher import (
    Accepted,
    Dispatcher,
    Policy,
    dispatcher,
)
from transport.dispatch.solver.travel import Step, Travel, by_matrix, on_earth, on_plane

STREAMS = 10_000 if LONG else 100
pytestmark = pytest.mark.timeout(7200)
"""The first of them compiles kernels; with --long they take an hour."""
PLACES = 8
Event = tuple[str, int, int, int, int]

EVENTS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "ask",
                "ask",
                "ask",
                "ask",
                "cancel",
                "delay",
                "late fix",
                "fix",
                "breakdown",
                "improve",
            ]
        ),
        st.integers(0, 1500),  # seconds since the event before
        st.integers(0, 11),
        st.integers(0, PLACES - 1),
        st.integers(0, 1800),
    ),
    min_size=1,
    max_size=20,
)


def ground(kind: int) -> Travel:
    points = [
        ((7 * n * n + 3 * n) % 11 * 700.0, (5 * n * n + n) % 13 * 600.0) for n in range(PLACES)
    ]
    x, y = [point[0] for point in points], [point[1] for point in points]
    if kind == 4:
        east, north = [100 + 1e-5 * at for at in x], [30 + 9e-6 * at for at in y]
        return on_earth("earth", east, north, speed_m_s=9.0)
    steps = (Step(1200.0, 1.5), Step(4000.0, 0.9)) if kind % 2 else ()
    plane = on_plane("plane", x, y, speed_m_s=9.0, steps=steps)
    if kind < 2:
        return plane
    seconds = [
        [plane.seconds_between(i, j) * (1 + (i * j) % 3 / 4) for j in range(PLACES)]
        for i in range(PLACES)
    ]
    metres = [[plane.metres_between(i, j) for j in range(PLACES)] for i in range(PLACES)]
    return by_matrix("matrix", seconds, metres, steps)


def vehicles() -> list[Vehicle]:
    pause = Break("lunch", 2000.0, 6000.0, 900.0, with_riders=False)
    return [
        Vehicle("a", (4, 2), 0),
        Vehicle("b", (3, 1), 3, end_place=3, shift_end_s=12_000.0, breaks=(pause,)),
        Vehicle(
            "c",
            (6, 4),
            5,
            skills=frozenset({"lift"}),
            max_duration_s=9000.0,
            driving=DrivingLimits(max_s=6000.0, max_continuous_s=5000.0),
        ),
    ]


@dataclass
class Watch:
    """A day and what was seen of it so far."""

    day: Dispatcher
    accepted: set[str] = field(default_factory=set)
    over: set[str] = field(default_factory=set)
    rides: dict[str, str] = field(default_factory=dict)
    asked: int = 0

    def play(self, event: Event) -> None:
        what, wait, number, place, more = event
        now = self.day.now_s + wait
        committed = self.committed(now)
        out, cancelled = "", ""
        car = list(self.day.cars)[number % 3]
        if what == "ask":
            self.ask(now, number, place, more)
        elif what == "cancel":
            cancelled = f"r{number}"
            if self.day.cancel(cancelled, now):
                self.accepted.discard(cancelled)
        elif what == "delay":
            self.day.delay(car, more, now)
        elif what == "late fix":
            assert not self.day.locate(car, -2e9, more, now)
        elif what == "fix":
            self.day.locate(car, now, more / 3, now)
        elif what == "breakdown":
            out = car
            self.day.breakdown(car, now)
        else:
            self.day.improve(now)
        self.check(committed, out, cancelled)

    def ask(self, now: float, number: int, place: int, more: int) -> None:
        request = Request(
            f"r{self.asked}",
            (1 + number % 3, number % 2),
            place,
            (place + 1 + number) % PLACES,
            pickup_from_s=now + more / 2,
            pickup_until_s=now + more / 2 + 300 + more,
            pickup_service_s=30.0,
            dropoff_service_s=15.0 * (number % 2),
            max_ride_s=None if number % 4 == 0 else 900.0 + 60 * number,
            skills=frozenset({"lift"}) if number == 5 else frozenset(),
            vehicle_id="a" if number == 7 and not self.day.cars["a"].out else None,
        )
        self.asked += 1
        if isinstance(self.day.ask(request, now), Accepted):
            self.accepted.add(request.id)

    def committed(self, now: float) -> dict[str, Task]:
        """What each vehicle is bound to, once time has passed."""
        self.day.advance(now)
        return {
            id: car.leg.task
            for id, car in self.day.cars.items()
            if car.leg is not None
            and car.leg.task is not None
            and car.committed(now, self.day.policy.commit_s)
        }

    def check(self, committed: dict[str, Task], out: str, cancelled: str) -> None:
        day = self.day
        self.check_riders(out)
        for id, task in committed.items():
            if id != out and task.ref != cancelled:
                assert day.cars[id].stops[0].task == task, "a committed stop has moved"
        done = {stop.task.ref for stop in day.log if stop.task.kind is Kind.DROPOFF}
        assert self.accepted == done | set(day.active) | set(day.stuck), "somebody was dropped"
        problem, plan = day.plan()
        assert checker.check(problem, plan) == ()
        assert set(plan.unserved) == set()
        rows = arrays.routes_from(problem, day.sequences())
        assert verdict.keeps(arrays.of_problem(problem), rows)
        for car in day.cars.values():
            assert not car.out or not car.stops

    def check_riders(self, out: str) -> None:
        """Who sits in a vehicle leaves from it, unless it broke down."""
        for id, car in self.day.cars.items():
            for ref in car.on_board:
                assert self.rides.setdefault(ref, id) == id, "a rider has changed vehicles"
        self.rides = {ref: id for ref, id in self.rides.items() if id != out}
        for stop in self.day.log:
            if stop.task.kind is Kind.DROPOFF and stop.task.ref in self.rides:
                assert self.rides[stop.task.ref] == stop.vehicle_id


def played(events: list[Event], kind: int, policy: Policy) -> Watch:
    watch = Watch(dispatcher(vehicles(), ("seats", "bags"), ground(kind), policy))
    for event in events:
        watch.play(event)
    return watch


@given(events=EVENTS, kind=st.integers(0, 4), steps=st.sampled_from([0, 12]), late=st.booleans())
@settings(
    max_examples=STREAMS, deadline=None, derandomize=not LONG, database=None,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
def test_every_stream_keeps_the_laws(events, kind, steps, late):
    policy = Policy(rescue_steps=steps, improve_steps=steps, last_moment=late, commit_s=200.0)
    watch = played(events, kind, policy)
    again = played(events, kind, policy)

    note(f"{len(watch.day.broken)} limits widened, {len(watch.day.stuck)} stuck")
    assert replay.dump(*watch.day.plan()) == replay.dump(*again.day.plan())
    if not watch.day.cars["a"].out:  # it has no shift and no pauses
        assert all(request.skills for request in watch.day.stuck.values()), (
            "nobody waits for nothing"
        )
    watch.day.advance(watch.day.now_s + 1e6)
    assert not watch.day.active, "the day ends with everybody where they wanted to go"


def test_nothing_is_widened_while_nothing_goes_wrong():
    day = played([("ask", 60 * n % 300, n, n % PLACES, 1200) for n in range(12)], 0, Policy()).day

    assert not day.broken
    assert len(day.log) + len(day.active) > 6


def test_whoever_sits_in_a_vehicle_that_breaks_down_is_fetched_by_another():
    day = dispatcher(
        [vehicles()[0], replace(vehicles()[0], id="d")],
        ("seats", "bags"),
        ground(0),
        Policy(),
    )
    wish = Request("r", (1, 0), 1, 6, pickup_until_s=1500.0, max_ride_s=900.0)
    taken = day.ask(wish, 0.0)
    day.advance(taken.pickup_s + 60)
    assert day.cars[taken.vehicle_id].on_board

    day.breakdown(taken.vehicle_id, taken.pickup_s + 60)
    day.advance(1e6)

    other = next(id for id in day.cars if id != taken.vehicle_id)
    assert [stop.vehicle_id for stop in day.log] == [taken.vehicle_id, other, other]
    assert day.log[-1].task == Task(Kind.DROPOFF, "r")


@pytest.mark.parametrize("how", ["delay", "position"])
def test_a_vehicle_that_is_bound_to_a_stop_stays_so_when_it_will_be_late(how):
    day = dispatcher([vehicles()[0]], ("seats", "bags"), ground(0), Policy(commit_s=200.0))
    wish = Request("r", (1, 0), 1, 6, pickup_until_s=1500.0)
    there_s = day.ask(wish, 0.0).pickup_s
    day.advance(there_s - 199.0)
    assert day.cars["a"].committed(day.now_s, 200.0)

    if how == "delay":
        day.delay("a", 600.0, day.now_s)
    else:
        assert day.locate("a", day.now_s, 799.0, day.now_s)

    assert day.cars["a"].committed(day.now_s, 200.0)
    assert day.plan()[1].routes[0].stops[0].begin_s == pytest.approx(there_s + 600)
    day.advance(there_s + 599)
    assert day.log == []
    day.advance(there_s + 601)
    assert [stop.begin_s for stop in day.log] == [pytest.approx(there_s + 600)]


def test_whoever_no_vehicle_can_take_any_more_may_still_cancel():
    day = dispatcher([vehicles()[2]], ("seats", "bags"), ground(0), Policy())
    day.ask(Request("r", (1, 0), 1, 6, pickup_until_s=1500.0), 0.0)
    day.breakdown("c", 0.0)
    assert set(day.stuck) == {"r"}

    assert day.cancel("r", 1.0)

    assert not day.stuck
    assert not day.cancel("r", 1.0)
