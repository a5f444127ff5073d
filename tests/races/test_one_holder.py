"""Many want the same lease, or begin the same period, at the same moment: one gets it."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest

from kernel.leases import operations as leases
from kernel.leases.models import Lease, Period
from tests.races.conftest import run_together

AT = datetime(2026, 10, 1, 1, 0, tzinfo=UTC)
WORKERS = 8


def take_together(at: datetime) -> list[int | None]:
    return run_together(
        *[
            lambda n=n: leases.take(key="plan:1", owner=f"worker-{n}", seconds=10, at=at)
            for n in range(WORKERS)
        ]
    )


def begin_together() -> list[bool]:
    beat = lambda: leases.first(job="extend", period="2026-10-01", at=AT)  # noqa: E731
    return run_together(*[beat] * WORKERS)


def test_one_of_many_takes_a_free_lease_and_one_takes_it_over(db):
    first = take_together(AT)
    second = take_together(AT + timedelta(seconds=10))

    assert sorted(first, key=str) == [1] + [None] * (WORKERS - 1)
    assert sorted(second, key=str) == [2] + [None] * (WORKERS - 1)


def test_two_beats_at_the_same_moment_begin_a_period_once(db):
    assert sorted(begin_together()) == [False] * (WORKERS - 1) + [True]


@pytest.fixture
def no_guard(monkeypatch):
    """Look first, then write: what the single statement is for."""

    def take(*, key, owner, seconds, at):
        held = Lease.objects.filter(key=key, until__gt=at).exclude(owner=owner).exists()
        time.sleep(0.05)
        if held:
            return None
        until = at + timedelta(seconds=seconds)
        return Lease.objects.update_or_create(key=key, defaults={"owner": owner, "until": until})[
            0
        ].token

    def first(*, job, period, at):
        known = Period.objects.filter(job=job, period=period).exists()
        time.sleep(0.05)
        Period.objects.bulk_create([Period(job=job, period=period, at=at)], ignore_conflicts=True)
        return not known

    monkeypatch.setattr(leases, "take", take)
    monkeypatch.setattr(leases, "first", first)


def test_twin_without_the_guard_several_hold_it_and_several_begin(db, no_guard):
    holders = [token for token in take_together(AT) if isinstance(token, int)]

    assert len(holders) > 1
    assert sum(begin_together()) > 1
