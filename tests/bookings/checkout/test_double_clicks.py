"""CRT-07, F47: the same cart sent twenty times at once from two tabs is one order and one charge."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from bookings.orders.models import Order
from kernel import clock

pytestmark = pytest.mark.django_db

TIMES = 20


@pytest.fixture
def browser(shop, sellers, region) -> Client:
    sellers["plain"].starts_at = clock.now() + timedelta(days=30)
    made = Client()
    form = {"kind": "plain", "ref": f"{shop.bucket(40)}:1000", "class_adult": "2"}
    made.post(reverse("checkout:add", args=[region.slug]), form)
    return made


def shown(browser: Client, region) -> dict[str, str]:
    page = browser.get(reverse("checkout:confirm", args=[region.slug])).content.decode()
    fields = dict(re.findall(r'name="(request_key|shown_total_fen)" value="([^"]*)"', page))
    return {**fields, "contact": "13800000000"}


def test_twenty_sends_of_one_form_are_one_order(browser, region):
    form = shown(browser, region)
    address = reverse("checkout:confirm", args=[region.slug])

    answers = {browser.post(address, form).url for _click in range(TIMES)}

    assert (Order.objects.count(), len(answers)) == (1, 1)


def test_two_tabs_of_one_cart_are_one_order(browser, region):
    first, second = shown(browser, region), shown(browser, region)
    address = reverse("checkout:confirm", args=[region.slug])

    answers = {browser.post(address, form).url for form in (first, second) * (TIMES // 2)}

    assert (Order.objects.count(), len(answers)) == (1, 1)


def test_back_and_again_finds_the_order_and_not_a_second_one(browser, region):
    form = shown(browser, region)
    address = reverse("checkout:confirm", args=[region.slug])
    order = browser.post(address, form).url

    assert browser.get(address).status_code == 302
    assert browser.post(address, form).url == order
