"""The figure of the waiting list, over few rows: what is counted was won by rank, and all is sound."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bench import waitlists
from bookings.orders.models import Order
from bookings.waitlist.models import Entry
from kernel import clock, invariants
from tests.bookings.conftest import region, sellers, shop  # noqa: F401 - fixtures


@pytest.fixture
def db(fresh_db: str) -> str:
    return fresh_db


@pytest.fixture(autouse=True)
def unblocked(django_db_blocker, fresh_db):
    with django_db_blocker.unblock():
        yield


def test_what_came_free_is_matched_with_those_who_wait(shop, region, sellers):  # noqa: F811
    seller = sellers["plain"]
    seller.starts_at = clock.now() + timedelta(days=2)
    seller.shelf = [f"{shop.bucket(10)}:1000" for _thing in range(4)]

    found = waitlists.figures(region, entries=200, places=30, warm=4)

    assert found["waitlist_waiting"] + Order.objects.count() - found["waitlist_orders"] == 200
    assert (found["waitlist_freed"], found["waitlist_unserved"]) == (30, 0)
    assert 20 <= found["waitlist_matched"] <= 34
    assert Entry.objects.filter(state="OFFERED").count() == Order.objects.count()
    for code in ("nobody-is-passed-over-in-silence", "place-in-an-awaited-line"):
        assert invariants.check(code, at=clock.now()) == []
