"""Problems and plans as JSON: exactly back, and hostile files are refused by field."""

from __future__ import annotations

import json
from random import Random

import pytest

from tests.transport.dispatch.solver import cases
from transport.dispatch.solver import arrays, checker, replay, schedule, verdict

pytestmark = pytest.mark.timeout(900)  # kernels are compiled with the first call


def feasible_case():
    rng = Random(5)
    while True:
        problem, sequences = cases.random_case(rng)
        rows = arrays.routes_from(problem, sequences)
        if verdict.keeps(arrays.of_problem(problem), rows) and len(problem.vehicles) > 1:
            return problem, schedule.plan_of(problem, rows)


def test_what_was_saved_is_loaded_to_the_bit():
    rng = Random(4)
    for _ in range(50):
        problem, _ = cases.random_case(rng)
        raw = replay.dump(problem)
        assert replay.dump(replay.load_problem(raw)) == raw
        ours, theirs = arrays.of_problem(problem), arrays.of_problem(replay.load_problem(raw))
        for one, other in zip((*ours[:-1], *ours.t), (*theirs[:-1], *theirs.t), strict=True):
            assert one.tobytes() == other.tobytes()


def test_a_plan_comes_back_and_is_judged_the_same():
    problem, plan = feasible_case()
    saved = replay.load(replay.dump(problem, plan))

    assert saved.plan == plan
    assert checker.check(saved.problem, saved.plan) == ()


HOSTILE = {
    "an unknown field": (("vehicles", 0, "wings"), 2, "problem.vehicles[0].wings"),
    "words for a number": (("vehicles", 0, "capacities"), ["4"], "problem.vehicles[0].capacities[0]"),
    "true for a number": (("vehicles", 0, "start_place"), True, "problem.vehicles[0].start_place"),
    "a place that is none": (("requests", 0, "pickup_place"), 99, "problem.requests[0].pickup_place"),
    "a negative load": (("requests", 0, "party"), [-1, 0], "problem.requests[0].party"),
    "a window that ends before it begins": (
        ("requests", 0, "pickup_until_s"), -1e8, "problem.requests[0].pickup_until_s",
    ),
    "an endless number": (("requests", 0, "max_ride_s"), 1e300, "problem.requests[0].max_ride_s"),
    "an id twice": (("vehicles", 1, "id"), "v0", "problem.vehicles[1].id"),
    "no id": (("vehicles", 0, "id"), "", "problem.vehicles[0].id"),
    "too few loads": (("requests", 0, "party"), [], "problem.requests[0].party"),
    "no such kind of snapshot": (("travel", "kind"), "air", "problem.travel.kind"),
    "no dimension": (("dimensions",), [], "problem.dimensions"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_bad_file_is_refused_by_field(name):
    path, value, field = HOSTILE[name]
    problem, _ = feasible_case()
    whole = json.loads(replay.dump(problem))
    part = whole["problem"]
    for step in path[:-1]:
        part = part[step]
    part[path[-1]] = value

    with pytest.raises(replay.BadReplay) as refused:
        replay.load(json.dumps(whole).encode())

    assert refused.value.field == field


@pytest.mark.parametrize(
    "raw",
    [b"", b"[]", b"{", b"\xff\xfe", b'{"format": "other"}', b"[" * 100_000, b'{"format": NaN}'],
)
def test_what_is_no_replay_is_refused(raw):
    with pytest.raises(replay.BadReplay):
        replay.load(raw)


def test_a_file_without_a_problem_says_so():
    with pytest.raises(replay.BadReplay) as refused:
        replay.load_problem(replay.dump())

    assert refused.value.field == "problem"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"seconds": [[0.0, 1.0]]}, "problem.travel.seconds"),
        ({"seconds": [[0.0, 1.0], [2.0]]}, "problem.travel.seconds"),
        ({"seconds": [[0.0, -1.0], [2.0, 0.0]]}, "problem.travel.seconds"),
        ({"seconds": [[5.0, 1.0], [2.0, 0.0]]}, "problem.travel.seconds"),
        ({"metres": [[0.0]]}, "problem.travel.metres"),
        ({"seconds": [["1", 1.0], [2.0, 0.0]]}, "problem.travel.seconds"),
    ],
)
def test_a_bad_matrix_is_refused(change, field):
    travel = {"id": "t", "kind": "matrix", "seconds": [[0.0, 1.0], [1.0, 0.0]]}
    travel |= {"metres": [[0.0, 1.0], [1.0, 0.0]]} | change
    vehicle = {"id": "v", "capacities": [1], "start_place": 0}
    problem = {"id": "p", "dimensions": ["s"], "vehicles": [vehicle], "requests": []}
    whole = {"format": replay.FORMAT, "problem": {**problem, "travel": travel}}

    with pytest.raises(replay.BadReplay) as refused:
        replay.load(json.dumps(whole).encode())

    assert refused.value.field == field


@pytest.mark.parametrize("tied", ["on_board", "committed"])
def test_whoever_is_bound_to_one_vehicle_cannot_ask_for_another_only(tied):
    bound = {
        "on_board": [{"request_id": "r", "boarded_s": 0.0}],
        "committed": [{"kind": "pickup", "ref": "r"}],
    }
    here = {"id": "v", "capacities": [1], "start_place": 0, tied: bound[tied]}
    there = {"id": "w", "capacities": [1], "start_place": 0}
    request = {"id": "r", "party": [1], "pickup_place": 0, "dropoff_place": 1}
    ways = [[0.0, 1.0], [1.0, 0.0]]
    travel = {"id": "t", "kind": "matrix", "seconds": ways, "metres": ways}
    problem = {"id": "p", "dimensions": ["s"], "vehicles": [here, there], "travel": travel}

    def load(**wish):
        asked = {**problem, "requests": [{**request, **wish}]}
        return replay.load(json.dumps({"format": replay.FORMAT, "problem": asked}).encode())

    load(vehicle_id="v")
    with pytest.raises(replay.BadReplay) as refused:
        load(vehicle_id="w")

    assert refused.value.field == f"problem.vehicles[0].{tied}[0]"
