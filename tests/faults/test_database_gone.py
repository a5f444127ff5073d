"""PostgreSQL crashes, restarts, and comes back, under people who order."""

from __future__ import annotations

import signal
import time

import pytest

from tests.faults import figures
from tests.faults.client import Crowd, send
from tests.faults.conftest import repeats
from tests.faults.report import Report
from tests.faults.world import World

FIRST_WRITE_S = 10


def crash(site: World) -> float:
    """Kill the whole of PostgreSQL and let it come back; the moment of the crash."""
    at = time.perf_counter()
    site.kill_server("PostgreSQL")
    site.revive_servers()
    return at


def fill(row: Report, crowd: Crowd, site: World, moments: list[float]) -> None:
    figures.fill(row, crowd.ops, sandbox=None)
    row.unavailable_s, row.p99_during = crowd.longest_gap_s(), crowd.p99_ms()
    row.recovery_s = max(crowd.first_ack_after(moment) for moment in moments)
    row.assert_whole()


@pytest.mark.core
@pytest.mark.timeout(7200)
def test_a_crash_of_the_database_loses_no_order_that_was_acknowledged(shop, report):
    crashes, moments = repeats(5, 100), []
    with shop.crowd(400 * crashes, shop.things(3), threads=12, rate=100) as crowd:
        for _crash in range(crashes):
            time.sleep(0.7)
            moments.append(crash(shop))
            written = len(crowd.acked)
            assert figures.wait_for(lambda n=written: len(crowd.acked) > n + 12, within_s=60)

    row = report("F10", "kill -9 of PostgreSQL under load", note=f"{crashes} crashes")
    fill(row, crowd, shop, moments)
    assert row.acked == row.n_ops > 30 * crashes
    assert set(crowd.statuses()) <= {0, 201, 503}, shop.faults()
    assert row.recovery_s <= FIRST_WRITE_S
    assert figures.settle() == []


def test_while_the_database_is_away_pages_say_when_to_come_back(shop, report):
    shop.kill_server("PostgreSQL")
    try:
        alive, ready = (send(f"{shop.site.url}/{path}") for path in ("healthz", "readyz"))
        page = send(f"{shop.site.url}/en/", Accept="text/html")
        mine = f"{shop.site.url}/en/o/"
        program = send(mine, Accept="application/json")
    finally:
        shop.revive_servers()

    assert (alive.status, ready.status) == (200, 503)
    assert (page.status, page.headers["retry-after"]) == (503, "2")
    assert (program.status, program.headers["retry-after"]) == (503, "2")
    assert figures.wait_for(lambda: send(f"{shop.site.url}/en/").status == 200, within_s=10)


def test_a_restart_of_the_database_is_felt_only_while_it_lasts(shop, report):
    with shop.crowd(2000, shop.things(3), threads=8, rate=200) as crowd:
        time.sleep(1)
        at = time.perf_counter()
        child, _sig = shop.stage.servers.children["PostgreSQL"]
        child.send_signal(signal.SIGINT)
        child.wait(30)
        shop.revive_servers()
        back = time.perf_counter()
        time.sleep(5)

    row = report("F11", "fast restart of PostgreSQL under load")
    fill(row, crowd, shop, [at])
    late = [op for op in crowd.ops if op.began > back + 0.5 and op.statuses != [201]]
    assert late == [], "nobody is refused once it is back"
    stuck = shop.stage.sql(
        "SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%'"
        " AND state_change < now() - interval '5 s'"
    )
    assert stuck == [(0,)]
    assert row.acked == row.n_ops
    assert set(crowd.statuses()) <= {0, 201, 503}, shop.faults()
    assert figures.settle() == []
