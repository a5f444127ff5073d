"""Valkey is killed, wiped, slow, silent, rude or full: it costs time, never an order."""

from __future__ import annotations

import json
import shutil
import statistics
import time

import pytest
from django.db.models import Max
from redis import Redis

from bookings.orders.models import Line, State
from config.health.pulse import LIMIT_S
from kernel import clock
from kernel.leases.models import Period
from kernel.outbox.models import Event
from tests.faults import figures
from tests.faults.client import Crowd, send, token_of
from tests.faults.conftest import repeats
from tests.faults.report import Report
from tests.faults.shelf import Thing
from tests.faults.world import Stage, World

RELAY = "kernel.outbox.tasks.relay"


def valkey(stage: Stage, database: int = 1) -> Redis:
    """The broker as the site sees it; database 0 is the cache."""
    servers = stage.servers
    return Redis(
        unix_socket_path=f"{servers.sockets}/valkey.sock", password=servers.password, db=database
    )


def wipe(stage: Stage) -> None:
    for database in (0, 1):
        valkey(stage, database).flushdb()


def last_relay() -> object:
    return Period.objects.filter(job=RELAY).aggregate(at=Max("at"))["at"]


def works_again_after(moment: float) -> float:
    """Seconds from a moment (perf_counter) until a worker begins the relay anew."""
    before = clock.now()
    assert figures.wait_for(lambda: (last_relay() or before) > before, within_s=60, every_s=0.05)
    return time.perf_counter() - moment


def buy(site: World, thing: Thing, number: int = 1) -> list[float]:
    """People who order and pay; what ordering took each, in ms."""
    took = []
    for buyer in site.buyers(number):
        client = site.client(buyer)
        placed = client.order([thing], f"broker-{buyer.user_id}-{time.time_ns()}")
        assert placed.status == 201, placed
        paid = client.pay(token_of(placed))
        assert paid.status == 303, paid
        took.append(placed.ms)
    return took


def notices_ms(site: World) -> list[float]:
    """How long each payment's notice took: the request that wakes the worker."""
    lines = [json.loads(line) for line in site.log("web").splitlines() if '"hooks/' in line]
    return [line["ms"] for line in lines]


def delivered() -> int:
    return Line.objects.filter(state=State.CONFIRMED).count()


def fill(row: Report, crowd: Crowd, site: World) -> Report:
    figures.fill(row, crowd.ops, sandbox=site.sandbox_book)
    row.unavailable_s, row.p99_during = crowd.longest_gap_s(), crowd.p99_ms()
    return row


@pytest.mark.core
def test_valkey_killed_and_back_empty_costs_no_order(world, report, stage):
    with world() as site:
        thing, later = site.things(2)
        assert figures.wait_for(last_relay)
        with site.crowd(4000, [later], threads=4, rate=60) as crowd:
            time.sleep(1)
            site.kill_server("Valkey")
            buy(site, thing, 3)
            time.sleep(repeats(6, 60))
            shutil.rmtree(stage.servers.data / "valkey")
            site.revive_servers()
            back_s = works_again_after(time.perf_counter())
            assert figures.wait_for(lambda: delivered() == 3)

        row = fill(report("F30", "Valkey killed, back empty"), crowd, site)
        row.recovery_s = back_s
        row.assert_whole()
        assert row.acked == row.n_ops > 20, crowd.refusals()
        assert set(crowd.statuses()) == {201}
        assert back_s < 30
        assert figures.settle() == []


@pytest.mark.core
def test_valkey_wiped_in_a_sale_oversells_nothing_and_signs_nobody_out(world, report, stage):
    with world() as site:
        thing, paid_for = site.things(2)
        thing.limit(150)
        assert figures.wait_for(last_relay)
        with site.crowd(400, [thing], threads=8) as crowd:
            buy(site, paid_for, 2)
            wipe(stage)
            back_s = works_again_after(time.perf_counter())
            buy(site, paid_for, 2)
            assert figures.wait_for(lambda: len(crowd.ops) == 400 and crowd.ops[-1].ended)
            assert figures.wait_for(lambda: delivered() == 4)

        row = fill(report("F31", "Valkey wiped in the middle of a sale"), crowd, site)
        row.recovery_s = back_s
        row.assert_whole()
        assert row.acked == 150
        assert set(crowd.statuses()) == {201, 409}
        assert back_s < 30
        assert figures.settle() == []


def test_a_slow_valkey_does_not_slow_the_checkout(world, report):
    with world(proxied=("valkey",)) as site:
        (thing,) = site.things(1)
        usual = buy(site, thing, 12)
        site.proxies["valkey"].delay_s = 0.5
        slow = buy(site, thing, 12)
        site.proxies["valkey"].heal()

        row = report("F32", "Valkey answers half a second late", n_ops=24, acked=24)
        row.p99_during = max(slow)
        row.note = (
            f"p50 {statistics.median(usual):.0f} ms before, {statistics.median(slow):.0f} ms during"
        )
        assert statistics.median(slow) <= statistics.median(usual) + 100
        assert figures.wait_for(lambda: delivered() == 24)
        assert figures.settle() == []


