"""A fleet that drives on while people ask: where it is, who is aboard, what was done when."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transport.dispatch.solver import arrays, travel
from transport.dispatch.solver.model import Problem, Vehicle
from transport.dispatch.solver.rolling import Fleet

pytestmark = pytest.mark.timeout(900)  # kernels are compiled with the first call

SLOTS = 4


def fleet(*starts, seats=4):
    start_m = np.array(starts or [(0.0, 0.0)])
    return Fleet(
        start_m, np.full(len(start_m), seats, np.int32), slots=SLOTS, speed_m_s=10.0, detour=1.0
    )


def ask(cars, from_m, to_m, party=1):
    return cars.ask(from_m, to_m, party, pickup_until_s=1e6, dropoff_until_s=1e6)


def plan(cars, vehicle, *nodes):
    cars.routes.stops[vehicle, : len(nodes)] = nodes
    cars.routes.length[vehicle] = len(nodes)


def at(cars, vehicle=0):
    return cars.places_m(np.array([vehicle]))[0].tolist()


def done(cars, now_s):
    found = cars.move(now_s)
    return sorted(
        zip(found.nodes.tolist(), found.begun_s.tolist(), found.vehicles.tolist(), strict=True)
    )


def test_a_car_drives_to_its_stops_and_is_on_the_line_between_them():
    cars = fleet()
    slot = ask(cars, (1000, 0), (1000, 500), party=2)
    plan(cars, 0, slot, SLOTS + slot)

    assert done(cars, 40) == []
    assert at(cars) == [400, 0]
    assert done(cars, 120) == [(slot, 100.0, 0)]
    assert at(cars) == [1000, 200]
    assert (cars.arrays.start_load[0, 0], cars.arrays.on_board[slot]) == (2, 0)
    assert done(cars, 1000) == [(SLOTS + slot, 150.0, 0)]
    assert at(cars) == [1000, 500]
    assert (cars.arrays.start_load[0, 0], cars.arrays.on_board[slot]) == (0, -1)
    assert cars.driven_m[0] == pytest.approx(1500)
    assert cars.idle().tolist() == [0]
    assert cars.arrays.earliest[2 * SLOTS] == 1000


def test_a_car_can_be_sent_elsewhere_from_between_two_stops():
    cars = fleet()
    first = ask(cars, (1000, 0), (2000, 0))
    plan(cars, 0, first, SLOTS + first)
    cars.move(50)
    second = ask(cars, (500, 400), (500, 500))
    plan(cars, 0, second, SLOTS + second, first, SLOTS + first)

    assert done(cars, 95) == [(second, 90.0, 0)]


def test_an_idle_car_drives_to_where_it_shall_wait_and_stays_there():
    cars = fleet()
    cars.send(0, (300, 400))

    cars.move(20)
    assert at(cars) == pytest.approx([120, 160])
    cars.move(100)
    cars.move(200)

    assert at(cars) == pytest.approx([300, 400])
    assert cars.driven_m[0] == pytest.approx(500)


def test_work_takes_the_place_of_waiting():
    cars = fleet()
    cars.send(0, (1000, 0))
    cars.move(20)
    slot = ask(cars, (0, 0), (0, 100))
    plan(cars, 0, slot, SLOTS + slot)

    assert done(cars, 60) == [(slot, 40.0, 0), (SLOTS + slot, 50.0, 0)]
    assert at(cars) == [0, 100]
    cars.move(90)
    assert at(cars) == [0, 100]


def test_slots_are_used_again_and_run_out():
    cars = fleet()
    slots = [ask(cars, (0, 0), (9, 9)) for _each in range(SLOTS)]

    with pytest.raises(IndexError):
        ask(cars, (0, 0), (9, 9))
    cars.forget(slots[2])

    assert ask(cars, (1, 1), (9, 9)) == slots[2]


def test_its_arrays_are_those_of_the_same_problem():
    """Field by field, so that a new rule of the solver is not forgotten here."""
    cars = fleet((10.0, 20.0), (30.0, 40.0))
    xs, ys = [0.0] * 8 + [10.0, 30.0], [0.0] * 8 + [20.0, 40.0]
    roads = travel.on_plane("t", xs, ys, speed_m_s=10.0)
    vehicles = tuple(Vehicle(str(n), (4,), 8 + n) for n in range(2))
    other = arrays.of_problem(Problem("p", ("seats",), vehicles, (), roads))

    for name in arrays.Arrays._fields:
        mine, theirs = getattr(cars.arrays, name), getattr(other, name)
        if name != "t":
            assert mine.dtype == theirs.dtype, name
            assert mine.ndim == theirs.ndim, name
    for name in ("capacity", "start_load", "skills", "max_duration", "driving_left", "break_ptr"):
        assert np.array_equal(getattr(cars.arrays, name), getattr(other, name)), name
    for name in arrays.TravelArrays._fields:
        assert np.array_equal(getattr(cars.arrays.t, name), getattr(other.t, name)), name


places = st.tuples(st.integers(0, 3000), st.integers(0, 3000))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(places, places), min_size=1, max_size=SLOTS),
    st.lists(st.floats(0.5, 300), min_size=1, max_size=12),
    st.randoms(use_true_random=False),
)
def test_looking_more_often_changes_nothing(rides, looks, chance):
    """Times of service, metres and the end are the same in many small moves as in one."""
    slots = range(len(rides))
    order = [node for slot in slots for node in (slot, SLOTS + slot)]
    chance.shuffle(order)
    for slot in slots:  # pick-up first
        i, j = sorted((order.index(slot), order.index(SLOTS + slot)))
        order[i], order[j] = slot, SLOTS + slot
    both = fleet(seats=9), fleet(seats=9)
    for cars in both:
        numbers = [ask(cars, *ride) for ride in rides]
        plan(cars, 0, *[numbers[n % SLOTS] + SLOTS * (n // SLOTS) for n in order])
    end_s = sum(looks) + 1

    often, now_s = [], 0.0
    for look in looks:
        now_s += look
        often += done(both[0], now_s)
    often += done(both[0], end_s)
    once = done(both[1], end_s)

    assert [each[::2] for each in sorted(often)] == [each[::2] for each in once]
    assert [each[1] for each in sorted(often)] == pytest.approx([each[1] for each in once])
    assert both[0].driven_m[0] == pytest.approx(both[1].driven_m[0], abs=1e-6)
    assert at(both[0]) == pytest.approx(at(both[1]), abs=1e-6)
