"""From the link to the order; the guide sees what it earned and nobody else does."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from bookings.orders.models import Order
from bookings.referrals import operations as referrals
from bookings.referrals.models import Code
from tests.bookings.campaigns.test_pages import fill
from tests.bookings.referrals.conftest import code_of
from tests.bookings.rewards.test_points import let_in
from tests.cast import enter
from tests.factories.accounts import TouristFactory
from tests.factories.kernel import RegionFactory

pytestmark = pytest.mark.django_db


def cart(browser, region):
    return browser.get(reverse("checkout:cart", args=[region.slug]))


@pytest.fixture
def shopper(shop, later, region) -> Client:
    browser = enter(TouristFactory())
    fill(browser, region, shop.bucket(5), persons=1)
    return browser


def order_of(browser, region) -> Order:
    """Confirm the cart as it is shown."""
    page = browser.get(reverse("checkout:confirm", args=[region.slug]))
    found = page.context["cart"]
    browser.post(
        reverse("checkout:confirm", args=[region.slug]),
        {
            "contact": "16100000001",
            "request_key": found.request_key,
            "shown_total_fen": found.total_fen,
        },
    )
    return Order.objects.get()


def test_a_link_to_any_page_is_kept_until_the_order(shopper, region, code):
    shopper.get(region.get_absolute_url(), {"via": code.code.lower()})

    assert "Recommended by Guide Wang" in cart(shopper, region).content.decode()
    assert order_of(shopper, region).via == code.code


def test_it_costs_the_buyer_nothing(shopper, region, code):
    before = cart(shopper, region).context["cart"].total_fen

    shopper.get(region.get_absolute_url(), {"via": code.code})

    assert cart(shopper, region).context["cart"].total_fen == before


def test_typed_and_taken_out_again(shopper, region, code):
    url = reverse("checkout:via", args=[region.slug])

    typed = shopper.post(url, {"code": f" {code.code} "}, follow=True).content.decode()
    out = shopper.post(url, {"code": ""}, follow=True).content.decode()

    assert "Recommended by Guide Wang" in typed
    assert "Recommended by Guide Wang" not in out
    assert order_of(shopper, region).via == ""


def test_what_is_not_known_is_told_and_nothing_kept(shopper, region, code):
    referrals.close(code_id=code.pk, actor="user:99", at=code.made_at)

    for text in ("NOSUCH", code.code):
        answer = shopper.post(
            reverse("checkout:via", args=[region.slug]), {"code": text}, follow=True
        )
        assert "This code is not known here" in answer.content.decode()

    assert order_of(shopper, region).via == ""


def test_a_code_of_another_region_and_a_forged_cookie_count_for_nothing(
    shopper, region, guide, now
):
    other = code_of(RegionFactory(), guide, now)
    shopper.get(region.get_absolute_url(), {"via": other.code})
    assert cart(shopper, region).context["via"] is None

    shopper.cookies["via"] = code_of(region, guide, now).code

    assert cart(shopper, region).context["via"] is None


def test_the_guide_sees_what_it_earned_and_downloads_it(trip, code, guide, now):
    let_in(trip, now)
    browser = enter(guide)

    page = browser.get(reverse("referrals:show")).content.decode()
    table = browser.get(reverse("referrals:download", args=[code.pk])).content.decode()

    assert f"?via={code.code}" in page
    assert "¥0.75" in page
    assert trip.code not in page
    assert [line.split(",")[1:] for line in table.strip().splitlines()[2:]] == [
        ["15", "5.0", "0.75"],
        ["", "", "0.75"],
    ]


def test_nobody_else_sees_it(trip, code, now):
    let_in(trip, now)
    browser = enter(TouristFactory())

    assert "You have no code yet" in browser.get(reverse("referrals:show")).content.decode()
    assert browser.get(reverse("referrals:download", args=[code.pk])).status_code == 404
    assert Code.objects.count() == 1
