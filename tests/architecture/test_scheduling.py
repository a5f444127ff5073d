"""Tests that must not run beside each other are one unit, and the scheduler keeps units whole."""

from __future__ import annotations

import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

from config.launch import BASE
from tests.scheduling import UNITS, unit


@pytest.mark.parametrize(
    ("nodeid", "named"),
    [
        ("tests/up/test_running.py::test_a[x]", "site"),
        ("tests/bench/test_fleet.py::TestDay::test_a", "solver"),
        ("tests/transport/dispatch/solver/test_a.py::test_b", "solver"),
        ("tests/bench/test_goals.py::test_a[tests/up/::]", "tests/bench/test_goals.py"),
    ],
)
def test_the_unit_of_a_test(nodeid, named):
    assert unit(nodeid) == named


def test_what_is_named_is_there():
    assert [start for start in UNITS if not (BASE / start).exists()] == []


def test_each_unit_runs_in_one_process(tmp_path: Path):
    (tmp_path / "conftest.py").write_text(
        "from tests.scheduling import ByUnit\n"
        "def pytest_xdist_make_scheduler(config, log):\n"
        "    return ByUnit(config, log)\n"
    )
    for name in ("up/test_a", "up/test_b", "test_c", "test_d"):
        path = tmp_path / "tests" / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("import time\n" + "def test_%s(): time.sleep(0.05)\n" * 6 % (*"uvwxyz",))

    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-vv", "-n", "2", "-p", "no:randomly", "-p", "no:django",
         "-o", "addopts=", f"--rootdir={tmp_path}", "-c", "/dev/null", str(tmp_path)],
        env={"PYTHONPATH": f"{BASE}:{tmp_path}", "PATH": ""}, cwd=tmp_path,
        text=True, capture_output=True, timeout=60,
    )  # fmt: skip

    ran = defaultdict(set)
    for line in done.stdout.splitlines():
        if " PASSED " in line:
            process, test = line.split()[0], line.split()[-1]
            ran[unit(test)].add(process)
    assert {name: len(processes) for name, processes in ran.items()} == {
        "site": 1, "tests/test_c.py": 1, "tests/test_d.py": 1,
    }, done.stdout  # fmt: skip
    assert len(set.union(*ran.values())) == 2
