"""From a bare Python to a ready environment: which machines, which lock, and what goes wrong."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from config import bootstrap


@pytest.mark.parametrize("version", [(3, 10, 14), (3, 14, 0), (2, 7, 18)])
def test_another_python_gets_one_sentence(version, monkeypatch):
    monkeypatch.setattr(sys, "version_info", version)
    monkeypatch.setattr(bootstrap.platform, "python_version", lambda: "other")

    with pytest.raises(SystemExit) as told:
        bootstrap.enter(["manage.py", "up"])

    assert told.value.code == "quanyu needs Python 3.11, 3.12 or 3.13; this is other."


@pytest.mark.parametrize(
    ("system", "machine"), [("darwin", "arm64"), ("win32", "AMD64"), ("linux", "riscv64")]
)
def test_another_machine_gets_one_sentence(system, machine, monkeypatch):
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(bootstrap.platform, "machine", lambda: machine)

    with pytest.raises(SystemExit) as told:
        bootstrap.enter(["manage.py", "up"])

    assert told.value.code == "quanyu runs on Linux (x86_64 or aarch64)."


@pytest.mark.parametrize("version", [(3, 11, 2), (3, 12, 0), (3, 13, 9)])
@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_the_machines_that_are_promised_pass(version, machine, monkeypatch):
    monkeypatch.setattr(sys, "version_info", version)
    monkeypatch.setattr(bootstrap.platform, "machine", lambda: machine)

    bootstrap._check_machine()


def test_the_first_file_imports_the_standard_library_only():
    code = "import sys, json; from config import bootstrap; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.append('.'); {code}"],
        cwd=bootstrap.BASE, capture_output=True, text=True, check=True,
    )  # fmt: skip

    ours = {name.split(".")[0] for name in json.loads(done.stdout)} - sys.stdlib_module_names
    assert ours <= {"config", "__main__", "sitecustomize"}


@pytest.mark.parametrize(
    ("words", "lock"),
    [
        (["up"], "requirements.lock"),
        (["test"], "requirements-dev.lock"),
        (["test", "-x", "--e2e"], "requirements-e2e.lock"),
        (["demo", "--e2e"], "requirements.lock"),
        ([], "requirements.lock"),
    ],
)
def test_each_command_asks_for_its_lock(words, lock):
    assert bootstrap._lock_for(["manage.py", *words]) == lock


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with locks of its own and no environment yet; pip finds no index."""
    for name in bootstrap._LOCKS:
        (tmp_path / name).write_text("")
    monkeypatch.setattr(bootstrap, "BASE", tmp_path)
    monkeypatch.setattr(bootstrap, "VENV", tmp_path / ".venv")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    return tmp_path


def test_a_larger_lock_will_do_and_a_changed_one_will_not(checkout):
    (checkout / ".venv").mkdir()
    bootstrap._stamp("requirements-dev.lock").touch()

    assert bootstrap._is_current("requirements.lock")
    assert bootstrap._is_current("requirements-dev.lock")
    assert not bootstrap._is_current("requirements-e2e.lock")

    (checkout / "requirements-dev.lock").write_text("changed")
    assert not bootstrap._is_current("requirements.lock")


def test_a_ready_environment_is_entered_without_touching_the_folder(checkout, monkeypatch):
    (checkout / ".venv").mkdir()
    bootstrap._stamp("requirements.lock").touch()
    entered = []
    monkeypatch.setattr(os, "execv", lambda *words: entered.append(words))
    before = sorted(checkout.iterdir())

    bootstrap.enter(["manage.py", "migrate"])

    python = str(checkout / ".venv/bin/python")
    assert entered == [(python, [python, "manage.py", "migrate"])]
    assert sorted(checkout.iterdir()) == before


def test_a_lock_with_a_wrong_hash_does_not_install_and_says_what_to_do(checkout, capfd):
    wheel = checkout / "thing-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as made:
        made.writestr("thing.py", "")
        made.writestr("thing-1.0.dist-info/METADATA", "Name: thing\nVersion: 1.0\n")
        made.writestr("thing-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        made.writestr("thing-1.0.dist-info/RECORD", "")
    lock = checkout / "requirements.lock"
    lock.write_text(f"thing @ {wheel.as_uri()} --hash=sha256:{'0' * 64}\n")

    with pytest.raises(SystemExit) as told:
        bootstrap.enter(["manage.py", "up"])

    assert told.value.code == (
        "requirements.lock cannot be installed: see the lines above. Check the network and the "
        "disk, then start again; removing .venv begins anew."
    )
    shown = "".join(capfd.readouterr())
    assert "HASH" in shown.upper()
    assert "Traceback" not in shown
    assert not bootstrap._is_current("requirements.lock")


def test_a_folder_that_takes_no_environment_is_told_in_one_sentence(checkout):
    (checkout / ".venv.lock").mkdir()

    with pytest.raises(SystemExit) as told:
        bootstrap.enter(["manage.py", "up"])

    assert told.value.code.startswith(f"{checkout}/.venv.lock: Is a directory. Free some space or")
