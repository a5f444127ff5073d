"""Who works at a desk sees what waits for their house's answer, and reaches its order."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from bookings.fulfilment import operations as fulfilment
from bookings.orders import operations as orders
from bookings.orders.models import Line
from tests.bookings.conftest import ask
from tests.bookings.orders.test_settle import money
from tests.cast import assemble, enter

pytestmark = pytest.mark.django_db

QUEUE = "Lines that wait for their supplier"


@pytest.fixture
def awaited(shop, sellers, at):
    """One line that waits for the area's answer."""
    cast = assemble(shop.region)
    order = orders.place(shop.wish(ask(shop.bucket(5), 2, kind="shy"), total_fen=2000), at=at)
    orders.settle(facts=money(order), at=at)
    Line.objects.filter(order=order).update(supplier=cast.area)
    fulfilment.deliver(order_id=order.pk, at=at)
    return cast, order


def waiting(user) -> int:
    """What the first page of the back office counts."""
    page = enter(user).get(reverse("admin:index"), headers={"Accept-Language": "en"})
    return next(queue.count for queue in page.context["queues"] if str(queue.title) == QUEUE)


def test_what_waits_is_a_queue_of_its_own_house_and_of_the_platform(awaited, at, english):
    cast, _order = awaited

    assert [waiting(user) for user in (cast.li_wei, cast.he_ping, cast.qian_bo)] == [1, 1, 0]

    fulfilment.ask_waiting_suppliers(at=at + timedelta(days=1))
    assert waiting(cast.he_ping) == 0


def test_its_page_says_by_when_and_leads_to_the_order_and_why_after(awaited, at, english):
    cast, order = awaited
    line = order.lines.get()
    desk = enter(cast.he_ping)
    url = f"/en/ops/bookings_orders/line/{line.pk}/change/"
    shown = desk.get(url).content.decode()
    assert reverse("admin:bookings_orders_order_change", args=[order.pk]) in shown

    fulfilment.ask_waiting_suppliers(at=at + timedelta(days=1))

    assert "the supplier did not answer in time" in desk.get(url).content.decode()


def test_the_order_leads_to_the_page_that_cancels_it(awaited):
    cast, order = awaited
    page = enter(cast.he_ping).get(reverse("admin:bookings_orders_order_change", args=[order.pk]))

    assert reverse("admin:bookings_refunds_refund_cancel", args=[order.pk]) in page.content.decode()
