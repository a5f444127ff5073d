"""What keeps `up` from starting is said in one sentence with a way out; nobody sees a traceback."""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from config import servers, up
from config.servers import Servers, ServerTrouble
from tests.contracts.parties import free_port
from tests.up.conftest import BASE, IS_ROOT, Person, forget

UNMIGRATED = 2


def told(done: subprocess.CompletedProcess[str]) -> str:
    """The one sentence of a command that could not start."""
    assert done.returncode not in (0, UNMIGRATED)
    assert "Traceback" not in done.stdout
    lines = [line for line in done.stdout.splitlines() if not line.endswith("…")]
    assert len(lines) == 1, done.stdout
    return lines[0]


def test_a_port_that_is_taken(me: Person):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        sentence = told(me.run("up", "--port", str(port)))

    assert sentence.startswith(f"Port {port} on 127.0.0.1 cannot be used (Address already in use).")
    assert f"--port, such as {port + 1}" in sentence


@pytest.fixture
def made(me: Person) -> Person:
    """A data folder with a PostgreSQL that has run once."""
    assert me.run("verify_invariants").returncode == UNMIGRATED
    return me


def cluster_of(person: Person) -> Path:
    homes = (person.data, servers.home_of(person.data) / "data")
    return next(home / "postgres" for home in homes if (home / "postgres").exists())


@pytest.mark.parametrize("damaged", ["PG_VERSION", "global/pg_control"])
def test_a_corrupt_data_folder_is_kept_as_it_is(made: Person, damaged: str):
    cluster = cluster_of(made)
    (cluster / damaged).unlink()

    sentence = told(made.run("up"))

    assert sentence.startswith("PostgreSQL does not start: ")
    assert "restore it from a backup, or move it away to begin anew" in sentence
    assert (cluster / "base").exists()


def test_damaged_keys(made: Person):
    (made.data / "secrets.json").write_text('{"SECRET_KEY": ')

    sentence = told(made.run("up"))

    assert sentence.startswith(f"{made.data}/secrets.json is damaged")
    assert (made.data / "secrets.json").read_text() == '{"SECRET_KEY": '


def test_a_first_start_that_was_killed_halfway_begins_anew(me: Person):
    me.data.mkdir()
    half = me.data / "postgres.new"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")

    assert me.run("verify_invariants").returncode == UNMIGRATED


def test_a_data_folder_that_cannot_be_one(me: Person):
    me.data.write_text("a file")

    assert told(me.run("up")).startswith(f"{me.data}: File exists. Free some space or repair")


@pytest.fixture
def small_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A disk of 12 MB: a real one where we may mount one, else programs that find theirs full."""
    disk = Path(tempfile.mkdtemp(prefix="quanyu-disk-"))
    disk.chmod(0o755)
    mount = ["mount", "-t", "tmpfs", "-o", "size=12m,mode=755", "none", str(disk)]
    if IS_ROOT and subprocess.run(mount, stderr=subprocess.DEVNULL).returncode == 0:
        yield disk
        subprocess.run(["umount", "--lazy", str(disk)], check=True)
        disk.rmdir()
        return
    full = tmp_path / "full"
    full.write_text("#!/bin/sh\necho 'initdb: error: No space left on device' >&2\nexit 1\n")
    full.chmod(0o755)
    monkeypatch.setattr(Servers, "tool", lambda *_: full)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: shutil._ntuple_diskusage(12, 12, 0))
    yield disk
    shutil.rmtree(disk)


def test_a_disk_that_is_nearly_full_is_found_before_anything_is_started(
    small_disk: Path, socket_enabled, monkeypatch
):
    monkeypatch.setenv("QUANYU_DATA_DIR", str(small_disk))

    with pytest.raises(ServerTrouble) as caught:
        up.main(["--port", str(free_port())])

    assert [path.name for path in small_disk.iterdir()] == ["up.lock"]
    assert str(caught.value).startswith(f"The disk of {small_disk} is nearly full (less than 800")
    assert "set QUANYU_DATA_DIR to another disk" in str(caught.value)


def test_a_disk_that_fills_while_the_database_is_made(small_disk: Path):
    small = Servers(small_disk / "data")

    with pytest.raises(ServerTrouble) as caught:
        small.start()

    wanted = "PostgreSQL cannot make its data folder: the disk is full. Free some space and start"
    assert str(caught.value).startswith(wanted)
    assert [path.name for path in small.data.glob("postgres*")] == []


@pytest.fixture
def below(tmp_path: Path) -> Iterator[Person]:
    """Somebody whose checkout lies below a 0700 folder, which PostgreSQL's account cannot enter."""
    tmp_path.chmod(0o700)
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    for path in [*BASE.glob("[!.]*"), BASE / ".venv"]:
        (checkout / path.name).symlink_to(path)
    (checkout / "config").unlink()
    (checkout / "manage.py").unlink()
    shutil.copytree(BASE / "config", checkout / "config")
    shutil.copy(BASE / "manage.py", checkout)
    yield Person(tmp_path, base=checkout)
    forget(tmp_path)


def test_below_a_closed_folder_the_servers_start_all_the_same(below: Person):
    done = below.run("verify_invariants")

    assert done.returncode == UNMIGRATED, done.stdout
    assert cluster_of(below).stat().st_uid != 0
    assert (below.data / "postgres").exists() is not IS_ROOT
