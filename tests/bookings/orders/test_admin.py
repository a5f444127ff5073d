"""An order's page in the back office tells its whole story, on the region's clock."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.db import transaction

from bookings.fulfilment import operations as fulfilment
from bookings.orders import operations as orders
from bookings.orders.models import Order
from bookings.payments.models import Attempt, AttemptState
from tests.bookings.conftest import ask
from tests.bookings.orders.test_settle import money

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
    assert "p0" in page.codes(order)
    assert f"buyer:{order.pk} -10" in page.books(order)
    assert page.refunds_words(order) == "–"
