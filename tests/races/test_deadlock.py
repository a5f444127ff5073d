"""A deadlock that somebody else brings about: the order is placed all the same, and once."""

from __future__ import annotations

import threading
import time

import pytest
from django.db import OperationalError, connection, transaction

from bookings.inventory import queries
from bookings.orders import operations as orders
from bookings.orders.models import Order
from kernel.outbox.models import Event
from kernel.postgres import rivals
from tests.bookings.conftest import ask
from tests.races.conftest import of_type, run_together

_LOCK = "SELECT 1 FROM bookings_inventory_bucket WHERE id = %s FOR NO KEY UPDATE"
_WAITING = """
SELECT count(*) FROM pg_locks
WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))
"""


class Rival:
    """Locks two buckets in the wrong order, the second once somebody waits for the first.

    Its own patience is longer, so that PostgreSQL gives up the other one.
    """

    def __init__(self, first: int, second: int) -> None:
        self.first, self.second = first, second
        self.is_there = threading.Event()

    def __call__(self) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL deadlock_timeout = '30s'")
            cursor.execute(_LOCK, [self.second])
            self.is_there.set()
            self._await_somebody(cursor)
            cursor.execute(_LOCK, [self.first])

    @staticmethod
    def _await_somebody(cursor) -> None:
        end = time.monotonic() + 10
        while time.monotonic() < end:
            cursor.execute(_WAITING)
            if cursor.fetchone()[0]:
                return
            time.sleep(0.01)


def place_beside_a_rival(shop, at, *, buyers: int = 1):
    one, two = sorted((shop.bucket(10), shop.bucket(10)))
    rival = Rival(one, two)
    wishes = [
        shop.wish(ask(one), ask(two), total_fen=2000, actor=f"guest:{n}") for n in range(buyers)
    ]

    def place():
        rival.is_there.wait()
        with connection.cursor() as cursor:
            cursor.execute("SET deadlock_timeout = '50ms'")
        return orders.place_many(wishes, at=at)

    _nothing, outcome = run_together(rival, place)
    return outcome, queries.left([one, two])


@pytest.mark.parametrize("buyers", [1, 5])
def test_who_is_given_up_for_a_rival_is_tried_again(shop, sellers, at, buyers):
    outcome, left = place_beside_a_rival(shop, at, buyers=buyers)

    assert of_type(outcome, Order) == buyers
    assert Order.objects.count() == buyers
    assert set(left.values()) == {10 - buyers}
    assert Event.objects.filter(name="bookings.order.placed").count() == buyers
    assert all(order.lines.count() == 2 for order in Order.objects.all())


def test_twin_without_another_try_the_buyer_is_turned_away(shop, sellers, at, monkeypatch):
    monkeypatch.setattr(rivals, "TRIES", 1)

    outcome, left = place_beside_a_rival(shop, at)

    assert isinstance(outcome, OperationalError)
    assert outcome.__cause__.pgcode == "40P01"
    assert (Order.objects.count(), set(left.values())) == (0, {10})
    assert not Event.objects.filter(name="bookings.order.placed").exists()


def test_what_fails_in_another_way_is_not_tried_again():
    tries = []

    def fails():
        tries.append(1)
        raise OperationalError("server closed the connection unexpectedly")

    with pytest.raises(OperationalError):
        rivals.try_again(fails)

    assert len(tries) == 1
