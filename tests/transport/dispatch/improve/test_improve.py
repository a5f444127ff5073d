"""The search finds the best plan where everything can be tried, and never breaks what was promised."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.transport.dispatch.improve.problems import accepted, least_cost, random_problem
from transport.dispatch.solver import arrays, checker, costs, dayahead, schedule
from transport.dispatch.solver.improve import clocks, improve, rows, tuning
from transport.dispatch.solver.model import (
    Break,
    Cost,
    DrivingLimits,
    Kind,
    OnBoard,
    Plan,
    Problem,
    Request,
    Task,
    Vehicle,
)
from transport.dispatch.solver.travel import on_plane

pytestmark = pytest.mark.timeout(900)  # kernels are compiled with the first call


def solved(problem: Problem, *, iterations: int = 400, seed: int = 1) -> Plan:
    found = improve(dayahead.nobody_yet(problem), problem, iterations=iterations, seed=seed)
    assert checker.check(problem, found) == ()
    return found


@pytest.mark.parametrize("seed", range(14))
def test_small_problems_are_solved_to_the_optimum(seed):
    problem = random_problem(seed)

    found = solved(problem)

    assert costs.of_plan(problem, found) == pytest.approx(least_cost(problem), abs=1e-6)


@pytest.mark.parametrize("seed", range(90, 98))
def test_so_are_those_whose_vehicles_end_elsewhere_and_idle_ones_cost_nothing(seed):
    problem = random_problem(seed, vehicles=3, fixed=seed % 2 * 500.0)
    cars = tuple(replace(car, end_place=1 + 2 * k) for k, car in enumerate(problem.vehicles))
    problem = replace(problem, vehicles=cars)

    found = solved(problem, iterations=200)

    assert costs.of_plan(problem, found) == pytest.approx(least_cost(problem), abs=1e-6)


@pytest.mark.parametrize("seed", range(20, 24))
def test_so_are_those_where_the_hour_of_the_day_counts(seed):
    problem = random_problem(seed, requests=3, steps=True)

    found = solved(problem, iterations=150)

    assert costs.of_plan(problem, found) == pytest.approx(least_cost(problem), abs=1e-6)


@pytest.mark.parametrize("seed", range(30, 36))
def test_vehicles_that_cost_are_as_few_as_possible(seed):
    problem = random_problem(seed, vehicles=3, fixed=1e6)
    problem = replace(problem, vehicles=tuple(
        replace(problem.vehicles[0], id=f"v{k}") for k in range(3)
    ))  # fmt: skip

    found = solved(problem)

    assert costs.of_plan(problem, found) == pytest.approx(least_cost(problem), abs=1e-6)


def test_the_same_seed_and_steps_give_the_same_plan_and_another_seed_another_search():
    problem = random_problem(40, requests=30, vehicles=5)

    one, again, other = (solved(problem, iterations=60, seed=seed) for seed in (7, 7, 8))

    assert one == again
    assert one != other


def test_what_is_remembered_of_insertions_changes_nothing():
    problem = random_problem(41, requests=25, vehicles=4)
    a = arrays.of_problem(problem)

    plans = [
        rows.searched(
            a,
            arrays.routes_of(problem),
            clocks.StepClock(200),
            seed=3,
            tuning=tuning.Tuning(slots=slots),
        ).stops.tolist()
        for slots in (1, 64, 1 << 14)
    ]

    assert plans[0] == plans[1] == plans[2]


def test_more_steps_are_never_worse_and_a_plan_is_never_made_worse():
    problem = random_problem(42, requests=25, vehicles=4)
    plan = solved(problem, iterations=30)

    better = improve(plan, problem, iterations=100, seed=2)

    assert costs.of_plan(problem, better) <= costs.of_plan(problem, plan)


def test_cpu_time_is_a_budget_too():
    problem = random_problem(43, requests=30, vehicles=5)
    solved(problem, iterations=1)  # the kernels are there

    found = improve(dayahead.nobody_yet(problem), problem, cpu_s=0.2, seed=1)

    assert checker.check(problem, found) == ()
    assert not found.unserved


@pytest.mark.parametrize("price", [1e9, 5.0])
def test_who_was_accepted_is_carried_whatever_it_costs(price):
    problem = random_problem(45)
    wishes = (replace(problem.requests[0], accepted=True), *problem.requests[1:])
    wishes = tuple(replace(wish, penalty=1e9) for wish in wishes)
    cars = tuple(replace(car, cost=Cost(price, price, 0.0)) for car in problem.vehicles)

    found = solved(replace(problem, requests=wishes, vehicles=cars), iterations=100)

    assert "r0" not in found.unserved


@pytest.mark.parametrize("budget", [{}, {"cpu_s": 1.0, "iterations": 5}, {"iterations": 0}])
def test_one_budget_is_needed(budget):
    problem = random_problem(1)

    with pytest.raises(ValueError, match=r"budget|at least"):
        improve(dayahead.nobody_yet(problem), problem, **budget)


def under_way(problem: Problem) -> tuple[Problem, Plan]:
    """After ten minutes: the first vehicle with a rider has a committed stop, accepted are all."""
    plan = solved(accepted(problem), iterations=100)
    route = max(plan.routes, key=lambda r: len(r.stops))
    first = next(k for k, stop in enumerate(route.stops) if stop.kind is Kind.PICKUP)
    aboard, coming = route.stops[first], route.stops[first + 1]
    cars = tuple(
        replace(
            car,
            start_place=aboard.place,
            shift_start_s=aboard.depart_s,
            on_board=(OnBoard(aboard.ref, aboard.depart_s),),
            committed=(coming.task,),
        )
        if car.id == route.vehicle_id
        else car
        for car in problem.vehicles
    )
    later = replace(accepted(problem), vehicles=cars)
    tail = replace(route, stops=route.stops[first + 1 :], depart_s=aboard.depart_s)
    others = tuple(r for r in plan.routes if r.vehicle_id != route.vehicle_id)
    return later, replace(plan, routes=(tail, *others))


def crossing(*, fixed: float) -> tuple[Problem, Plan]:
    """Two vehicles that each do a ride in the west and then one far in the east, or the other way round."""
    problem = random_problem(44)
    x, y = [0, *[0, 9000, 0, 9000] * 2], [0, *[0, 0, 3000, 3000], *[500, 500, 3500, 3500]]
    starts = (0.0, 2000.0, 2000.0, 0.0)  # west, east, west, east
    requests = tuple(
        replace(
            request,
            party=(1,),
            pickup_from_s=at,
            pickup_until_s=at + 1000,
            dropoff_from_s=0.0,
            dropoff_until_s=9000.0,
            max_ride_s=300.0,
            accepted=True,
        )
        for request, at in zip(problem.requests, starts, strict=True)
    )
    cars = tuple(
        Vehicle(name, (3,), place, shift_end_s=10_000.0, cost=Cost(fixed, 1.0, 0.0))
        for name, place in (("v0", 0), ("v1", 0))
    )
    problem = replace(
        problem, requests=requests, vehicles=cars, travel=on_plane("ends", x, y, speed_m_s=10.0)
    )
    orders = {"v0": [0, 1], "v1": [3, 2]}
    tasks = {
        name: [Task(kind, f"r{r}") for r in order for kind in (Kind.PICKUP, Kind.DROPOFF)]
        for name, order in orders.items()
    }
    return problem, schedule.plan_of(problem, arrays.routes_from(problem, tasks))


def exchanged(problem: Problem, plan: Plan, **changes: object) -> Plan:
    """After a search by exchanges alone: nobody is ever taken out."""
    a = arrays.of_problem(problem)
    told = tuning.Tuning(exchanges=1.0, **changes)
    found = rows.searched(
        a, arrays.routes_of(problem, plan), clocks.StepClock(60), seed=1, tuning=told
    )
    return schedule.plan_of(problem, found, a)


@pytest.mark.parametrize("fixed", [0.0, 1e6])
def test_routes_that_cross_exchange_their_ends(fixed):
    problem, plan = crossing(fixed=fixed)
    assert checker.check(problem, plan) == ()

    found = exchanged(problem, plan)

    assert checker.check(problem, found) == ()
    assert [[stop.ref for stop in route.stops[::2]] for route in found.routes] in (
        [["r0", "r2"], ["r3", "r1"]],
        [["r3", "r1"], ["r0", "r2"]],
    )
    assert costs.of_plan(problem, found) < costs.of_plan(problem, plan) - 9000


@pytest.mark.parametrize("seed", range(70, 90))
def test_an_exchange_of_stretches_breaks_no_rule(seed):
    problem, plan = under_way(random_problem(seed, requests=12, vehicles=4, fixed=seed % 2 * 500.0))

    found = exchanged(problem, plan, hot=5.0)

    assert checker.check(problem, found) == ()
    assert not found.unserved
    assert costs.of_plan(problem, found) <= costs.of_plan(problem, plan) + 1e-6


@pytest.mark.parametrize("seed", range(50, 56))
def test_riders_stay_in_their_vehicle_and_committed_stops_in_their_order(seed):
    problem, plan = under_way(random_problem(seed, requests=12, vehicles=4))
    assert checker.check(problem, plan) == ()

    found = improve(plan, problem, iterations=200, seed=seed)

    assert checker.check(problem, found) == ()
    assert not found.unserved
    assert costs.of_plan(problem, found) <= costs.of_plan(problem, plan) + 1e-6


def test_nobody_gets_on_before_a_rider_aboard_makes_room():
    """The next pick-up lies on the way, but the vehicle is full until its rider has got off beyond it."""
    car = Vehicle("v0", (2,), 0, on_board=(OnBoard("r0", 0.0),), cost=Cost(0.0, 1.0, 0.0))
    aboard = Request("r0", (2,), 0, 2, dropoff_until_s=9000.0, accepted=True)
    next_one = Request("r1", (2,), 1, 3, pickup_until_s=9000.0, accepted=True)
    travel = on_plane("line", [0, 1000, 2000, 500], [0, 0, 0, 0], speed_m_s=10.0)
    problem = Problem("full", ("seats",), (car,), (aboard, next_one), travel)
    off = Task(Kind.DROPOFF, "r0")
    tasks = {"v0": [off, Task(Kind.PICKUP, "r1"), Task(Kind.DROPOFF, "r1")]}
    plan = schedule.plan_of(problem, arrays.routes_from(problem, tasks))

    found = improve(plan, problem, iterations=200, seed=1)

    assert checker.check(problem, found) == ()
    assert found.routes[0].tasks[0] == off


def test_a_vehicle_that_is_late_already_keeps_its_route_while_others_improve():
    problem = accepted(random_problem(57, requests=12, vehicles=3))
    plan = solved(problem, iterations=20)
    a = arrays.of_problem(problem)
    given = arrays.routes_of(problem, plan)
    late = int(given.length.argmax())
    first = int(given.stops[late, 0])
    a = a._replace(latest=a.latest.copy(), earliest=a.earliest.copy())
    a.latest[first] = a.earliest[first] = -1.0

    found = rows.searched(a, given, clocks.StepClock(100), seed=1)

    assert found.stops[late, : found.length[late]].tolist() == (
        given.stops[late, : given.length[late]].tolist()
    )
    everybody = [int(x) for row, m in zip(found.stops, found.length, strict=True) for x in row[:m]]
    assert sorted(everybody) == list(range(24))


def test_breaks_and_hours_at_the_wheel_are_kept():
    problem = random_problem(60, requests=6, vehicles=2)
    pause = Break("lunch", 2000.0, 4000.0, 900.0, with_riders=False)
    limits = DrivingLimits(max_s=5000.0, max_continuous_s=3000.0, rest_s=900.0)
    cars = tuple(replace(car, breaks=(pause,), driving=limits) for car in problem.vehicles)
    problem = replace(problem, vehicles=cars)

    found = solved(problem, iterations=150)

    assert len(found.unserved) < 6
    for route in found.routes:
        assert Task(Kind.BREAK, "lunch") in route.tasks
