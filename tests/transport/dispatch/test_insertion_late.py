"""Insertion that prices people's time chooses what plain Python finds by trying everything."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transport.dispatch.solver import arrays, costs, insertion, timetable, travel
from transport.dispatch.solver.model import Kind, Problem, Request, Task, Vehicle

pytestmark = pytest.mark.timeout(900)  # kernels are compiled with the first call

places = st.integers(0, 9)


@st.composite
def requests(draw, number):
    pickup = draw(places)
    early = draw(st.integers(0, 400))
    return Request(
        f"r{number}",
        (draw(st.integers(1, 3)),),
        pickup,
        draw(places.filter(lambda place: place != pickup)),
        pickup_from_s=early,
        pickup_until_s=early + draw(st.integers(100, 900)),
        dropoff_until_s=early + draw(st.integers(600, 3000)),
        pickup_service_s=draw(st.sampled_from([0.0, 30.0])),
        max_ride_s=draw(st.sampled_from([None, 250.0, 700.0])),
    )


@st.composite
def problems(draw):
    x, y = (draw(st.lists(st.integers(0, 3000), min_size=10, max_size=10)) for _axis in "xy")
    if draw(st.booleans()):
        roads = travel.on_plane("t", x, y, speed_m_s=10, detour=1.2)
    else:
        metres = np.hypot(np.subtract.outer(x, x), np.subtract.outer(y, y))
        roads = travel.by_matrix("t", metres / 8, metres)
    cars = [Vehicle(f"v{n}", (4,), draw(places), shift_start_s=60.0 * n) for n in range(3)]
    asked = [draw(requests(number)) for number in range(draw(st.integers(1, 6)))]
    return Problem("p", ("seats",), tuple(cars), tuple(asked), roads)


def price(problem, vehicle, tasks, late):
    """(fen of the legs and of everybody's moments of getting off), or None where there is no timetable."""
    if not tasks:
        return 0.0
    route = timetable.earliest(problem, vehicle, tasks)
    loads = np.cumsum([_load(problem, task) for task in tasks])
    if isinstance(route, timetable.Impossible) or loads.max() > vehicle.capacities[0]:
        return None
    off_s = sum(stop.begin_s for stop in route.stops if stop.kind is Kind.DROPOFF)
    return costs.of_route(problem, vehicle, route) + late * off_s


def _load(problem, task):
    party = next(each.party[0] for each in problem.requests if each.id == task.ref)
    return party if task.kind is Kind.PICKUP else -party


def cheapest(problem, rows, request, late):
    """What the best place adds, by trying every pair of positions of every vehicle."""
    direct_s = request.pickup_service_s + problem.travel.seconds_between(
        request.pickup_place, request.dropoff_place
    )
    straight = late * max(request.pickup_from_s + direct_s, request.dropoff_from_s)
    added = []
    for vehicle in problem.vehicles:
        row = rows[vehicle.id]
        for i in range(len(row) + 1):
            for j in range(i, len(row) + 1):
                tasks = [
                    *row[:i], Task(Kind.PICKUP, request.id), *row[i:j],
                    Task(Kind.DROPOFF, request.id), *row[j:],
                ]  # fmt: skip
                after = price(problem, vehicle, tasks, late)
                if after is not None:
                    added.append(after - price(problem, vehicle, row, late) - straight)
    return min(added, default=None)


@settings(max_examples=120, deadline=None)
@given(problems(), st.sampled_from([0.0, 0.3, 5.0, 400.0]))
def test_it_finds_what_plain_python_finds_by_trying_everything(problem, late):
    a, rows = arrays.of_problem(problem), {vehicle.id: [] for vehicle in problem.vehicles}
    routes, tasks = arrays.routes_of(problem), arrays.task_of(problem)

    for number, request in enumerate(problem.requests):
        found = insertion.best(a, routes, number, late=late)
        assert found == insertion.scan(a, routes, number, late=late)
        wanted = cheapest(problem, rows, request, late)
        if found is None:
            assert wanted is None
            continue
        assert found.cost == pytest.approx(wanted, abs=1e-3, rel=1e-9)
        routes = insertion.insert(a, routes, number, found)
        row = routes.stops[found.vehicle, : routes.length[found.vehicle]]
        rows[problem.vehicles[found.vehicle].id] = [tasks[node] for node in row]


def test_people_in_the_car_count_as_much_as_who_asks():
    """A short way back for the car, but everybody aboard would wait: another car comes."""
    roads = travel.on_plane("t", [0, 5000, -300, -800, -2000], [0] * 5, speed_m_s=10)
    cars = (Vehicle("busy", (4,), 0), Vehicle("far", (4,), 4))
    asked = (*(Request(f"aboard{n}", (1,), 0, 1) for n in range(3)), Request("new", (1,), 2, 3))
    problem = Problem("p", ("seats",), cars, asked, roads)
    a, routes = arrays.of_problem(problem), arrays.routes_of(problem)
    for number in range(3):
        place = insertion.best(a, routes, number)
        routes = insertion.insert(a, routes, number, place._replace(vehicle=0))

    assert insertion.best(a, routes, 3).vehicle == 0
    assert insertion.best(a, routes, 3, late=10.0).vehicle == 1
