"""`up` from its first line to its last: what it prints, what it serves, and how it ends."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from config import processes
from tests.up.conftest import IS_ROOT, Person, Up, command, descendants, none_runs, wait_for


def test_it_prints_its_address_serves_says_where_it_runs_and_ends(settled: Person, socket_enabled):
    with settled.up() as site:
        second = settled.run("up", "--port", "1")
        marks = site.marks()

        assert f"quanyu is at {site.url}/" in site.printed()
        assert site.status("/zh-hans/") == 200
        assert second.returncode == 1
        assert second.stdout.startswith(f"quanyu already runs in this folder: {site.url}. End it")
        assert len(second.stdout.splitlines()) == 1
        assert "No directory at" not in (settled.data / "web.log").read_text()
        assert (owner(child(site, "/bin/postgres -D ")) == 0) is False
        assert (owner(child(site, "granian")) == 0) is IS_ROOT

        assert site.end(signal.SIGTERM) == 0
        assert wait_for(lambda: none_runs(marks), within_s=2)
        assert not (settled.data / "run.json").exists()


def test_an_ordinary_user_runs_it_from_a_fresh_folder_and_ends_it_with_ctrl_c(ordinary: Person):
    with ordinary.up() as site:
        marks = site.marks()

        assert {owner(int(mark.split()[0])) for mark in marks} == {ordinary.data.stat().st_uid}
        assert ordinary.data.stat().st_uid != 0
        assert site.status("/zh-hans/") == 200

        assert site.end(signal.SIGINT, group=True) == 0
        assert wait_for(lambda: none_runs(marks), within_s=2)
        assert site.printed().rstrip().endswith("Ending …")


def test_killed_it_leaves_nothing_and_starts_again(settled: Person, socket_enabled):
    with settled.up() as site:
        marks = site.marks()
        assert len(marks) > 15
        site.end(signal.SIGKILL)
        assert wait_for(lambda: none_runs(marks), within_s=10)
        assert (settled.data / "run.json").exists()

    with settled.up() as again:
        assert again.status("/zh-hans/") == 200
        assert again.end(signal.SIGTERM) == 0


def test_what_ends_by_itself_is_started_again(settled: Person, socket_enabled):
    with settled.up() as site:
        killed = [child(site, "granian"), child(site, "app worker ")]
        for pid in killed:
            os.kill(pid, signal.SIGKILL)
        assert wait_for(lambda: not any(processes.mark(pid) for pid in killed))

        assert wait_for(lambda: site.is_whole() and site.answers("/healthz"), within_s=30)
        assert all(f"{name} has ended" in site.printed() for name in ("web", "worker"))


def child(site: Up, words: str) -> int:
    """The first process of the site with these words on its command line."""
    return min(pid for pid in descendants(site.process.pid) if words in command(pid))


def owner(pid: int) -> int:
    return Path(f"/proc/{pid}").stat().st_uid
