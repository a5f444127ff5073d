"""The page on which a line is changed: without JavaScript, as plain forms."""

from __future__ import annotations

import re

import pytest

from bookings.orders.models import Order, State
from kernel.outbox import operations as outbox
from tests.bookings.conftest import ask
from tests.bookings.orders.test_change import buckets, now, order, party  # noqa: F401

pytestmark = pytest.mark.django_db


def fields(page) -> dict[str, str]:
    return dict(re.findall(r'name="(\w+)" value="([^"]*)"', page.content.decode()))


@pytest.fixture
def shelf(sellers, buckets):  # noqa: F811
    sellers["plain"].shelf = [f"{buckets[0]}:1000", f"{buckets[1]}:600"]
    return sellers["plain"].shelf


def address(order) -> str:  # noqa: F811
    return f"/en/o/{order.token}/change/{order.lines.get().pk}/"


def test_the_order_links_to_it_and_it_shows_what_else_there_is(client, order, shelf):  # noqa: F811
    assert address(order) in client.get(f"/en/o/{order.token}/").content.decode()

    page = client.get(address(order))

    assert [each.ref for each in page.context["found"]] == [shelf[1]]


def test_the_difference_is_shown_and_agreed_to(client, order, shelf, now):  # noqa: F811
    page = client.get(address(order), {"ref": shelf[1]})
    sent = fields(page)
    assert (sent["shown_fen"], "¥8" in page.content.decode()) == ("-800", True)

    answers = [client.post(address(order), sent) for _click in range(2)]
    outbox.drain(at=now)

    made = Order.objects.exclude(pk=order.pk).get()
    assert {answer.url for answer in answers} == {f"/en/o/{made.token}/"}
    assert made.state is State.CONFIRMED
    page = client.get(f"/en/o/{made.token}/").content.decode()
    assert order.code in page
    assert "q-code" in page


def test_a_dearer_one_goes_on_to_the_payment(client, order, buckets):  # noqa: F811
    ref = f"{buckets[1]}:1500"
    page = client.get(address(order), {"ref": ref})

    answer = client.post(address(order), fields(page))

    made = Order.objects.exclude(pk=order.pk).get()
    assert answer.url == f"/en/o/{made.token}/pay/"
    assert made.unpaid_fen == 1000
    assert "¥10" in client.get(answer.url).content.decode()


@pytest.mark.parametrize(
    "wrong",
    [{"shown_fen": "0"}, {"shown_fen": "x"}, {"ref": "nothing"}, {"ref": "x" * 500}],
)
def test_what_was_not_shown_changes_nothing(client, order, shelf, wrong):  # noqa: F811
    sent = fields(client.get(address(order), {"ref": shelf[1]}))

    answer = client.post(address(order), {**sent, **wrong})

    assert answer.status_code == 200
    assert Order.objects.count() == 1


def test_another_orders_line_is_not_found_here(client, order, shop, now, party):  # noqa: F811
    from bookings.orders import operations as orders

    other = orders.place(shop.wish(ask(shop.bucket(1)), total_fen=1000), at=now)

    answer = client.get(f"/en/o/{order.token}/change/{other.lines.get().pk}/")

    assert answer.status_code == 404


@pytest.mark.parametrize("day", ["x", "2026-13-01", "2026-02-30"])
def test_a_day_that_is_none_is_said(client, order, day):  # noqa: F811
    assert client.get(address(order), {"day": day}).status_code == 400
