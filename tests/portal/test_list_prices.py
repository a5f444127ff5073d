"""The price in a list is the price in the cart, for everything that a region sells to one person."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.urls import reverse

from bookings import registry
from bookings.campaigns import queries as campaigns
from bookings.campaigns.listing import Prices, priced
from bookings.campaigns.models import Reach
from bookings.campaigns.rules import Effect
from bookings.checkout import queries as checkout
from bookings.contracts import Ask, Member
from kernel import clock
from kernel.errors import Refusal
from kernel.places import loading
from kernel.places.models import Place
from tests.bookings.campaigns.conftest import published
from tourism.areas import queries as areas
from tourism.tickets import cards, pages

pytestmark = pytest.mark.django_db
AT = datetime(2026, 9, 20, 2, 0, tzinfo=UTC)
YUNLING = Path(__file__).parents[1] / "data" / "regions" / "yunling"
DAYS = timedelta(days=4)


@pytest.fixture
def region():
    return loading.load("yunling", path=YUNLING, days=5, at=AT).region


def everybody(region, **more):
    return published(region, reach=Reach.EVERYBODY, **{"starts_at": AT - DAYS, **more})


def listings(region):
    first = region.local_date(AT)
    return [
        listing
        for seller in registry.list_all()
        for listing in seller.browse(
            region_id=region.pk, supplier_id=None, first=first, last=first + DAYS
        )
        if listing.starts_at > AT and listing.left > 0
    ]


def in_cart(region, listing):
    """What one person of the first class pays; None where it cannot be had alone."""
    ask = Ask(listing.kind, listing.ref, (Member(listing.classes[0]),))
    rules = campaigns.published_rules(region.pk, at=AT)
    return checkout.price_of([ask], rules=rules, at=AT)


@pytest.fixture(params=["none", "share", "sum", "kinds", "supplier", "several", "thing", "place"])
def offered(request, region):
    """A region with campaigns of one sort."""
    some = listings(region)
    if request.param == "share":
        everybody(region, effect=Effect.SHARE, amount_fen=0, permille=137)
    elif request.param == "sum":
        everybody(region, amount_fen=2000, threshold_fen=4000)
    elif request.param == "kinds":
        everybody(region, amount_fen=300, kinds=some[0].kind)
        everybody(region, effect=Effect.GIFTS, amount_fen=0, tiers="1+1")
    elif request.param == "supplier":
        everybody(
            region, effect=Effect.SHARE, permille=500, amount_fen=0,
            supplier_id=some[0].supplier_id, supplier_permille=1000, most_fen=3000,
        )  # fmt: skip
    elif request.param == "several":
        for step in range(4):
            everybody(
                region, effect=Effect.SHARE, permille=50 + step, amount_fen=0, step=step,
                group="one" if step % 2 else "", is_alone=step == 3,
            )  # fmt: skip
    else:
        narrow(request.param, region, some)
    return region


def narrow(what, region, some):
    """A campaign for one place or one thing only."""
    if what == "place":
        at_place = Place.objects.get(pk=some[0].place_id)
        everybody(region, amount_fen=500, places=at_place.slug)
    elif what == "thing":
        everybody(region, amount_fen=777, refs=some[-1].ref)


def test_every_listed_price_is_what_the_cart_says(offered):
    shown = priced(listings(offered), offered.pk, at=AT)

    found = [(price.fen, in_cart(offered, listing)) for listing, price in shown]

    assert len({listing.kind for listing, _price in shown}) > 1
    assert len(found) > 15
    assert [pair for pair in found if pair[0] != pair[1]] == []


def test_every_class_of_every_area_is_shown_as_the_cart_has_it(offered):
    checked = 0
    for card in cards.cards_of(offered, at=AT):
        area = areas.get_area(offered, card.area.slug)
        page = pages.area_page(area, chosen=None, at=AT)
        if page.tickets is None:
            continue
        ref = next((slot["value"] for slot in page.tickets.slots if not slot["closed"]), None)
        for fare in page.tickets.fares if ref else ():
            ask = Ask("ticket", ref, (Member(fare.field.removeprefix("class_")),))
            rules = campaigns.published_rules(offered.pk, at=AT)
            [answer] = registry.offer_all([ask], at=AT)
            if not isinstance(answer, Refusal):
                cart = checkout.price_of([ask], rules=rules, at=AT)
                # What is for some entry times only may be less for those.
                is_less = any(rule.scope.refs for rule in rules) and cart < fare.price.fen
                assert is_less or (fare.name, cart) == (fare.name, fare.price.fen)
                checked += 1
    assert checked > 2


def test_prices_of_any_number_of_things_cost_one_read(region, django_assert_num_queries):
    everybody(region, effect=Effect.SHARE, permille=100, amount_fen=0)
    some = listings(region)

    with django_assert_num_queries(1):
        priced(some, region.pk, at=AT)


def test_a_class_of_members_and_a_coupon_are_in_no_list(region):
    everybody(region, amount_fen=500, tier="gold")
    published(region, amount_fen=500)

    assert not Prices(region.pk, at=AT).of("ticket", ["1"], 1, 1000).is_less


def test_the_pages_strike_the_old_price_through_and_name_the_campaign(region, client, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: AT)
    everybody(
        region, effect=Effect.SHARE, permille=100, amount_fen=0, name_zh="金秋", name_en="Autumn"
    )
    card = next(c for c in cards.cards_of(region, at=AT) if c.price and c.price.is_less)

    texts = [
        client.get(path).content.decode()
        for path in (
            reverse("areas:list", args=[region.slug]),
            reverse("areas:detail", args=[region.slug, card.area.slug]),
            region.get_absolute_url(),
        )
    ]

    for text in texts:
        assert "<s>" in text
        assert "Autumn" in text or "金秋" in text
