"""The counter sells its own share of a day, and this site its own: neither the other's."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta

import pytest
from django.contrib.auth import get_user
from django.test import Client
from django.urls import reverse

from accounts.organisations.models import Role
from bookings.campaigns import operations as campaigns
from bookings.cash import operations as drawers
from bookings.cash.models import Shift
from bookings.inventory import queries as counts
from bookings.inventory.models import Channel, Quota
from bookings.orders import operations as orders
from bookings.orders.models import Hold, Order
from bookings.points import tiers
from config.demo.people import document_number
from kernel import clock
from tests.bookings.campaigns.conftest import published
from tests.bookings.points.conftest import give, publish
from tests.bookings.referrals.conftest import code_of
from tests.cast import enter
from tests.factories.accounts import MembershipFactory
from tests.factories.tourism import ProductFactory, ask_for, party, slot_on
from tests.tourism.conftest import AT, VISIT, wish
from tourism.tickets.models import ChannelShare, Product

pytestmark = pytest.mark.django_db

ADULT = 19_000


@pytest.fixture
def product(db) -> Product:
    """Without names; of each entry time a tenth for the counter for good."""
    made = ProductFactory(area__real_name_required=False)
    ChannelShare.objects.create(
        product=made, channel=Channel.COUNTER, permille=100, release_days=None
    )
    return made


@pytest.fixture
def morning(slot, monkeypatch):
    """Half past eight on the day of the visit: the first entry time has begun."""
    now = slot.starts_at + timedelta(minutes=30)
    monkeypatch.setattr(clock, "now", lambda: now)
    return now


def clerk_of(product: Product) -> Client:
    """A browser at the counter of a house, its drawer open, selling."""
    organisation = product.area.organisation
    member = MembershipFactory(organisation=organisation, role=Role.COUNTER)
    drawers.open_shift(
        clerk_id=member.user_id, organisation_id=organisation.pk, float_fen=0, at=clock.now()
    )
    browser = enter(member.user)
    browser.post(reverse("checkout:counter"))
    return browser


def quota(slot, channel: str) -> int:
    return Quota.objects.get(whole=slot.bucket_id, channel=channel).bucket_id


def left(slot) -> dict[str, int]:
    rows = Quota.objects.filter(whole=slot.bucket_id).values_list("channel", "bucket_id")
    by_bucket = counts.left([bucket for _channel, bucket in rows])
    return {channel: by_bucket[bucket] for channel, bucket in rows}


def buy(slot, number: int, at, channel: str = "own") -> Order:
    asked = replace(ask_for(slot, *party(*["adult"] * number)), channel=channel)
    return orders.place(wish(asked, total_fen=ADULT * number, channel=channel), at=at)


def put(browser: Client, slot, number: int = 1):
    region = slot.product.area.region.slug
    form = {"kind": "ticket", "ref": slot.pk, "class_adult": number, "next": "/"}
    return browser.post(reverse("checkout:add", args=[region]), form)


def place(browser: Client, slot) -> Order | None:
    """Through the last look: what it shows is agreed to."""
    url = reverse("checkout:confirm", args=[slot.product.area.region.slug])
    form = browser.get(url).context
    if form is None or "form" not in form:
        return None
    shown = form["form"].initial
    browser.post(url, {**shown, "contact": "16100000009", "agree": "on", "terms": "on"})
    return Order.objects.order_by("-pk").first()


def test_with_own_sale_sold_out_the_counter_still_sells_its_share(slot, morning):
    buy(slot, 45, AT)
    before = Hold.objects.count()
    with pytest.raises(orders.SoldOut):
        buy(slot, 1, AT)
    assert Hold.objects.count() == before
    browser = clerk_of(slot.product)

    put(browser, slot, 5)
    order = place(browser, slot)

    assert (order.channel, order.user_id) == ("counter", None)
    assert left(slot) == {"own": 0, "counter": 0}
    assert quota(slot, "counter") in set(
        order.lines.get().holds.values_list("bucket_id", flat=True)
    )


def test_with_the_counter_sold_out_this_site_still_sells_its_own(slot, at):
    buy(slot, 5, at, channel="counter")
    before = Hold.objects.count(), left(slot)

    with pytest.raises(orders.SoldOut):
        buy(slot, 1, at, channel="counter")

    assert (Hold.objects.count(), left(slot)) == before
    buy(slot, 45, at)
    assert left(slot) == {"own": 0, "counter": 0}


def test_where_its_share_is_used_up_the_counter_sells_what_this_site_may(slot, morning):
    buy(slot, 5, AT, channel="counter")
    later = slot_on(slot.product, VISIT, time(13))
    buy(later, 5, AT, channel="counter")
    browser = clerk_of(slot.product)

    put(browser, later)
    order = place(browser, later)

    assert order.channel == "own"
    assert left(later)["own"] == 44


def test_what_is_not_sold_on_this_site_is_the_counters(at):
    product = ProductFactory(area__real_name_required=False, own_permille=100)
    slot = slot_on(product, VISIT, permille=1000)
    buy(slot, 10, at)
    with pytest.raises(orders.SoldOut):
        buy(slot, 1, at)

    for _half in range(2):
        buy(slot, 45, at, channel="counter")

    with pytest.raises(orders.SoldOut):
        buy(slot, 1, at, channel="counter")


def test_another_house_sells_of_own_sale_only(slot, morning):
    later = slot_on(slot.product, VISIT, time(13))
    other = ProductFactory(area__region=slot.product.area.region)
    browser = clerk_of(other)

    put(browser, later)
    order = place(browser, later)

    assert order.channel == "own"
    assert left(later) == {"own": 44, "counter": 5}


def test_only_the_counter_sells_an_entry_time_that_has_begun(slot, morning):
    stranger = Client()
    put(stranger, slot)
    assert place(stranger, slot) is None
    assert Order.objects.count() == 0

    browser = clerk_of(slot.product)
    put(browser, slot)
    assert place(browser, slot).channel == "counter"


@pytest.mark.parametrize("is_own", [True, False])
def test_nothing_of_the_clerks_own_counts_for_what_the_counter_sells(slot, morning, is_own):
    """No points, no class, no code: who sells would earn by it, or keep what the buyer pays too much."""
    region = slot.product.area.region
    publish(region, at=AT, tiers=tiers.read("silver 1000 银卡 / Silver"))
    published(region, amount_fen=1_000, tier="silver")
    later = slot_on(slot.product, VISIT, time(13))
    browser = clerk_of(slot.product if is_own else ProductFactory(area__region=region))
    clerk = Shift.objects.get().clerk
    give(region, 10_000, holder=clerk.actor)
    code = code_of(region, clerk, AT)
    browser.get(region.get_absolute_url(), {"via": code.code})
    put(browser, later)
    browser.post(reverse("checkout:points", args=[region.slug]), {"use": "1"})

    order = place(browser, later)

    assert (order.total_fen, order.via, order.user_id) == (ADULT, "", None)


def test_who_has_stopped_selling_buys_as_everybody(slot, morning):
    later = slot_on(slot.product, VISIT, time(13))
    browser = clerk_of(slot.product)
    browser.post(reverse("checkout:counter"), {"stop": "1"})

    put(browser, later)
    order = place(browser, later)

    assert order.channel == "own"
    assert order.user_id is not None


def test_the_counters_page_offers_what_the_house_has_today(slot, morning):
    browser = clerk_of(slot.product)
    page = reverse("checkout:counter")

    html = browser.get(page).content.decode()
    assert f"?kind=ticket&amp;ref={slot.pk}" in html

    html = browser.get(page, {"kind": "ticket", "ref": str(slot.pk)}).content.decode()
    assert 'name="class_adult"' in html


def test_without_an_open_drawer_nothing_is_sold_there(slot):
    member = MembershipFactory(organisation=slot.product.area.organisation, role=Role.COUNTER)

    answer = enter(member.user).get(reverse("checkout:counter"))

    assert answer.status_code == 302
    assert answer["Location"] == reverse("cash:counter")


def test_the_clerk_goes_on_to_the_drawer_then_hands_over_the_codes(slot, morning):
    browser, region = clerk_of(slot.product), slot.product.area.region.slug
    put(browser, slot)
    cart = browser.get(reverse("checkout:cart", args=[region])).content.decode()
    assert f'href="{reverse("checkout:counter")}"' in cart
    url = reverse("checkout:confirm", args=[region])
    shown = browser.get(url).context["form"].initial
    placed = browser.post(url, {**shown, "contact": "16100000009"})
    order = Order.objects.latest("pk")
    assert placed["Location"] == f"{reverse('cash:take')}?code={order.code}"

    drawer = browser.get(placed["Location"])
    told = drawer.context["form"].initial
    taken = browser.post(reverse("cash:take"), {**told, "code": order.code, "given": "200"})

    assert taken["Location"] == reverse("checkout:order", args=[order.token])
    page = browser.get(taken["Location"]).content.decode()
    assert "Give back ¥10." in page
    assert f'href="{reverse("checkout:counter")}"' in page


def test_a_clerks_own_coupon_is_not_used_for_a_buyer(slot, morning):
    browser = clerk_of(slot.product)
    campaign = published(
        slot.product.area.region, total=1,
        starts_at=morning - timedelta(days=1), ends_at=morning + timedelta(days=9),
    )  # fmt: skip
    coupon = campaigns.claim(
        campaign_id=campaign.pk, holder=f"user:{get_user(browser).pk}", at=morning
    )
    put(browser, slot)

    order = place(browser, slot)

    assert (order.channel, order.total_fen) == ("counter", ADULT)
    assert counts.left([coupon.bucket_id]) == {coupon.bucket_id: 1}


def test_who_buys_at_the_counter_stands_in_nobodys_book_and_orders(slot, morning):
    slot.product.area.real_name_required = True
    slot.product.area.save()
    browser = clerk_of(slot.product)
    region = slot.product.area.region.slug
    put(browser, slot)
    travellers = reverse("checkout:travellers", args=[region])
    who = {"new_0-name": "王小明", "new_0-kind": "RESIDENT_ID", "new_0-number": document_number(77)}
    browser.post(travellers, {"who_0": "0", **who})
    order = place(browser, slot)

    assert order.lines.get().frozen_parts[0].traveller_id
    assert "王小明" not in browser.get(reverse("travellers:book")).content.decode()
    assert order.code not in browser.get(reverse("checkout:orders")).content.decode()
    put(browser, slot)
    assert "王小明" not in browser.get(travellers).content.decode()
