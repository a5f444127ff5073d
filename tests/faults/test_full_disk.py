"""F16: no room left for the data, and none for the log of changes."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.faults import figures
from tests.faults.client import Crowd, send
from tests.faults.report import Report
from tests.faults.world import Stage, World, descendants

LITTLE = 2_000_000
"""Bytes: a segment of the log has more."""


def limit_files(stage: Stage, size: int) -> None:
    """No file of PostgreSQL may grow beyond so many bytes. Its own account may say so."""
    child, _sig = stage.servers.children["PostgreSQL"]
    for pid in [child.pid, *descendants(child.pid)]:
        command = ["prlimit", f"--pid={pid}", f"--fsize={size}:{size}"]
        done = subprocess.run(command, capture_output=True, **stage.servers._as_account())
        # A backend may end meanwhile; those that come after inherit the server's own limit.
        assert done.returncode == 0 or pid != child.pid, done.stderr


def fill(row: Report, crowd: Crowd, site: World, full: float) -> None:
    figures.fill(row, crowd.ops, sandbox=site.sandbox_book)
    row.unavailable_s, row.p99_during = crowd.longest_gap_s(), crowd.p99_ms()
    row.recovery_s = crowd.first_ack_after(full)
    row.assert_whole()
    assert row.acked == row.n_ops
    assert set(crowd.statuses()) <= {0, 201, 503}, site.faults()


@pytest.mark.core
def test_no_room_for_the_log_stops_sales_honestly_and_loses_nothing(shop, report):
    with shop.crowd(3000, shop.things(3), threads=8, rate=150) as crowd:
        time.sleep(1)
        try:
            limit_files(shop.stage, LITTLE)
            child, _sig = shop.stage.servers.children["PostgreSQL"]
            figures.wait_for(lambda: child.poll() is not None, within_s=10)
            told = send(f"{shop.site.url}/readyz")
        finally:
            shop.kill_server("PostgreSQL")
            full = time.perf_counter()
            shop.revive_servers()
        time.sleep(3)

    assert told.status == 503
    fill(report("F16", "no room for the WAL (RLIMIT_FSIZE)"), crowd, shop, full)
    assert figures.settle() == []


@contextmanager
def small_disk(stage: Stage) -> Iterator[Path]:
    """A tablespace `small` on a disk of its own, where this machine lets us mount one; else a folder."""
    folder = Path(tempfile.mkdtemp(prefix="qy-disk-"))
    mount = ["mount", "-t", "tmpfs", "-o", "size=150m,mode=755", "tmpfs", str(folder)]
    is_mounted = subprocess.run(mount, capture_output=True).returncode == 0
    folder.chmod(0o755)
    space = folder / "space"
    space.mkdir()
    stage.servers._give(space)
    stage.sql(f"CREATE TABLESPACE small LOCATION '{space}'")
    try:
        yield folder
    finally:
        try:
            stage.sql("DROP TABLESPACE small")
        finally:
            if is_mounted:
                subprocess.run(["umount", "-l", str(folder)], check=True)
            shutil.rmtree(folder, ignore_errors=True)


def is_own_disk(folder: Path) -> bool:
    return folder.stat().st_dev != folder.parent.stat().st_dev


def test_no_room_for_the_data_is_told_and_goes_on_when_there_is_room(stage, world, report):
    with (
        small_disk(stage) as disk,
        world(tablespace="small", processes=("web", "worker", "beat", "sandbox")) as site,
    ):
        ballast = disk / "ballast"
        with site.crowd(6000, site.things(3), threads=8) as crowd:
            assert figures.wait_for(lambda: len(crowd.acked) > 50)
            fill_up(stage, ballast)
            is_felt = figures.wait_for(lambda: 503 in crowd.statuses(), within_s=60)
            page = send(f"{site.site.url}/en/", Accept="text/html")
            full = time.perf_counter()
            make_room(site, ballast)
            time.sleep(3)

        how = "tmpfs of 150 MB" if is_own_disk(disk) else "RLIMIT_FSIZE"
        row = report("F16", "no room for the data", note=how)
        fill(row, crowd, site, full)
        assert is_felt
        assert page.status == 200, "what is there can still be read"
        assert figures.settle() == []


def fill_up(stage: Stage, ballast: Path) -> None:
    """Leave no room: on a disk of its own to the last byte, else for PostgreSQL's files only."""
    if not is_own_disk(ballast.parent):
        limit_files(stage, LITTLE)
        return
    with ballast.open("wb") as file:
        try:
            while True:
                file.write(bytes(65_536))
                file.flush()
        except OSError:
            return


def make_room(site: World, ballast: Path) -> None:
    if ballast.exists():
        ballast.unlink()
        return
    site.kill_server("PostgreSQL")
    site.revive_servers()
