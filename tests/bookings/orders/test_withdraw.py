"""Parts are cancelled and used; units and states follow."""

from __future__ import annotations

import pytest

from bookings.inventory import queries as inventory
from bookings.orders import operations as orders
from bookings.orders.models import Line, State
from tests.bookings.conftest import ask

pytestmark = pytest.mark.django_db


@pytest.fixture
def bucket(shop):
    return shop.bucket(5)


@pytest.fixture
def line(shop, sellers, bucket, at) -> Line:
    order = orders.place(shop.wish(ask(bucket, 3), total_fen=3000), at=at)
    Line.objects.filter(order=order).update(state=State.CONFIRMED)
    return order.lines.get()


def test_a_cancelled_part_frees_its_units_only(line, sellers, bucket, at):
    orders.withdraw_parts(parts={line.pk: ["p1"]}, at=at)

    line.refresh_from_db()
    assert (line.state, line.cancelled_parts) == (State.CONFIRMED, ["p1"])
    assert [part.key for part in line.open_parts] == ["p0", "p2"]
    assert inventory.left([bucket]) == {bucket: 3}
    assert sellers["plain"].withdrawn == [(line.pk, ("p1",))]


def test_the_last_cancelled_part_cancels_the_line(line, bucket, at):
    orders.withdraw_parts(parts={line.pk: ["p0", "p1", "p2"]}, at=at)

    line.refresh_from_db()
    assert line.state == State.CANCELLED
    assert inventory.left([bucket]) == {bucket: 5}


def test_a_part_cannot_be_cancelled_twice(line, bucket, at):
    orders.withdraw_parts(parts={line.pk: ["p1"]}, at=at)

    with pytest.raises(orders.AlreadyCancelled):
        orders.withdraw_parts(parts={line.pk: ["p0", "p1"]}, at=at)

    line.refresh_from_db()
    assert line.cancelled_parts == ["p1"]
    assert inventory.left([bucket]) == {bucket: 3}


def test_a_used_part_cannot_be_cancelled(line, at):
    orders.mark_used([(line.pk, "p0")])

    with pytest.raises(orders.AlreadyCancelled):
        orders.withdraw_parts(parts={line.pk: ["p0"]}, at=at)

    line.refresh_from_db()
    assert (line.used_parts, line.cancelled_parts) == (["p0"], [])


def test_the_last_used_part_makes_the_line_used(line, bucket, at):
    for key in ("p0", "p1", "p1", "p2"):
        orders.mark_used([(line.pk, key)])

    line.refresh_from_db()
    assert (line.state, line.used_parts) == (State.USED, ["p0", "p1", "p2"])
    assert inventory.left([bucket]) == {bucket: 2}


def test_the_rest_cancelled_after_use_leaves_the_line_used(line, bucket, at):
    orders.mark_used([(line.pk, "p0")])

    orders.withdraw_parts(parts={line.pk: ["p1", "p2"]}, at=at)

    line.refresh_from_db()
    assert line.state == State.USED
    assert inventory.left([bucket]) == {bucket: 4}


def test_giving_up_an_unpaid_order_frees_it_at_once(shop, sellers, bucket, at):
    order = orders.place(shop.wish(ask(bucket, 2), total_fen=2000), at=at)

    orders.abandon(order=order, at=at)

    order.refresh_from_db()
    assert order.state is State.CANCELLED
    assert inventory.left([bucket]) == {bucket: 5}


def test_a_paid_order_cannot_be_given_up(line, bucket, at):
    with pytest.raises(orders.NotWaiting):
        orders.abandon(order=line.order, at=at)

    line.refresh_from_db()
    assert line.state == State.CONFIRMED
    assert inventory.left([bucket]) == {bucket: 2}
