"""Locks that are held too long, taken in the wrong order, or wanted by everybody."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2
import pytest
from psycopg2.errors import DeadlockDetected

from bookings.orders.models import Order
from config.settings import DATABASES
from tests.faults import figures
from tests.faults.client import Crowd
from tests.faults.conftest import IS_LONG
from tests.faults.world import World

PATIENT = DATABASES["default"]["OPTIONS"]["options"]
"""The very timeouts of the site's own connections."""


@contextmanager
def session(site: World, options: str = "") -> Iterator[Any]:
    """A connection of somebody else to the site's database."""
    servers = site.stage.servers
    link = psycopg2.connect(
        host=servers.sockets, user="quanyu", password=servers.password, dbname=site.database,
        options=options,
    )  # fmt: skip
    try:
        yield link
    finally:
        link.close()


def lock_bucket(link: Any, bucket_id: int) -> None:
    link.cursor().execute(
        "SELECT 1 FROM bookings_inventory_bucket WHERE id = %s FOR UPDATE", [bucket_id]
    )


@pytest.mark.core
def test_a_lock_that_is_not_had_is_said_in_time_and_the_same_key_works_later(shop, report):
    thing, buyer = shop.things(1)[0], shop.buyers(1)[0]
    client = shop.client(buyer)
    with session(shop) as other:
        lock_bucket(other, thing.bucket_ids[0])
        refused = client.order([thing], "fault-locked-1")
        assert Order.objects.filter(actor=f"user:{buyer.user_id}").count() == 0
    answer = client.order([thing], "fault-locked-1")

    row = report("F18", "55P03 and the like surface", n_ops=2, acked=1, p99_during=refused.ms)
    assert (refused.status, refused.headers["retry-after"]) == (503, "2")
    assert refused.json["code"] == "busy"
    assert answer.status == 201
    assert Order.objects.filter(actor=f"user:{buyer.user_id}").count() == 1
    row.assert_whole()


@pytest.mark.core
def test_a_transaction_left_open_is_ended_and_everybody_goes_on(shop, report):
    [thing] = shop.things(1)
    with session(shop, PATIENT) as lazy:
        lock_bucket(lazy, thing.bucket_ids[0])
        held = time.perf_counter()
        with shop.crowd(60, [thing], threads=8) as crowd:
            assert figures.wait_for(lambda: len(crowd.acked) == 60, within_s=30)
        with pytest.raises(psycopg2.OperationalError):
            lazy.cursor().execute("SELECT 1")

    row = report("F15", "a transaction left idle with a hot row locked", note="killed after 5 s")
    figures.fill(row, crowd.ops, sandbox=shop.sandbox_book)
    row.unavailable_s = row.recovery_s = min(op.ended for op in crowd.acked) - held
    row.p99_during = crowd.p99_ms()
    row.assert_whole()
    assert set(crowd.statuses()) == {201, 503}
    assert figures.settle() == []


@pytest.mark.core
def test_500_people_want_100_places(shop, report):
    [thing] = shop.things(1, in_days=1)
    thing.limit(100)
    with shop.crowd(500, [thing], threads=32) as crowd:
        for thread in crowd.threads:
            thread.join()

    row = report("F13", "500 buyers, 100 places, one entry time")
    figures.fill(row, crowd.ops, sandbox=shop.sandbox_book)
    row.p99_during = crowd.p99_ms()
    row.assert_whole()
    assert row.acked == 100
    assert crowd.statuses() == {201: 100, 409: 400}
    assert figures.settle() == []


class Carts(Crowd):
    """Everybody wants the same two things, every other buyer in the opposite order."""

    def _ask(self, client, op, thing):
        is_odd = int(op.key.rsplit("-", 1)[1]) % 2
        things = self.things[::-1] if is_odd else self.things
        op.began = time.perf_counter()
        answer = client.order(things, op.key)
        op.statuses.append(answer.status)
        op.code = answer.json["code"] if answer.status == 201 else ""
        op.ended = time.perf_counter()


def deadlocks(site: World) -> int:
    time.sleep(1.2)  # the figure is written once a second
    rows = site.stage.sql("SELECT datname, deadlocks FROM pg_stat_database")
    return int(dict(rows)[site.database])


@pytest.mark.core
def test_carts_that_cross_never_wait_in_a_circle(shop, report):
    things = [*shop.things(1, in_days=1), *shop.things(1, in_days=2)]
    before = deadlocks(shop)
    with Carts(
        shop.site.url, "huangshan", shop.buyers(2000 if IS_LONG else 300), things, threads=16
    ) as crowd:
        for thread in crowd.threads:
            thread.join()

    row = report("F14", "carts A+B and B+A in two processes")
    figures.fill(row, crowd.ops, sandbox=shop.sandbox_book)
    row.p99_during = crowd.p99_ms()
    row.assert_whole()
    assert set(crowd.statuses()) == {201}, "nobody saw anything of it"
    assert deadlocks(shop) == before
    assert figures.settle() == []


def test_twin_without_the_order_of_locks_they_do(shop):
    """What the carts would do if they locked in the order in which they were filled."""
    pair = [thing.bucket_ids[0] for thing in (*shop.things(1), *shop.things(1, in_days=1))]
    barrier, fell = threading.Barrier(2), []

    def lock(ids):
        with session(shop) as link:
            lock_bucket(link, ids[0])
            barrier.wait(10)
            try:
                lock_bucket(link, ids[1])
            except DeadlockDetected:
                fell.append(ids)

    threads = [threading.Thread(target=lock, args=[ids]) for ids in (pair, pair[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(fell) == 1
