"""The locks: exact versions with hashes, and for each Python and machine a file that fits."""

from __future__ import annotations

import re
import tomllib
from itertools import chain
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.tags import compatible_tags, cpython_tags
from packaging.utils import canonicalize_name, parse_wheel_filename

from config import bootstrap
from tests.config import locked_files

LOCKS = bootstrap._LOCKS
PYTHONS = ("3.11.2", "3.11.9", "3.12.0", "3.13.0")
MACHINES = ("x86_64", "aarch64")
GLIBC_MINORS = {LOCKS[0]: 28, LOCKS[1]: 34, LOCKS[2]: 34}
"""A site runs on Debian 10, RHEL 8 and all that came after them; pyvroom, with which the solver is compared,
wants Debian 12, Ubuntu 22.04 or RHEL 9 of a developer."""


def pins(lock: str) -> dict[Requirement, set[str]]:
    """What a lock asks for, and the hashes that it takes for it."""
    lines = (bootstrap.BASE / lock).read_text().replace("\\\n", " ").splitlines()
    wanted = [line for line in lines if line.strip() and not line.lstrip().startswith("#")]
    return {
        Requirement(line.partition("--hash")[0]): set(re.findall(r"--hash=sha256:(\w{64})", line))
        for line in wanted
    }


def tags_of(python: str, machine: str, glibc_minor: int) -> set[object]:
    """The wheels that this Python takes on this machine."""
    version = tuple(int(part) for part in python.split(".")[:2])
    platforms = [f"manylinux_2_{minor}_{machine}" for minor in range(glibc_minor, 4, -1)]
    platforms += [f"manylinux{old}_{machine}" for old in ("2014", "2010", "1")]
    platforms.append(f"linux_{machine}")
    interpreter = f"cp{version[0]}{version[1]}"
    return set(
        chain(
            cpython_tags(version, platforms=platforms),
            compatible_tags(version, interpreter, platforms),
        )
    )


@pytest.mark.parametrize("lock", LOCKS)
def test_every_line_is_one_exact_version_with_hashes(lock):
    for requirement, hashes in pins(lock).items():
        assert re.fullmatch(r"==[^*,]+", str(requirement.specifier)), requirement
        assert not requirement.url
        assert hashes, requirement


def test_a_larger_lock_holds_all_of_the_smaller_ones():
    small, middle, large = (
        {(canonicalize_name(pin.name), str(pin.specifier)) for pin in pins(lock)} for lock in LOCKS
    )

    assert small < middle < large


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("lock", LOCKS)
def test_there_is_a_wheel_for_each_python_and_machine(lock, python, machine):
    names, tags = locked_files.read(), tags_of(python, machine, GLIBC_MINORS[lock])
    place = {
        "python_version": python.rpartition(".")[0],
        "python_full_version": python,
        "sys_platform": "linux",
        "platform_machine": machine,
        "platform_system": "Linux",
        "platform_python_implementation": "CPython",
        "implementation_name": "cpython",
        "os_name": "posix",
    }

    lacking = [
        str(requirement)
        for requirement, hashes in pins(lock).items()
        if (requirement.marker is None or requirement.marker.evaluate(place))
        and not any(fits(names.get(sha, ""), requirement, tags) for sha in hashes)
    ]

    assert lacking == [], f"if a lock has changed, see {Path(locked_files.__file__).name}"


def fits(name: str, requirement: Requirement, tags: set[object]) -> bool:
    """Whether a file is a wheel of this very version that can be installed."""
    if not name.endswith(".whl"):
        return False
    project, version, _build, made_for = parse_wheel_filename(name)
    return (
        project == canonicalize_name(requirement.name)
        and requirement.specifier.contains(version, prereleases=True)
        and not tags.isdisjoint(made_for)
    )


def test_every_dependency_of_the_project_is_locked_as_written():
    project = tomllib.loads((bootstrap.BASE / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    written = {LOCKS[0]: project["dependencies"], LOCKS[1]: extras["dev"], LOCKS[2]: extras["e2e"]}

    for lock, words in written.items():
        locked = {canonicalize_name(pin.name): pin.specifier for pin in pins(lock)}
        for wanted in map(Requirement, words):
            found = str(locked[canonicalize_name(wanted.name)]).removeprefix("==")
            assert wanted.specifier.contains(found), wanted
