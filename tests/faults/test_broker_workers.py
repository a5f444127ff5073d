"""Workers and beats are killed, stopped, doubled and poisoned: every fact has its effect once."""

from __future__ import annotations

import os
import re
import signal
import time

import pytest
from django.db import transaction
from django.db.models import Count

from kernel import clock
from kernel.audit.models import Entry
from kernel.leases.models import Period
from kernel.outbox import operations as outbox
from kernel.outbox.models import Event, Failure
from tests.faults import figures
from tests.faults.client import send
from tests.faults.report import Report
from tests.faults.sick import DEADLY, SLOW
from tests.faults.world import World

SICK = {"DJANGO_SETTINGS_MODULE": "tests.faults.sick_settings"}
LAPSE = "bookings.orders.tasks.lapse_due"


def record(name: str, number: int, *, seconds: float = 0.0, first: int = 0) -> None:
    """So many facts, each with a key of its own."""
    numbers = range(first, first + number)
    news = [outbox.News(name, f"{name}-{n}", {"seconds": seconds}) for n in numbers]
    with transaction.atomic():
        outbox.record_many(news, at=clock.now())


def undone() -> int:
    return Event.objects.filter(name=SLOW, done_at__isnull=True).count()


def in_hand() -> set[int]:
    """What a worker is dealing with at this moment."""
    held = Event.objects.filter(lease_until__gt=clock.now(), done_at__isnull=True)
    return set(held.values_list("pk", flat=True))


def fill(row: Report, number: int) -> Report:
    """Each fact's effect is there once."""
    effects = Entry.objects.filter(action=SLOW).values("subject").annotate(n=Count("pk"))
    row.n_ops = row.acked = number
    row.lost = number - effects.count()
    row.duplicated = sum(effect["n"] - 1 for effect in effects)
    return row


def another(site: World, name: str) -> str:
    """One more process like this one; its name."""
    like, more = site.site.child(name), f"{name}-2"
    command = [word.replace("beat-schedule", "beat-schedule-2") for word in like.command]
    site.site.wanted = {*site.site.wanted, more}
    site.site._add(more, command, {**like.env, "QUANYU_HEALTH_ADDRESS": ""})
    return more


def worker_counts(site: World, task: str) -> dict[str, float]:
    """How often a task was run and skipped since the worker's first start."""
    text = send(f"http://{site.site.watch['worker']}/metrics").text
    found = re.findall(rf'quanyu_tasks_total{{task="{task}",ending="(\w+)"}} (\S+)', text)
    return {ending: float(count) for ending, count in found}


@pytest.mark.core
def test_a_killed_worker_loses_nothing_and_does_nothing_twice(world, report):
    with world(processes=("web", "worker", "beat"), watched=True, env=SICK) as site:
        record(SLOW, 15, seconds=0.4)
        assert figures.wait_for(lambda: undone() < 14 and in_hand())

        child_killed, held = time.perf_counter(), in_hand()
        for pid in site.pids("worker")[1:3]:
            os.kill(pid, signal.SIGKILL)
        assert figures.wait_for(
            lambda: not Event.objects.filter(pk__in=held, done_at=None).exists()
        )
        children_s = time.perf_counter() - child_killed

        record(SLOW, 15, seconds=0.4, first=15)
        assert figures.wait_for(in_hand)
        killed, held = time.perf_counter(), in_hand()
        site.kill("worker")
        assert figures.wait_for(
            lambda: not Event.objects.filter(pk__in=held, done_at=None).exists()
        )
        tree_s = time.perf_counter() - killed
        assert figures.wait_for(lambda: undone() == 0)

        row = fill(report("F03", "kill -9 of the pool's processes, then of the whole worker"), 30)
        row.recovery_s = max(children_s, tree_s)
        row.note = f"what a pool process held runs again in {children_s:.1f} s, the tree's in {tree_s:.1f} s"
        row.assert_whole()
        assert row.recovery_s < 60


def test_a_worker_that_was_stopped_past_its_lease_applies_nothing_twice(world, report):
    with world(processes=("web", "worker", "beat"), env=SICK) as site:
        record(SLOW, 6, seconds=1)
        assert figures.wait_for(in_hand)
        stopped, held = time.perf_counter(), in_hand()
        site.kill("worker", signal.SIGSTOP)

        another(site, "worker")
        assert figures.wait_for(
            lambda: not Event.objects.filter(pk__in=held, done_at=None).exists()
        )
        recovery_s = time.perf_counter() - stopped
        assert figures.wait_for(lambda: undone() == 0)
        site.kill("worker", signal.SIGCONT)
        time.sleep(5)

        row = fill(report("F05", "SIGSTOP of a worker past its lease, then CONT"), 6)
        row.recovery_s = recovery_s
        row.assert_whole()
        assert undone() == 0
        assert not Event.objects.filter(parked_at__isnull=False).exists()


def test_two_beats_begin_each_period_once(world, report):
    with world(processes=("web", "worker", "beat"), env=SICK) as site:
        another(site, "beat")
        assert figures.wait_for(lambda: worker_counts(site, LAPSE).get("skipped", 0) >= 3)

        runs = worker_counts(site, LAPSE)["run"]
        periods = Period.objects.filter(job=LAPSE).count()

        row = report("F34", "two beats", n_ops=periods, acked=periods)
        row.duplicated = max(0, int(runs) - periods)
        row.assert_whole()
        assert periods >= 3


@pytest.mark.core
def test_what_kills_its_worker_is_parked_and_told_and_the_others_flow(world, report):
    with world(processes=("web", "worker", "beat"), env=SICK) as site:
        record(DEADLY, 1)
        record(SLOW, 20, seconds=0.05)
        began = time.perf_counter()

        assert figures.wait_for(lambda: undone() == 0)
        others_s = time.perf_counter() - began
        parked = Event.objects.filter(name=DEADLY, parked_at__isnull=False)
        assert figures.wait_for(parked.exists, within_s=90)

        row = fill(report("F35", "a task that ends its worker each time"), 20)
        row.recovery_s = time.perf_counter() - began
        row.note = (
            f"parked after {outbox.MAX_DEATHS} starts; the others were done in {others_s:.1f} s"
        )
        row.assert_whole()
        failure = Failure.objects.get()
        assert (failure.error, failure.tries) == ("WorkerLost", outbox.MAX_DEATHS)
        assert "quanyu_outbox_parked 1.0" in send(f"{site.site.url}/metrics").text