def test_a_broker_that_is_lost_while_it_is_told_costs_only_time(world, report):
    with world(proxied=("valkey",)) as site:
        (thing,) = site.things(1)
        usual = buy(site, thing, 8)
        heard = len(notices_ms(site))
        proxy = site.proxies["valkey"]
        proxy.drop_reply_after = 0
        proxy.reset()
        rude = buy(site, thing, 8)
        assert figures.wait_for(lambda: len(notices_ms(site)) >= 16)
        told = notices_ms(site)
        proxy.heal()
        proxy.reset()
        back_s = works_again_after(time.perf_counter())

        row = report("F33", "the broker's connection is reset while tasks are sent", n_ops=16)
        row.acked, row.recovery_s, row.p99_during = 16, back_s, max(rude)
        row.note = f"notices took {max(told[:heard]):.0f} ms before, {max(told[heard:]):.0f} during"
        assert statistics.median(rude) <= statistics.median(usual) + 200
        assert statistics.median(told[heard:]) <= statistics.median(told[:heard]) + 200
        assert figures.wait_for(lambda: delivered() == 16)
        assert figures.settle() == []


def test_a_silent_broker_holds_up_few_and_not_for_long(world, report):
    with world(proxied=("valkey",)) as site:
        (thing,) = site.things(1)
        buy(site, thing, 4)
        heard = len(notices_ms(site))
        site.proxies["valkey"].is_black_hole = True
        silent = buy(site, thing, 8)
        assert figures.wait_for(lambda: len(notices_ms(site)) >= 12)
        told = sorted(notices_ms(site)[heard:])
        site.proxies["valkey"].heal()
        back_s = works_again_after(time.perf_counter())

        row = report("F33", "the broker is silent while tasks are sent", n_ops=12, acked=12)
        row.recovery_s, row.p99_during = back_s, max(silent)
        row.note = f"of 8 notices the slowest took {told[-1]:.0f} ms, the median {told[4]:.0f}"
        assert told[-1] < 2500
        assert figures.wait_for(lambda: delivered() == 12)
        assert figures.settle() == []


def test_a_worker_that_runs_and_receives_nothing_is_found_and_works_again(world, report):
    with world(processes=("web", "worker", "beat"), proxied=("valkey",), watched=True) as site:
        assert figures.wait_for(last_relay)
        health = f"http://{site.site.watch['worker']}/healthz"
        assert send(health).status == 200

        site.proxies["valkey"].is_black_hole = True
        silent = time.perf_counter()
        assert figures.wait_for(lambda: send(health).status == 503, within_s=60)
        found_s = time.perf_counter() - silent
        assert _relay_age(site) > LIMIT_S - 5
        site.proxies["valkey"].heal()
        back_s = works_again_after(time.perf_counter())

        row = report("F08", "a black hole before the broker, then back", n_ops=1, acked=1)
        row.unavailable_s, row.recovery_s = found_s + back_s, back_s
        row.note = f"found after {found_s:.0f} s by the pulse"
        assert back_s <= 30
        assert figures.wait_for(lambda: send(health).status == 200, within_s=30)


def _relay_age(site: World) -> float:
    name = f'quanyu_job_age_seconds{{job="{RELAY}"}} '
    lines = send(f"{site.site.url}/metrics").text.splitlines()
    return float(next(line for line in lines if line.startswith(name)).removeprefix(name))


@pytest.mark.parametrize("policy", ["noeviction", "allkeys-lru"])
def test_a_full_valkey_loses_no_fact(world, report, stage, policy):
    with world() as site:
        (thing,) = site.things(1)
        assert figures.wait_for(last_relay)
        broker = valkey(stage)
        _fill_up(broker, policy)
        try:
            buy(site, thing, 10)
            waiting = Event.objects.filter(done_at__isnull=True).count()
        finally:
            broker.config_set("maxmemory", 0)
            broker.config_set("maxmemory-policy", "noeviction")
            wipe(stage)
        back_s = works_again_after(time.perf_counter())

        row = report("F36", f"Valkey full, {policy}", n_ops=10, acked=10)
        row.recovery_s, row.note = back_s, f"{waiting} facts waited meanwhile"
        assert figures.wait_for(lambda: delivered() == 10)
        assert back_s < 30
        assert figures.settle() == []


def _fill_up(broker: Redis, policy: str) -> None:
    """Not a byte more fits than is there; what is there may go, by the policy."""
    broker.config_set("maxmemory-policy", policy)
    broker.config_set("maxmemory", int(broker.info("memory")["used_memory"]) - 10_000)
