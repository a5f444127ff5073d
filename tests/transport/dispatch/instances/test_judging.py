"""Routes are judged from the definition alone: who is served, on board, in time, how long."""

from __future__ import annotations

import dataclasses
from itertools import pairwise

import pytest

from tests.transport.dispatch.instances.files import DARP, LILIM, write
from transport.dispatch import instances
from transport.dispatch.instances import Instance, faults, route_cost


@pytest.fixture
def darp(tmp_path) -> Instance:
    return instances.read(write(tmp_path, "small.txt", DARP))


GOOD = [[1, 4, 3, 6], [2, 5]]


def test_good_routes_have_no_fault_and_cost_their_way(darp):
    way = [0, 2, 5, 7]

    assert faults(darp, GOOD) == []
    assert route_cost(darp, [2, 5]) == pytest.approx(
        sum(darp.distance(a, b) for a, b in pairwise(way))
    )
    assert route_cost(darp, []) == 0


@pytest.mark.parametrize(
    ("routes", "words"),
    [
        ([[1, 4, 3, 6]], "not visited: [2, 5]"),
        ([[1, 4, 3, 6], [2, 5, 5]], "a node is visited twice"),
        ([[1, 4], [3, 6], [2, 5]], "3 vehicles are used, there are 2"),
        ([[4, 1, 3, 6], [2, 5]], "a delivery is not after its pickup"),
        ([[1, 5, 3, 6], [2, 4]], "a delivery is not after its pickup"),
        ([[1, 4, 3, 6, 9], [2, 5]], "no stop of any request: [9]"),
        ([[3, 6, 1, 4], [2, 5]], "no schedule keeps windows"),
    ],
)
def test_each_fault_is_found(darp, routes, words):
    assert any(words in fault for fault in faults(darp, routes))


def test_a_ride_that_waiting_makes_too_long_is_found_and_one_that_can_start_later_is_not(darp):
    window = dataclasses.replace(darp.nodes[1], late=20.0)
    early = dataclasses.replace(darp, nodes=(darp.nodes[0], window, *darp.nodes[2:]))

    assert faults(darp, GOOD) == []
    assert faults(early, GOOD) == [
        "route 0: no schedule keeps windows, rides and the route's length"
    ]


def test_a_route_may_be_no_longer_than_allowed(darp):
    fits = dataclasses.replace(darp, max_duration=52.0)
    longer = dataclasses.replace(darp, max_duration=50.0)

    assert faults(fits, GOOD) == []
    assert "no schedule" in faults(longer, GOOD)[0]


def test_more_on_board_than_the_capacity_is_found(tmp_path):
    pdp = instances.read(write(tmp_path, "lc.txt", LILIM))
    small = dataclasses.replace(pdp, capacity=8)

    assert faults(pdp, [[1, 2, 3, 4]]) == []
    assert faults(small, [[1, 2, 3, 4]]) == ["route 0: more on board than the capacity"]
    assert faults(small, [[1, 3, 2, 4]]) == []
