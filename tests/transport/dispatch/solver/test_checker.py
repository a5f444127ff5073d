"""Each rule that is broken is named, with where and by how much."""

from __future__ import annotations

from dataclasses import replace

import pytest

from transport.dispatch.solver import checker, timetable
from transport.dispatch.solver.model import (
    Break,
    DrivingLimits,
    Kind,
    OnBoard,
    Plan,
    Problem,
    Promise,
    Request,
    Task,
    Vehicle,
)
from transport.dispatch.solver.rules import Rule
from transport.dispatch.solver.travel import on_plane

pytestmark = pytest.mark.timeout(900)  # kernels are compiled with the first call

PICK, DROP = Task(Kind.PICKUP, "r"), Task(Kind.DROPOFF, "r")


def good() -> tuple[Problem, Plan]:
    """A vehicle 100 s from a party that rides 200 s."""
    request = Request(
        "r", (2,), 1, 2, pickup_until_s=300.0, dropoff_until_s=900.0, max_ride_s=400.0
    )
    vehicle = Vehicle("v", (4,), 0, end_place=0, shift_end_s=2000.0)
    travel = on_plane("t", [0, 1000, 3000], [0, 0, 0], speed_m_s=10)
    problem = Problem("p", ("seats",), (vehicle,), (request,), travel)
    return problem, timetable.plan(problem, {"v": [PICK, DROP]})


def with_vehicle(problem: Problem, **changes: object) -> Problem:
    return replace(problem, vehicles=(replace(problem.vehicles[0], **changes),))


def with_request(problem: Problem, **changes: object) -> Problem:
    return replace(problem, requests=(replace(problem.requests[0], **changes),))


def test_a_good_plan_breaks_nothing():
    assert checker.check(*good()) == ()


PAUSE = Break("b", 0.0, 2000.0, 60.0)
OF_VEHICLE = {
    Rule.CAPACITY: {"capacities": (1,)},
    Rule.SHIFT: {"shift_end_s": 500.0},
    Rule.DURATION: {"max_duration_s": 500.0},
    Rule.BREAK: {"breaks": (PAUSE,)},
    Rule.DRIVING: {"driving": DrivingLimits(max_s=500.0)},
    Rule.CONTINUOUS_DRIVING: {"driving": DrivingLimits(max_continuous_s=500.0)},
    Rule.FROZEN: {"committed": (Task(Kind.BREAK, "b"),), "breaks": (replace(PAUSE, required=False),)},
    Rule.ON_BOARD: {"on_board": (OnBoard("r", 0.0),)},
}  # fmt: skip
OF_REQUEST = {
    Rule.SKILLS: {"skills": frozenset({"lift"})},
    Rule.CLASS: {"classes": frozenset({"bus"})},
    Rule.WINDOW: {"pickup_until_s": 50.0},
    Rule.RIDE: {"max_ride_s": 150.0},
    Rule.PROMISE: {"promise": Promise(dropoff_until_s=250.0)},
}


@pytest.mark.parametrize("rule", OF_VEHICLE)
def test_a_broken_rule_of_the_vehicle_is_named(rule):
    problem, plan = good()
    found = checker.check(with_vehicle(problem, **OF_VEHICLE[rule]), plan)

    assert rule in {item.rule for item in found}


@pytest.mark.parametrize("rule", OF_REQUEST)
def test_a_broken_rule_of_the_request_is_named(rule):
    problem, plan = good()
    found = checker.check(with_request(problem, **OF_REQUEST[rule]), plan)

    assert {item.rule for item in found} == {rule}
    assert found[0].vehicle_id == "v"


def test_how_much_too_late_is_told():
    problem, plan = good()
    (late,) = checker.check(with_request(problem, pickup_until_s=50.0), plan)

    assert (late.ref, late.stop, late.by) == ("r", 0, 50.0)


def test_times_that_no_vehicle_can_drive_are_found():
    problem, plan = good()
    (route,) = plan.routes
    hurried = replace(route.stops[1], arrive_s=200.0, begin_s=200.0, depart_s=200.0)
    faked = replace(plan, routes=(replace(route, stops=(route.stops[0], hurried)),))

    assert Rule.TRAVEL in {item.rule for item in checker.check(problem, faked)}


def test_a_stop_elsewhere_is_found():
    problem, plan = good()
    (route,) = plan.routes
    moved = replace(route, stops=(replace(route.stops[0], place=2), route.stops[1]))

    assert Rule.PLACE in {i.rule for i in checker.check(problem, replace(plan, routes=(moved,)))}


def test_whoever_was_accepted_is_not_left_out():
    problem, _ = good()
    accepted = with_request(problem, accepted=True)
    empty = Plan(problem.id, problem.travel.id, (), ("r",))

    assert [item.rule for item in checker.check(accepted, empty)] == [Rule.DROPPED]
    assert checker.check(problem, empty) == ()
    assert [i.rule for i in checker.check(problem, replace(empty, unserved=()))] == [Rule.UNTOLD]


def test_nobody_is_carried_twice_or_by_a_vehicle_that_is_none():
    problem, plan = good()
    (route,) = plan.routes
    both = replace(plan, unserved=("r",))
    strange = replace(plan, routes=(replace(route, vehicle_id="ghost"),))

    assert Rule.TWICE in {item.rule for item in checker.check(problem, both)}
    assert Rule.UNKNOWN in {item.rule for item in checker.check(problem, strange)}
    assert Rule.SNAPSHOT in {i.rule for i in checker.check(problem, replace(plan, travel_id="x"))}


def test_a_pick_up_comes_before_its_drop_off():
    problem, plan = good()
    (route,) = plan.routes
    backwards = replace(plan, routes=(replace(route, stops=route.stops[::-1]),))

    assert Rule.PAIR in {item.rule for item in checker.check(problem, backwards)}
