"""The web server's processes are killed under buyers."""

from __future__ import annotations

import os
import signal
import time

import pytest

from tests.faults import figures


@pytest.mark.core
def test_a_killed_web_worker_costs_nobody_an_order(world, report):
    with world(processes=("web", "worker", "beat", "sandbox")) as site:
        with site.crowd(2000, site.things(3), threads=8) as crowd:
            time.sleep(1)
            killed = time.perf_counter()
            os.kill(site.web_workers()[0], signal.SIGKILL)
            time.sleep(4)

        row = report("F01", "kill -9 of a web worker under load")
        figures.fill(row, crowd.ops, sandbox=site.sandbox_book)
        row.unavailable_s, row.p99_during = crowd.longest_gap_s(), crowd.p99_ms()
        row.recovery_s = crowd.first_ack_after(killed)
        row.assert_whole()
        assert set(crowd.statuses()) <= {0, 201}, crowd.refusals()
        assert row.acked == row.n_ops > 100
        assert figures.settle() == []
