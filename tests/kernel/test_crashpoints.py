"""Crash points stand in nobody's way unless they were asked for."""

from __future__ import annotations

import subprocess
import sys

import pytest

from kernel import crashpoints


def work(number: int) -> int:
    return number + 1


def test_switched_off_a_function_stays_the_very_same(settings):
    settings.QUANYU_CRASHPOINTS = ""

    assert crashpoints.around("call")(work) is work
    assert crashpoints.statement_wrappers() == []


def test_points_are_noted_before_and_after_under_the_name_of_who_asked(settings, tmp_path):
    settings.QUANYU_CRASHPOINTS = str(tmp_path)

    assert crashpoints.around("call")(work)(1) == 2

    assert (tmp_path / "passed").read_text() == "before call nobody\nafter call nobody\n"


_DIES = """
import sys
from django.conf import settings
settings.configure(QUANYU_CRASHPOINTS=sys.argv[1])
from kernel import crashpoints
crashpoints.around("call")(print)("done", flush=True)
"""


@pytest.mark.parametrize(
    ("point", "printed"), [("before call nobody", ""), ("after call nobody", "done\n")]
)
def test_an_armed_point_kills_once(tmp_path, point, printed):
    (tmp_path / "armed").mkdir()
    (tmp_path / "armed" / point).touch()
    command = [sys.executable, "-c", _DIES, str(tmp_path)]

    died = subprocess.run(command, capture_output=True, text=True)
    lived = subprocess.run(command, capture_output=True, text=True)

    assert (died.returncode, died.stdout) == (137, printed), died.stderr
    assert (lived.returncode, lived.stdout) == (0, "done\n")
