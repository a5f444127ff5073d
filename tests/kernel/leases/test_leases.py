"""One worker for a thing, known by a token that only grows; one run for a period."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kernel.leases import operations as leases
from kernel.leases.models import Lease, Period

pytestmark = pytest.mark.django_db

AT = datetime(2026, 10, 1, 1, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def take(owner: str, at: datetime = AT, key: str = "plan:1") -> int | None:
    return leases.take(key=key, owner=owner, seconds=10, at=at)


def test_the_first_to_ask_holds_it():
    assert take("a") == 1
    assert take("b", AT + 9 * SECOND) is None

    row = Lease.objects.get()
    assert (row.owner, row.token, row.until) == ("a", 1, AT + 10 * SECOND)


def test_the_holder_prolongs_it_under_the_same_token():
    take("a")

    assert take("a", AT + 9 * SECOND) == 1

    assert Lease.objects.get().until == AT + 19 * SECOND
    assert take("b", AT + 10 * SECOND) is None


def test_a_lease_that_ran_out_is_taken_over_with_a_greater_token():
    take("a")

    assert take("b", AT + 10 * SECOND) == 2
    assert take("c", AT + 20 * SECOND) == 3


def test_a_holder_that_was_away_has_an_old_token():
    """Stopped, then continued: its commit, guarded by the token, changes nothing."""
    old = take("a")
    take("b", AT + 10 * SECOND)

    assert take("a", AT + 11 * SECOND) is None
    assert not Lease.objects.filter(key="plan:1", token=old).update(owner="a")
    assert Lease.objects.get().owner == "b"


def test_coming_back_after_the_end_is_a_new_holding():
    """Between the two somebody else may have held it and let it run out."""
    assert take("a") == 1
    assert take("a", AT + 10 * SECOND) == 2


def test_things_are_leased_apart():
    assert take("a", key="plan:1") == 1
    assert take("b", key="plan:2") == 1


def begin(job: str = "extend", period: str = "2026-10-01", at: datetime = AT) -> bool:
    return leases.first(job=job, period=period, at=at)


def test_two_beats_run_a_period_once():
    assert begin()
    assert not begin(at=AT + SECOND)

    assert Period.objects.get().at == AT


def test_the_next_period_and_another_job_run_of_their_own():
    begin()

    assert begin(period="2026-10-02")
    assert begin(job="other")
    assert Period.objects.count() == 3
