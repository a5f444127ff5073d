"""Batches of taxis: as many people as possible, in the least seconds, and why somebody gets no car."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from transport.dispatch.solver import matching
from transport.dispatch.solver.matching import Batch, Left, match

pytestmark = pytest.mark.timeout(900)  # kernels are compiled with the first call

S_PER_M = 0.08
NEVER_S = 10**7


def batch(people_m, cars_m, *, wants=None, offers=None, most_s=3600, norm=2, free_in_s=None):
    people_m = np.array(people_m, float).reshape(-1, 2)
    cars_m = np.array(cars_m, float).reshape(-1, 2)
    late = np.zeros(len(cars_m), np.int64) if free_in_s is None else np.array(free_in_s, np.int64)

    def seconds(people, cars):
        metres = np.linalg.norm(people_m[people] - cars_m[cars], ord=norm, axis=1)
        return np.ceil(metres * S_PER_M).astype(np.int64) + late[cars]

    return Batch(
        people_m,
        cars_m,
        wants if wants is not None else [frozenset()] * len(people_m),
        offers if offers is not None else [frozenset()] * len(cars_m),
        lambda want, offer: want <= offer,
        seconds,
        S_PER_M,
        most_s=most_s,
        norm=norm,
    )


def optimum(case: Batch) -> tuple[int, int]:
    """(people served, seconds) by the dense method, where impossible pairs are very dear."""
    people, cars = len(case.people_m), len(case.cars_m)
    dense = np.full((people, cars), NEVER_S)
    for i in range(people):
        row = case.seconds(np.full(cars, i), np.arange(cars))
        for j in range(cars):
            if case.fits(case.wants[i], case.offers[j]) and row[j] <= case.most_s:
                dense[i, j] = row[j]
    chosen = dense[linear_sum_assignment(dense)]
    real = chosen[chosen < NEVER_S]
    return len(real), int(real.sum())


def check(case: Batch, found: matching.Matching) -> None:
    """What is handed out is possible, and no car twice."""
    people = np.flatnonzero(found.car_of >= 0)
    cars = found.car_of[people]
    assert len(set(cars)) == len(cars)
    assert all(case.fits(case.wants[i], case.offers[j]) for i, j in zip(people, cars, strict=True))
    seconds = case.seconds(people, cars)
    assert (seconds <= case.most_s).all()
    assert seconds.sum() == found.total_s
    assert set(found.left) == set(np.flatnonzero(found.car_of < 0))


metres = st.integers(0, 40_000)
skills = st.frozensets(st.sampled_from(["wheelchair", "pets", "large"]), max_size=2)


@st.composite
def batches(draw):
    people = draw(st.lists(st.tuples(metres, metres, skills), max_size=18))
    cars = draw(st.lists(st.tuples(metres, metres, skills, st.integers(0, 900)), max_size=18))
    return batch(
        [each[:2] for each in people],
        [each[:2] for each in cars],
        wants=[each[2] for each in people],
        offers=[each[2] for each in cars],
        free_in_s=[each[3] for each in cars],
        most_s=draw(st.sampled_from([600, 1800, 20_000])),
        norm=draw(st.sampled_from([1, 2])),
    )


@settings(max_examples=200, deadline=None)
@given(batches(), st.sampled_from([1, 2, 32]))
def test_it_is_the_dense_optimum_however_few_neighbours_it_begins_with(case, nearest):
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(matching, "NEAREST", nearest)
        found = match(case)

    check(case, found)
    assert (len(case.people_m) - len(found.left), found.total_s) == optimum(case)
    assert found.least_s == found.total_s


@settings(max_examples=100, deadline=None)
@given(batches())
def test_it_tells_why_somebody_gets_no_car(case):
    found = match(case)

    for person, why in found.left.items():
        fitting = [j for j, offer in enumerate(case.offers) if case.fits(case.wants[person], offer)]
        near = case.seconds(np.full(len(fitting), person), np.array(fitting, int)) <= case.most_s
        if why == Left.OUTNUMBERED:
            assert near.any()
        else:
            assert not near.any()
            assert bool(fitting) == (why == Left.TOO_FAR)


@pytest.mark.parametrize(("people", "cars"), [(300, 300), (300, 200), (200, 300)])
def test_a_large_batch_is_the_optimum_and_may_stop_within_a_share_of_it(people, cars):
    rng = np.random.default_rng(people + cars)
    case = batch(rng.uniform(0, 20_000, (people, 2)), rng.uniform(0, 20_000, (cars, 2)))
    best = optimum(case)

    exact, near = match(case), match(case, within=0.01)

    assert (people - len(exact.left), exact.total_s) == best
    assert best[1] <= near.total_s <= 1.01 * best[1]
    assert near.least_s <= best[1]


def test_the_graph_stays_sparse_where_a_third_of_the_people_is_left_over():
    rng = np.random.default_rng(4)
    case = batch(rng.uniform(0, 20_000, (300, 2)), rng.uniform(0, 20_000, (200, 2)))
    rows = matching._rows(case, swapped=True)
    _matched, pays, price = rows.cheapest()
    while rows.missing(pays, price):
        _matched, pays, price = rows.cheapest()

    assert len(rows.cost) < 300 * 200 / 5


def test_the_same_batch_is_matched_the_same_way():
    rng = np.random.default_rng(9)
    case = batch(rng.integers(0, 9, (60, 2)) * 1000, rng.integers(0, 9, (60, 2)) * 1000)

    assert (match(case).car_of == match(case).car_of).all()


def test_nobody_waits_and_no_car_is_free():
    assert match(batch([], [(0, 0)])).left == {}
    assert match(batch([(0, 0)], [])).left == {0: Left.NONE_FITS}


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("people_m", {"people_m": np.array([[0.0, float("nan")]])}),
        ("people_m", {"people_m": np.zeros((2, 2))}),
        ("cars_m", {"cars_m": np.zeros((1, 3))}),
        ("least_s_per_m", {"least_s_per_m": 0.0}),
        ("most_s", {"most_s": -1}),
        ("norm", {"norm": 3}),
    ],
)
def test_what_cannot_be_is_named(field, change):
    good = {name: getattr(batch([(0, 0)], [(5, 5)]), name) for name in Batch.__dataclass_fields__}

    with pytest.raises(ValueError, match=f"^{field}: "):
        Batch(**{**good, **change})
