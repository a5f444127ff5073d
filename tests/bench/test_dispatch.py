"""The bench of public instances writes what any checker can confirm, and takes no best value as its own."""

from __future__ import annotations

import json

import pytest
from django.core.management.base import CommandError

from bench import dispatch
from tests.transport.dispatch.instances.files import DARP, LILIM, write
from transport.dispatch import instances

pytestmark = pytest.mark.timeout(900)  # kernels are compiled with the first call


def options(tmp_path, **more) -> dict:
    return {
        "problem": "darp",
        "instances": tmp_path,
        "out": tmp_path / "out.jsonl",
        "cpu_seconds": 0.1,
        "seeds": 1,
        "compare": False,
        "best": None,
        **more,
    }


def test_each_instance_is_one_line_that_the_judge_confirms(tmp_path):
    write(tmp_path, "a2-3.txt", DARP)
    lines: list[str] = []

    figures = dispatch.run(lines.append, options(tmp_path, seeds=2))

    [row] = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    instance = instances.read(tmp_path / "a2-3.txt")
    assert list(row) == ["instance", "routes", "cost", "cpu_s", "feasible"]
    assert row["instance"] == "a2-3"
    assert row["feasible"] is True
    assert instances.faults(instance, row["routes"]) == []
    assert row["cost"] == pytest.approx(
        sum(instances.route_cost(instance, route) for route in row["routes"]), abs=1e-5
    )
    assert (figures["instances"], figures["feasible"], figures["seeds"]) == (1, 1, 2)
    assert "gap_mean_pct" not in figures
    assert len(lines) == 1


def test_best_known_values_come_from_the_file_that_is_named(tmp_path):
    write(tmp_path, "lc9.txt", LILIM)
    best = write(tmp_path, "best.csv", "instance,bks_vehicles,bks_distance\nlc9,1,10.0\n")

    figures = dispatch.run(print, options(tmp_path, problem="pdptw", best=best))

    [row] = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert len(row["routes"]) == 1
    assert figures["vehicles_as_best_known"] == 1
    assert figures["gap_mean_pct"] == pytest.approx(100 * (row["cost"] / 10 - 1), abs=0.01)


def test_the_worst_of_the_seeds_is_told(tmp_path, monkeypatch):
    write(tmp_path, "a2-3.txt", DARP)
    write(tmp_path, "a2-4.txt", DARP)
    best = write(tmp_path, "best.csv", "instance,bks_cost\na2-3,10\na2-4,10\n")
    costs = {("a2-3", 1): 11.0, ("a2-3", 2): 12.0, ("a2-4", 1): 14.0, ("a2-4", 2): 10.0}
    monkeypatch.setattr(
        dispatch,
        "solved",
        lambda instance, told, seed: dispatch.Found(
            instance.name, [], costs[instance.name, seed], 0.1, True
        ),
    )

    figures = dispatch.run(print, options(tmp_path, seeds=2, best=best))

    assert figures["gap_mean_pct"] == 30.0  # 12 and 14, the worst of each
    assert figures["gap_mean_pct_worst_seed"] == 25.0  # the first seed's 11 and 14


def test_an_instance_is_compared_with_both_outside_solvers(tmp_path):
    pytest.importorskip("vroom")
    write(tmp_path, "lc9.txt", LILIM)

    # A child's start counts, and takes two seconds of a slow processor.
    figures = dispatch.run(print, options(tmp_path, problem="pdptw", compare=True, cpu_seconds=4.0))

    assert figures["worse_than_an_other"] == 0
    assert figures["vroom_feasible"] == figures["pyvrp_feasible"] == 1


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"problem": None}, "needs --problem"),
        ({"out": None}, "needs --out"),
        ({"cpu_seconds": float("nan")}, "--cpu-seconds must be"),
        ({"seeds": 0}, "--seeds 1 to 100"),
        ({"problem": "pdptw"}, "no Li & Lim instance"),
    ],
)
def test_options_that_say_nothing_are_refused(tmp_path, more, words):
    write(tmp_path, "a2-3.txt", DARP)

    with pytest.raises(CommandError, match=words):
        dispatch.run(print, options(tmp_path, **more))

    assert not (tmp_path / "out.jsonl").exists()


def test_a_broken_file_of_best_values_is_refused_at_its_line(tmp_path):
    write(tmp_path, "a2-3.txt", DARP)
    best = write(tmp_path, "best.csv", "instance,bks_cost\na2-3,cheap\n")

    with pytest.raises(CommandError, match=r"best\.csv, line 2"):
        dispatch.run(print, options(tmp_path, best=best))
