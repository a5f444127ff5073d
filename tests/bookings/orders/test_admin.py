"""An order's page in the back office tells its whole story, on the region's clock."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.db import transaction
from django.urls import reverse

from accounts.identity import phones
from bookings.fulfilment import operations as fulfilment
from bookings.orders import operations as orders
from bookings.orders.models import Line, Order
from bookings.payments.models import Attempt, AttemptState
from bookings.refunds.models import Reason, Refund
from bookings.vouchers.models import Pass
from kernel.naming import say
from tests.bookings.conftest import ask
from tests.bookings.orders.test_settle import money
from tests.cast import assemble, enter

pytestmark = pytest.mark.django_db


def test_payments_codes_and_books_are_all_there(shop, sellers, at):
    order = orders.place(shop.wish(ask(shop.bucket(1)), total_fen=1000), at=at)
    Attempt.objects.create(
        order=order,
        provider="sandbox",
        token="t",
        amount_fen=1000,
        captured_fen=1000,
        currency="CNY",
        state=AttemptState.SUCCEEDED,
        created_at=at,
    )
    with transaction.atomic():
        orders.settle(facts=money(order), at=at)
    fulfilment.deliver(order_id=order.pk, at=at)
    page = admin.site.get_model_admin(Order)

    assert "2026-10-01 08:00:00 · sandbox" in page.payments(order)
    part = order.lines.get().frozen_parts[0]
    assert str(say(part.title)) in page.codes(order)
    assert part.key not in page.codes(order)
    assert f"buyer, order no. {order.pk} −¥10" in page.books(order)
    assert page.refunds_words(order) == "–"


@pytest.fixture
def shared(shop, sellers, at):
    """A paid and delivered order with lines of two suppliers; some of the second's goes back."""
    cast = assemble(shop.region)
    order = orders.place(shop.wish(ask(shop.bucket(1)), ask(shop.bucket(1)), total_fen=2000), at=at)
    paid = Attempt.objects.create(
        order=order, provider="sandbox", token="t", provider_ref="pay_1", amount_fen=2000,
        captured_fen=2000, currency="CNY", state=AttemptState.SUCCEEDED, created_at=at,
    )  # fmt: skip
    with transaction.atomic():
        orders.settle(facts=money(order, amount_fen=2000), at=at)
    fulfilment.deliver(order_id=order.pk, at=at)
    first, second = order.lines.order_by("position")
    Line.objects.filter(pk=first.pk).update(supplier=cast.area, title={"en": "Lions"})
    Line.objects.filter(pk=second.pk).update(supplier=cast.fleet, title={"en": "Otters"})
    for line, fen in ((first, 123), (second, 456)):
        Refund.objects.create(
            order=order, attempt=paid, key=f"k{line.pk}", token=f"t{line.pk}", amount_fen=fen,
            parts={str(line.pk): ["p0"]}, reason=Reason.BUYER, actor="guest:a", created_at=at,
        )  # fmt: skip
    return cast, order


def shown(user, order) -> str:
    page = enter(user).get(reverse("admin:bookings_orders_order_change", args=[order.pk]))
    assert page.status_code == 200
    return page.content.decode()


def test_a_supplier_reads_of_its_own_lines_only(shared):
    cast, order = shared

    page = shown(cast.chen_jie, order)

    assert "4.56" in page
    assert "1.23" not in page
    assert "Otters" in page
    assert "Lions" not in page
    assert "sandbox" not in page
    assert f"buyer, order no. {order.pk}" not in page
    assert "¥20<" not in page


def test_the_platform_reads_the_whole_order(shared):
    cast, order = shared

    page = shown(cast.he_ping, order)

    for words in (
        "¥1.23",
        "¥4.56",
        "Otters",
        "Lions",
        "sandbox",
        f"buyer, order no. {order.pk}",
        "¥20<",
    ):
        assert words in page


@pytest.mark.parametrize("typed", ["16100000001", "+86 161 0000 0001", "161-0000-0001"])
def test_an_order_is_found_by_the_whole_phone_number_of_its_buyer(shared, typed):
    cast, order = shared
    Order.objects.filter(pk=order.pk).update(contact_index=phones.index_of("16100000001"))
    url = reverse("admin:bookings_orders_order_changelist")

    found = {user: enter(user).get(url, {"q": typed}).context["cl"].result_count for user in (
        cast.li_wei, cast.he_ping, cast.qian_bo,
    )}  # fmt: skip
    other = enter(cast.he_ping).get(url, {"q": "16100000002"}).context["cl"].result_count

    assert found == {cast.li_wei: 1, cast.he_ping: 1, cast.qian_bo: 0}
    assert other == 0


def test_a_supplier_of_no_line_does_not_find_the_order(shared):
    cast, order = shared
    desk = enter(cast.qian_bo)

    page = desk.get(reverse("admin:bookings_orders_order_change", args=[order.pk]))
    listed = desk.get(reverse("admin:bookings_orders_order_changelist"))

    assert page.status_code == 302
    assert order.code not in listed.content.decode()


def test_a_supplier_cancels_parts_of_its_own_lines_only(shared):
    cast, order = shared
    first, second = order.lines.order_by("position")
    url = reverse("admin:bookings_refunds_refund_cancel", args=[order.pk])
    desk = enter(cast.chen_jie)
    Pass.objects.filter(order=order).update(holder="测试乙")

    own = desk.get(url, {"part": f"{second.pk}:p0"})
    other = desk.get(url, {"part": f"{first.pk}:p0"})

    assert own.status_code == 200
    assert "测试乙" in own.content.decode()
    assert "测试乙" in desk.get(url).content.decode()
    assert "Lions" not in own.content.decode()
    assert other.status_code == 404
