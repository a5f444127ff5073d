"""Many join at once, many order with one pass: nobody shares a number, no pass is used twice."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest

from bookings.waiting import operations as line
from bookings.waiting.models import Sale, Turn
from tests.bookings.waiting.conftest import make_sale
from tests.factories.accounts import OrganisationFactory
from tests.races.conftest import run_together

MANY = 12


@pytest.fixture
def sale(region, at) -> Sale:
    supplier = OrganisationFactory(region=region)
    return make_sale(region, supplier.pk, opens_at=at + timedelta(hours=1), gathers_at=at)


def join_alone(sale: Sale, person: str, at) -> object:
    """What another process does at the same time: a group of its own."""
    return line._join_many(sale.pk, [line._Arrival((person,), at)])


def join_all(sale: Sale, at) -> None:
    run_together(*[partial(join_alone, sale, f"guest:{n}", at) for n in range(MANY)])


def test_processes_that_join_people_at_once_give_each_another_number(sale, at):
    join_all(sale, at)

    assert sorted(Turn.objects.values_list("number", flat=True)) == list(range(1, MANY + 1))
    assert Sale.objects.get().joined == MANY


def test_without_the_lock_numbers_collide(sale, at, monkeypatch):
    lockless = lambda rows, **_options: rows  # noqa: E731
    monkeypatch.setattr(type(Sale.objects.all()), "select_for_update", lockless)

    join_all(sale, at)

    assert Turn.objects.count() < MANY


def test_one_person_who_joins_everywhere_at_once_has_one_place(sale, at):
    calls = [partial(line.join, sale=sale, people=["user:1"], at=at) for _n in range(6)]
    calls += [partial(join_alone, sale, "user:1", at) for _n in range(6)]

    numbers = {n[0] if isinstance(n, list) else n for n in run_together(*calls)}

    assert numbers == {1}
    assert Turn.objects.count() == Sale.objects.get().joined == 1


@pytest.fixture
def inside(sale, at) -> Turn:
    line.join(sale=sale, people=["user:1"], at=at)
    Turn.objects.update(entered_at=at, pass_until=at + timedelta(hours=1))
    return Turn.objects.get()


def reserve(sale: Sale, key: str, at) -> bool:
    return line.reserve(sale_id=sale.pk, people=["user:1"], order_key=key, at=at)


def test_one_pass_lets_one_of_many_orders_through(sale, inside, at):
    passed = run_together(*[partial(reserve, sale, f"key-{n}", at) for n in range(MANY)])

    assert passed.count(True) == 1
    assert passed.count(False) == MANY - 1


def read_then_write(sale: Sale, key: str, at) -> bool:
    """The guard left out: look first, write afterwards."""
    is_free = Turn.objects.filter(sale=sale, order_key="").exists()
    Turn.objects.filter(sale=sale).update(order_key=key)
    return is_free


def test_without_the_guard_several_orders_pass(sale, inside, at):
    for _round in range(20):
        Turn.objects.update(order_key="")
        calls = [partial(read_then_write, sale, f"key-{n}", at) for n in range(MANY)]
        if run_together(*calls).count(True) > 1:
            return
    pytest.fail("never saw the race")


def test_asking_from_everywhere_calls_nobody_sooner(sale, at):
    Sale.objects.update(joined=1000, opens_at=at, per_minute=60)
    soon = at + timedelta(seconds=5)

    run_together(*[partial(line.advance, sale_id=sale.pk, at=soon) for _n in range(MANY)])

    assert Sale.objects.get().served == 5
