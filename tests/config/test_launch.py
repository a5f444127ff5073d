"""Which servers a command talks to: the environment's, a running `up`'s, or some of its own."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from config import launch, processes
from config.servers import Servers, ServerTrouble
from config.settings import IS_SERVERLESS

ADDRESSES = ("DATABASE_URL", "REDIS_URL", "CELERY_BROKER_URL", "QUANYU_THROWAWAY", "QUANYU_LOCAL")
UP = {"DATABASE_URL": "postgres://up", "REDIS_URL": "unix://up", "SITE_URL": "http://up"}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder, and an environment that says nothing else."""
    for name in (*ADDRESSES, "SITE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("QUANYU_DATA_DIR", str(tmp_path))
    return tmp_path


@pytest.fixture
def done(folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a command has had done for it."""
    steps: list[str] = []

    def start(servers: Servers, keys: Path, _more: dict[str, str]) -> None:
        steps.append("own" if servers.temporary else "folder")
        assert (keys == folder) is not servers.temporary

    monkeypatch.setattr(launch, "_start", start)
    monkeypatch.setattr(launch, "_migrate", lambda: steps.append("migrated"))
    return steps


def prepare(*words: str) -> None:
    launch.prepare(["manage.py", *words])


def write_run(folder: Path, process: str) -> None:
    (folder / "run.json").write_text(
        json.dumps({"process": process, "url": "http://up", "env": UP})
    )


def test_the_environments_servers_come_first(done, folder, monkeypatch):
    write_run(folder, processes.mark(os.getpid()))
    monkeypatch.setenv("DATABASE_URL", "postgres://given")

    prepare("load_region", "huangshan")

    assert done == []
    assert os.environ["DATABASE_URL"] == "postgres://given"


def test_then_those_of_a_running_up(done, folder):
    write_run(folder, processes.mark(os.getpid()))

    prepare("shell")

    assert done == []
    assert {name: os.environ[name] for name in UP} == UP


@pytest.mark.parametrize(
    "process",
    ["", "999999999 1", f"{os.getpid()} 1", f"{os.getppid()}", "x"],
    ids=["none", "gone", "pid of another", "old note", "nonsense"],
)
def test_an_up_that_is_gone_is_not_believed(done, folder, process):
    write_run(folder, process)

    prepare("shell")

    assert done == ["folder", "migrated"]


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"env": {}}'])
def test_a_damaged_note_of_a_run_is_not_believed(done, folder, text):
    (folder / "run.json").write_text(text)

    prepare("shell")

    assert done == ["folder", "migrated"]


@pytest.mark.parametrize("command", ["shell", "load_region", "tour", "dbshell"])
def test_else_servers_start_on_the_folders_data_and_are_migrated(done, command):
    prepare(command)

    assert done == ["folder", "migrated"]


@pytest.mark.parametrize("command", ["verify_invariants", "migrate"])
def test_some_commands_find_the_database_as_it_is(done, command):
    prepare(command)

    assert done == ["folder"]


@pytest.mark.parametrize(
    "words", [("demo",), ("bench", "orders"), ("verify_invariants", "--self-test")]
)
@pytest.mark.parametrize("given", ["", "postgres://given"])
def test_rehearsals_have_servers_of_their_own(done, folder, monkeypatch, words, given):
    write_run(folder, processes.mark(os.getpid()))
    if given:
        monkeypatch.setenv("DATABASE_URL", given)

    prepare(*words)

    assert done == ["own", "migrated"]


@pytest.mark.parametrize("words", [("--url", "http://up"), ("--url=http://up",)])
def test_a_demo_of_a_site_that_runs_uses_its_servers(done, folder, words):
    write_run(folder, processes.mark(os.getpid()))

    prepare("demo", *words)

    assert done == []
    assert os.environ["DATABASE_URL"] == UP["DATABASE_URL"]


def test_a_command_of_a_rehearsal_stays_on_its_servers(done, monkeypatch):
    monkeypatch.setenv("QUANYU_THROWAWAY", "1")
    monkeypatch.setenv("DATABASE_URL", "postgres://throwaway")

    prepare("demo")

    assert done == []


@pytest.mark.parametrize(
    "words",
    [
        (), ("help",), ("--help",), ("check",), ("makemigrations", "--check"), ("makemessages",),
        ("compilemessages",), ("collectstatic", "--noinput"), ("version",),
        ("verify_invariants", "--help"), ("demo", "-h"), ("migrate", "--help"),
    ],
)  # fmt: skip
def test_commands_that_touch_no_data_start_nothing(done, words):
    prepare(*words)

    assert done == []


def test_no_other_program_goes_without_keys():
    assert not IS_SERVERLESS
    for program in ("gunicorn", "/usr/bin/uwsgi", "celery", ""):
        assert not launch.is_serverless([program])
        assert not launch.is_serverless([program, "check"])


def test_one_folder_has_one_pair_of_servers(tmp_path):
    folder = tmp_path / "data"
    first, second = Servers(folder, fast=True), Servers(folder, fast=True)
    with first:
        with pytest.raises(ServerTrouble) as told:
            second.start()
        second.stop()
        assert [child.poll() for child, _sig in first.children.values()] == [None, None]

    assert str(told.value).startswith(f"Another command is using the data in {first.data}.")
    with second:
        assert [child.poll() for child, _sig in second.children.values()] == [None, None]


def test_the_log_of_a_durable_cluster_is_made_ahead():
    """Sixteen segments wait behind the one in use; tests' clusters do without."""
    with Servers.throwaway(fast=False) as durable, Servers.throwaway(fast=True) as fast:
        ahead = [len(list((each.data / "postgres/pg_wal").glob("0*"))) for each in (durable, fast)]

    assert ahead == [17, 1]


def test_keys_are_made_once_and_for_their_owner_only(tmp_path):
    made = launch.local_secrets(tmp_path)

    assert launch.local_secrets(tmp_path) == made
    assert (tmp_path / "secrets.json").stat().st_mode & 0o777 == 0o600
    assert len(set(made.values())) == 5
