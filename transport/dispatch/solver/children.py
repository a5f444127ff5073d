"""Outside solvers in processes of their own, killed at a deadline that nothing in them can move.

The kernel counts the child's CPU time (RLIMIT_CPU) and ends it; a wall clock of several times that
stands behind it for a child that sleeps or stands still. A child dies with its parent.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from transport.dispatch.solver import replay, timetable
from transport.dispatch.solver.model import Kind, Plan, Problem, Task

ROOT = Path(__file__).resolve().parents[3]
GRACE_CPU_S = 2.0
"""What a solver that does not look at its limit may use beyond it (VROOM: 1.5 s seen)."""
_WALL_FACTOR, _WALL_MORE_S = 6.0, 20.0
"""Of the CPU time: the machine may be busy with other things."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a child found (None: nothing, or not in time), its CPU seconds, and why there is nothing."""

    plan: Plan | None
    cpu_s: float
    trouble: str = ""


def ask(name: str, problem: Problem, *, cpu_s: float, seed: int = 0) -> Answer:
    """A plan by "pyvrp" or "vroom" within so many CPU seconds, the start of the process included.

    The plan is not judged here: ``checker`` does that, as with every plan.
    """
    command = [sys.executable, "-m", "transport.dispatch.solver.outside", name]
    command += ["--cpu-s", f"{cpu_s:g}", "--seed", f"{seed}"]
    raw, trouble = run(command, replay.dump(problem), cpu_s=cpu_s)
    if trouble:
        return Answer(None, cpu_s, trouble)
    try:
        told = json.loads(raw.rpartition(b"\n")[2])
        routes, spent_s = told["routes"], float(told["cpu_s"])
    except (KeyError, TypeError, ValueError):
        return Answer(None, cpu_s, "its answer is no JSON of routes and cpu_s")
    if routes is None:
        return Answer(None, spent_s, "found nothing")
    try:
        return Answer(_plan(problem, routes), spent_s)
    except (KeyError, TypeError, ValueError) as error:
        return Answer(None, spent_s, f"its routes are none of this problem: {error}")


def run(command: Sequence[str], given: bytes, *, cpu_s: float) -> tuple[bytes, str]:
    """What a process writes that ends well in time; else nothing and why. Nothing it started outlives it."""
    limit_s = math.ceil(cpu_s + GRACE_CPU_S)
    child = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        start_new_session=True,
    )
    resource.prlimit(child.pid, resource.RLIMIT_CPU, (limit_s, limit_s))
    try:
        out, err = child.communicate(given, timeout=_WALL_FACTOR * cpu_s + _WALL_MORE_S)
    except subprocess.TimeoutExpired:
        _kill(child)
        child.communicate()
        return b"", "killed at its deadline (wall clock)"
    finally:
        _kill(child)
    if child.returncode in (-signal.SIGKILL, -signal.SIGXCPU):
        return b"", "killed at its deadline (CPU time)"
    if child.returncode:
        last = err.decode(errors="replace").strip().rpartition("\n")[2]
        return b"", f"ended with {child.returncode}: {last[:200]}"
    return out, ""


def _kill(child: subprocess.Popen[bytes]) -> None:
    """The child and all it started: it leads a session of its own."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)


def _plan(problem: Problem, rows: list[list[tuple[str, str]]]) -> Plan:
    """Routes with times. Raises ValueError where a route has no timetable."""
    sequences = {
        vehicle.id: [Task(Kind(kind), ref) for kind, ref in row]
        for vehicle, row in zip(problem.vehicles, rows, strict=True)
    }
    carried = {task.ref for tasks in sequences.values() for task in tasks}
    left = [request.id for request in problem.requests if request.id not in carried]
    return timetable.plan(problem, sequences, left)
