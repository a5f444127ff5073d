"""The test command says what it lacks."""

from __future__ import annotations

import pytest

from config import testing
from config.servers import ServerTrouble


def test_browser_tests_without_a_browser_fail_with_the_line_that_installs_it(monkeypatch):
    monkeypatch.setattr(testing.shutil, "which", lambda name: None)
    monkeypatch.setattr(testing, "_run", lambda *args, **more: pytest.fail("it ran all the same"))

    with pytest.raises(ServerTrouble, match=r"apt-get install .*chromium fonts-noto-cjk"):
        testing.main(["--e2e", "tests/e2e"])


def words_of(monkeypatch, *args: str) -> list[str]:
    """What pytest is told."""
    told: list[list[str]] = []

    def note(args: list[str], _env: dict[str, str], *, browser: bool) -> int:
        told.append(testing._words(args, browser))
        return 0

    monkeypatch.setattr(testing, "_run", note)
    testing.main(list(args))
    return told[0]


def test_a_plain_run_leaves_out_faults_and_browsers(monkeypatch):
    words = words_of(monkeypatch)

    assert words == [
        "-n", "2", "--ignore=tests/faults", "--ignore=tests/e2e", "tests",
    ]  # fmt: skip


def test_faults_run_alone_in_one_process(monkeypatch):
    assert words_of(monkeypatch, "--faults", "-m", "core") == ["-m", "core", "tests/faults"]
    assert words_of(monkeypatch, "--faults", "--long") == ["tests/faults"]


def test_one_file_of_faults_can_be_named(monkeypatch):
    named = "tests/faults/test_locks.py"

    assert words_of(monkeypatch, "--faults", named) == [named]
    assert words_of(monkeypatch, named) == [named]
