"""Outside solvers run in children that end at their deadline, whatever they do."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from tests.transport.dispatch.improve.problems import accepted, random_problem
from transport.dispatch.solver import checker, children, costs, dayahead
from transport.dispatch.solver.model import Problem
from transport.dispatch.solver.outside import suits

pytestmark = pytest.mark.timeout(900)  # kernels are compiled with the first call

BUSY = "while True: pass"
DEAF = "import signal\nsignal.signal(signal.SIGXCPU, signal.SIG_IGN)\nwhile True: pass"


def free(problem: Problem) -> Problem:
    """Without any limit on rides."""
    from dataclasses import replace

    return replace(problem, requests=tuple(replace(r, max_ride_s=None) for r in problem.requests))


@pytest.mark.parametrize("program", [BUSY, DEAF])
def test_a_child_that_never_stops_is_killed_by_its_cpu_time(monkeypatch, program):
    monkeypatch.setattr(children, "GRACE_CPU_S", 0.0)
    began = time.monotonic()

    out, trouble = children.run([sys.executable, "-c", program], b"", cpu_s=1.0)

    assert (out, trouble) == (b"", "killed at its deadline (CPU time)")
    assert time.monotonic() - began < 20


def test_a_child_that_sleeps_is_killed_by_the_clock_with_all_it_started(
    monkeypatch, tmp_path: Path
):
    monkeypatch.setattr(children, "_WALL_FACTOR", 0.0)
    monkeypatch.setattr(children, "_WALL_MORE_S", 1.0)
    told = tmp_path / "pid"
    program = (
        "import subprocess, sys, time, pathlib\n"
        "other = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        f"pathlib.Path({str(told)!r}).write_text(str(other.pid))\n"
        "time.sleep(600)"
    )

    out, trouble = children.run([sys.executable, "-c", program], b"", cpu_s=1.0)

    assert (out, trouble) == (b"", "killed at its deadline (wall clock)")
    assert _ends(int(told.read_text()))


def test_a_child_that_ends_well_leaves_nothing_running(tmp_path: Path):
    told = tmp_path / "pid"
    program = (
        "import subprocess, sys, pathlib\n"
        "quiet = {'stdin': -3, 'stdout': -3, 'stderr': -3}\n"
        "other = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'], **quiet)\n"
        f"pathlib.Path({str(told)!r}).write_text(str(other.pid))\n"
    )

    assert children.run([sys.executable, "-c", program], b"", cpu_s=5.0) == (b"", "")
    assert _ends(int(told.read_text()))


@pytest.mark.parametrize(
    "told",
    [
        b"[]",
        b"7",
        b'{"routes": []}',
        b'{"routes": 3, "cpu_s": 1}',
        b'{"routes": [[["pickup"]], []], "cpu_s": 1}',
        b'{"routes": [[["pickup", "nobody"]], []], "cpu_s": 1}',
    ],
)
def test_a_child_that_answers_nonsense_has_no_plan(monkeypatch, told):
    monkeypatch.setattr(children, "run", lambda *args, **options: (told, ""))

    answer = children.ask("pyvrp", random_problem(1), cpu_s=1.0)

    assert answer.plan is None
    assert answer.trouble


def _ends(pid: int) -> bool:
    """A killed process needs a moment to be gone."""
    until = time.monotonic() + 10
    while _runs(pid) and time.monotonic() < until:
        time.sleep(0.01)
    return not _runs(pid)


def _runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_a_child_that_breaks_says_why():
    out, trouble = children.run(
        [sys.executable, "-c", "raise SystemExit('no luck today')"], b"", cpu_s=1.0
    )

    assert (out, trouble) == (b"", "ended with 1: no luck today")


@pytest.mark.parametrize("name", ["pyvrp", "vroom"])
def test_an_outside_solver_finds_a_plan_that_keeps_every_rule(name):
    pytest.importorskip(name)
    problem = accepted(free(random_problem(70, requests=8, vehicles=4)))

    answer = children.ask(name, problem, cpu_s=4.0)

    assert answer.trouble == ""
    assert answer.plan is not None
    assert checker.check(problem, answer.plan) == ()
    assert 0 < answer.cpu_s < 4 + children.GRACE_CPU_S


def test_a_problem_is_one_for_outside_solvers_only_without_what_they_do_not_know():
    ours = random_problem(71, requests=8, vehicles=4)

    assert suits.suits(free(ours))
    assert not suits.suits(ours)
    assert not suits.suits(free(random_problem(71, requests=8, vehicles=4, steps=True)))


def test_a_day_ahead_is_planned_by_both_and_never_worse_than_the_plan_at_hand(monkeypatch):
    problem = accepted(free(random_problem(72, requests=10, vehicles=4)))
    asked = []

    def ask(name: str, given: Problem, *, cpu_s: float, seed: int) -> children.Answer:
        asked.append((name, round(cpu_s, 2)))
        return children.Answer(None, 0.1, "killed at its deadline (CPU time)")

    monkeypatch.setattr(dayahead, "_PYVRP_FROM_S", 0.3)
    monkeypatch.setattr(children, "ask", ask)
    first = dayahead.plan(problem, cpu_s=0.2)
    second = dayahead.plan(problem, cpu_s=0.4, start=first)

    assert [name for name, _ in asked] == ["pyvrp"]
    assert checker.check(problem, first) == checker.check(problem, second) == ()
    assert costs.of_plan(problem, second) <= costs.of_plan(problem, first) + 1e-6


def test_children_die_with_their_parent(tmp_path: Path):
    """The child asks the kernel for it before it reads anything."""
    told = tmp_path / "pid"
    program = (
        "import subprocess, sys, os, pathlib, time\n"
        "child = subprocess.Popen([sys.executable, '-m', 'transport.dispatch.solver.outside',"
        " 'pyvrp', '--cpu-s', '60'], stdin=subprocess.PIPE)\n"
        f"pathlib.Path({str(told)!r}).write_text(str(child.pid))\n"
        "time.sleep(4)\n"
        "os._exit(0)"
    )

    children.run([sys.executable, "-c", program], b"", cpu_s=10.0)

    pid = int(told.read_text())
    until = time.monotonic() + 10
    while _runs(pid) and time.monotonic() < until:
        time.sleep(0.05)
    still = _runs(pid)
    if still:
        os.kill(pid, 9)
    assert not still
