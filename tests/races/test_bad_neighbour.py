"""A bad order among many that are placed together: it fails alone, and nobody waits for it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import pytest
from django.db import DataError, connection, transaction

from bookings.inventory import queries
from bookings.inventory.models import Bucket
from bookings.orders import operations as orders
from bookings.orders.models import Order
from bookings.orders.operations import together
from kernel.grouping import Grouping
from tests.bookings.conftest import ask
from tests.races.conftest import of_type

pytestmark = pytest.mark.timeout(30)

GOOD = 6
UNSTORABLE = "key-with-\x00-in-it"
"""What PostgreSQL cannot hold: the statement that writes the whole group breaks on it."""


@pytest.fixture
def groups(monkeypatch) -> list[list[str]]:
    """The keys of each group, in the order in which groups were placed; nobody leads yet."""
    placed: list[list[str]] = []
    place_many = together.place_many

    def noted(requests, *, at):
        placed.append([request.request_key for request in requests])
        return place_many(requests, at=at)

    monkeypatch.setattr(together, "_groupings", {})
    monkeypatch.setattr(together, "place_many", noted)
    return placed


@contextmanager
def held(bucket: int) -> Iterator[None]:
    """The bucket's row is locked by somebody else meanwhile: whoever leads stands there."""
    with transaction.atomic():
        Bucket.objects.select_for_update().get(pk=bucket)
        yield


def arrive(wish, at, results: dict[str, object]) -> threading.Thread:
    def call() -> None:
        try:
            results[wish.request_key] = orders.place_together(wish, at=at)
        except Exception as error:  # noqa: BLE001 - the test looks at it
            results[wish.request_key] = error
        finally:
            connection.close()

    thread = threading.Thread(target=call)
    thread.start()
    return thread


def until_queued(number: int) -> None:
    """Until so many sit behind the leader."""
    pause = threading.Event()
    while sum(len(grouping._waiting) for grouping in together._groupings.values()) < number:
        pause.wait(0.005)


def until_led(groups: list[list[str]]) -> None:
    pause = threading.Event()
    while not groups:
        pause.wait(0.005)


@pytest.fixture
def placed_together(shop, sellers, at, groups):
    """Place a bad order among good ones: one leads and is held up, the rest is the next group."""
    bucket, full = shop.bucket(50), shop.bucket(0)

    def placed(bad: str) -> dict[str, object]:
        wish = partial(shop.wish, total_fen=1000)
        first = wish(ask(bucket), actor="guest:first", key="leader")
        rest = [wish(ask(bucket), actor=f"guest:{n}", key=f"good-{n}") for n in range(GOOD)]
        unlucky = full if bad == "sold-out" else bucket
        rest.insert(GOOD // 2, wish(ask(unlucky), actor="guest:bad", key=bad))
        results: dict[str, object] = {}
        with held(bucket):
            threads = [arrive(first, at, results)]
            until_led(groups)
            for number, one in enumerate(rest, start=1):
                threads.append(arrive(one, at, results))
                until_queued(number)
        for thread in threads:
            thread.join()
        assert queries.left([bucket]) == {bucket: 50 - Order.objects.count()}
        return results

    return placed


def test_an_order_that_breaks_the_group_fails_alone(placed_together, groups):
    results = placed_together(UNSTORABLE)

    keys = [f"good-{n}" for n in range(GOOD)]
    together_keys = [*keys[: GOOD // 2], UNSTORABLE, *keys[GOOD // 2 :]]
    assert isinstance(results.pop(UNSTORABLE), DataError)
    assert of_type(list(results.values()), Order) == GOOD + 1
    assert set(Order.objects.values_list("request_key", flat=True)) == {"leader", *keys}
    assert groups == [["leader"], together_keys, *[[key] for key in together_keys]]


def test_an_order_that_is_refused_costs_its_neighbours_nothing(placed_together, groups):
    results = placed_together("sold-out")

    assert isinstance(results.pop("sold-out"), orders.SoldOut)
    assert of_type(list(results.values()), Order) == Order.objects.count() == GOOD + 1
    assert [len(group) for group in groups] == [1, GOOD + 1]


def test_twin_without_the_rescue_everybody_beside_it_fails(placed_together, monkeypatch):
    alone = partial(Grouping, rescue=lambda _error: False)
    monkeypatch.setattr(together, "Grouping", alone)

    results = placed_together(UNSTORABLE)

    assert of_type(list(results.values()), DataError) == GOOD + 1
    assert set(Order.objects.values_list("request_key", flat=True)) == {"leader"}
