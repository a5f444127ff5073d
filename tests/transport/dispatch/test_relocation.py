"""Where idle cars wait, and when those leave that are needed later."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transport.dispatch.solver import checker, timetable, travel
from transport.dispatch.solver.model import Kind, Plan, Problem, Request, Task, Vehicle
from transport.dispatch.solver.relocation import Seen, departure_s, hold, relocate

pytestmark = pytest.mark.timeout(900)  # kernels are compiled with the first call

S_PER_M = 0.1


def seen(*asked, cell_m=1000.0, memory_s=1200.0):
    """``asked`` are (x, y, at_s)."""
    found = Seen(cell_m, memory_s)
    for x, y, at_s in asked:
        found.add((x, y), at_s)
    return found


def move_all(idle, demand, *, soon=(), at_s=0.0, most_s=3600):
    return relocate(
        np.array(idle, float).reshape(-1, 2),
        np.array(soon, float).reshape(-1, 2),
        demand,
        at_s=at_s,
        s_per_m=S_PER_M,
        most_s=most_s,
    )


def test_cars_go_from_where_nobody_asks_to_the_middle_of_those_who_do():
    demand = seen((5200, 100, 0), (5400, 300, 0))

    moves = move_all([(100, 100), (200, 100)], demand)

    assert sorted((move.car, move.to_m) for move in moves) == [(0, (5300, 200)), (1, (5300, 200))]


def test_demand_fades_and_the_newer_asks_weigh_more():
    demand = seen(*[(500, 500, 0)] * 8, *[(5500, 500, 6000)] * 8, memory_s=1200)

    moves = move_all([(500, 500)] * 4, demand, at_s=6000)

    assert [move.to_m for move in moves] == [(5500, 500)] * 4


def test_eight_times_the_demand_has_four_times_the_cars():
    demand = seen(*[(500, 500, 0)] * 8, (5500, 500, 0))

    moves = move_all([(5500, 500)] * 5, demand)

    assert [move.to_m for move in moves] == [(500, 500)] * 4


def test_a_car_that_is_free_there_soon_counts_as_being_there():
    demand = seen((500, 500, 0), (5500, 500, 0))

    assert len(move_all([(500, 500)] * 2, demand)) == 1
    assert move_all([(500, 500)], demand, soon=[(5500, 500)]) == []


def test_nobody_drives_longer_than_allowed_for_a_place_to_wait():
    demand = seen((9000, 0, 0))

    assert move_all([(0, 0)], demand, most_s=899) == []
    assert len(move_all([(0, 0)], demand, most_s=900)) == 1


def test_the_car_that_stands_best_stays():
    demand = seen((3500, 500, 0), (500, 500, 0))

    moves = move_all([(600, 500), (500, 500)], demand)

    assert [(move.car, move.to_m) for move in moves] == [(0, (3500, 500))]


points = st.tuples(st.integers(-9000, 9000), st.integers(-9000, 9000))


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(points, st.integers(0, 3000)), max_size=25),
    st.lists(points, max_size=15),
    st.lists(points, max_size=5),
)
def test_each_car_moves_once_to_where_somebody_asked_and_cells_never_get_too_many(asks, idle, soon):
    asks = sorted(asks, key=lambda ask: ask[1])
    demand = seen(*[(*at, when) for at, when in asks])

    moves = move_all(idle, demand, soon=soon, at_s=3000)

    assert moves == move_all(idle, demand, soon=soon, at_s=3000)
    assert len({move.car for move in moves}) == len(moves)
    cells = {demand.cell(at) for at, _when in asks}
    for move in moves:
        assert 0 <= move.car < len(idle)
        assert demand.cell(move.to_m) in cells
        assert demand.cell(move.to_m) != demand.cell(idle[move.car])


@pytest.mark.parametrize("field", ["cell_m", "memory_s"])
def test_a_cell_or_a_memory_of_nothing_is_refused(field):
    with pytest.raises(ValueError, match=field):
        Seen(**{field: 0.0})


STEPS = (travel.Step(600, 2.0), travel.Step(1200, 0.5), travel.Step(4000, 1.3))


def problem(*, steps=STEPS):
    requests = (
        Request("early", (1,), 1, 2, pickup_from_s=900, pickup_until_s=1500),
        Request("late", (1,), 3, 4, pickup_from_s=5000, pickup_until_s=6000, max_ride_s=900),
    )
    roads = travel.on_plane(
        "t", [0, 900, 4000, 1000, 0], [0, 0, 0, 800, 0], speed_m_s=10, steps=steps
    )
    return Problem("p", ("seats",), (Vehicle("v", (4,), 0, end_place=0),), requests, roads)


def route(case):
    tasks = [Task(kind, ref) for ref in ("early", "late") for kind in (Kind.PICKUP, Kind.DROPOFF)]
    found = timetable.earliest(case, case.vehicles[0], tasks)
    assert not isinstance(found, timetable.Impossible)
    return found


def test_a_car_leaves_as_late_as_it_may_and_serves_at_the_same_times():
    case = problem()
    first = route(case)

    held = hold(case, first)

    assert [stop.begin_s for stop in held.stops] == [stop.begin_s for stop in first.stops]
    assert held.depart_s > first.depart_s
    assert held.stops[1].depart_s > first.stops[1].depart_s + 1000
    for stop in held.stops:
        assert stop.begin_s - stop.arrive_s < 1e-6
    assert checker.check(case, Plan("p", "t", (held,))) == ()


def test_without_any_waiting_nothing_changes():
    case = problem(steps=())
    tight = dataclasses.replace(
        case, requests=tuple(dataclasses.replace(each, pickup_from_s=0.0) for each in case.requests)
    )

    assert hold(tight, route(tight)) == route(tight)


@given(st.floats(-2000, 9000), st.integers(0, 4), st.integers(0, 4))
def test_the_last_moment_to_leave_is_the_arrival_backwards(arrive_s, origin, destination):
    roads = problem().travel

    leaves_s = departure_s(roads, origin, destination, arrive_s)

    assert math.isclose(roads.arrival_s(origin, destination, leaves_s), arrive_s, abs_tol=1e-6)
