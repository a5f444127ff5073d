"""Coupon centre and cart as people see them; a campaign as operators write and publish it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.travellers import queries as travellers
from bookings.campaigns import operations as campaigns
from bookings.campaigns.models import Campaign, Coupon, State
from bookings.orders.models import Order
from kernel import clock
from kernel.web.tables import plain
from tests.bookings.campaigns.conftest import claimed, published
from tests.cast import assemble, enter
from tests.factories.accounts import make_traveller
from tests.factories.kernel import RegionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(region, later):
    return assemble(region)


@pytest.fixture
def mei(cast) -> Client:
    return enter(cast.wang_fang)


def page(browser, name, region):
    return browser.get(reverse(name, args=[region.slug]))


def fill(browser, region, bucket, persons=2, fen=5000):
    browser.post(
        reverse("checkout:add", args=[region.slug]),
        {"kind": "plain", "ref": f"{bucket}:{fen}", "class_adult": str(persons)},
    )


class TestCentre:
    def test_a_tap_claims_one_and_a_second_tap_says_so(self, mei, cast, region):
        campaign = published(region, total=5)
        url = reverse("campaigns:claim", args=[region.slug])

        mei.post(url, {"campaign": campaign.pk})
        again = mei.post(url, {"campaign": campaign.pk}, follow=True)

        assert Coupon.objects.get().holder == cast.wang_fang.actor
        assert "you have claimed yours already" in again.content.decode()
        assert "4 left" in again.content.decode()

    def test_a_guest_signs_in_first(self, region):
        campaign = published(region)

        answer = Client().post(
            reverse("campaigns:claim", args=[region.slug]), {"campaign": campaign.pk}
        )

        assert reverse("identity:sign-in") in answer["Location"]
        assert not Coupon.objects.exists()

    def test_of_another_region_nothing_is_claimed(self, mei, cast, region):
        other = published(RegionFactory())

        mei.post(reverse("campaigns:claim", args=[region.slug]), {"campaign": other.pk})

        assert not Coupon.objects.exists()

    def test_a_public_voucher_is_given_once_to_a_real_name(self, mei, cast, region):
        campaign = published(region, is_real_name=True, funder="黄山市", budget_fen=10_000)
        who = make_traveller(cast.wang_fang.actor)
        url = reverse("campaigns:claim", args=[region.slug])

        nobody = mei.post(url, {"campaign": campaign.pk}, follow=True)
        assert "It is given once to every real name" in nobody.content.decode()
        mei.post(url, {"campaign": campaign.pk, "person": who.pk})

        coupon = Coupon.objects.get()
        assert (coupon.person_index, coupon.name_masked) == (
            who.document_index,
            who.document_masked,
        )
        again = make_traveller("user:999")
        with pytest.raises(campaigns.ClaimedBefore):
            campaigns.claim(
                campaign_id=campaign.pk, holder="user:999", person=_person(again), at=clock.now()
            )

    def test_nobody_claims_for_a_stranger_of_another_book(self, mei, cast, region):
        campaign = published(region, is_real_name=True)
        stranger = make_traveller("user:999")

        mei.post(
            reverse("campaigns:claim", args=[region.slug]),
            {"campaign": campaign.pk, "person": stranger.pk},
        )

        assert not Coupon.objects.exists()


def _person(traveller):
    [person] = travellers.people(ids=[traveller.pk], actors=[traveller.owner])
    return person


class TestCart:
    def test_the_best_is_chosen_and_why_the_other_is_not(self, mei, cast, shop, region):
        claimed(published(region, group="coupon"), holder=cast.wang_fang.actor)
        small = published(region, group="coupon", name_en="Ten off", amount_fen=1000)
        claimed(small, holder=cast.wang_fang.actor)
        big = published(region, name_en="From three hundred", threshold_fen=30_000)
        claimed(big, holder=cast.wang_fang.actor)
        fill(mei, region, shop.bucket(5))

        html = page(mei, "checkout:cart", region).content.decode()

        assert "Not together with Thirty off, which saves more." in html
        assert "¥200 more of what it is for, then it counts." in html
        assert "before:" in html

    def test_a_coupon_is_kept_for_later_and_used_after_all(self, mei, cast, shop, region):
        coupon = claimed(published(region), holder=cast.wang_fang.actor)
        fill(mei, region, shop.bucket(5))
        url = reverse("checkout:coupon", args=[region.slug])

        mei.post(url, {"coupon": coupon.pk, "keep": "1"})
        kept = page(mei, "checkout:cart", region)
        mei.post(url, {"coupon": coupon.pk, "keep": "0"})
        used = page(mei, "checkout:cart", region)

        assert (kept.context["cart"].total_fen, used.context["cart"].total_fen) == (10_000, 7000)
        assert "You keep it for later." in kept.content.decode()

    def test_what_the_cart_shows_is_what_the_order_costs_and_says(self, mei, cast, shop, region):
        published(region, reach="EVERYBODY", effect="SHARE", permille=100, name_en="Autumn")
        claimed(published(region), holder=cast.wang_fang.actor)
        fill(mei, region, shop.bucket(5))
        cart = page(mei, "checkout:cart", region).context["cart"]
        look = page(mei, "checkout:confirm", region)
        form = look.context["form"]

        placed = mei.post(
            reverse("checkout:confirm", args=[region.slug]),
            {**{n: form[n].value() for n in form.fields if form[n].value()}, "contact": PHONE},
        )

        order = Order.objects.get()
        assert placed.status_code == 302
        assert order.total_fen == cart.total_fen == 6000
        html = mei.get(reverse("checkout:order", args=[order.token])).content.decode()
        assert "Thirty off" in html
        assert "Before discounts" in html


PHONE = "16100000001"


class TestDesk:
    def draft(self, region, **more) -> Campaign:
        at = clock.now()
        return Campaign.objects.create(
            region=region, name_zh="满减", name_en="Thirty off", amount_fen=3000,
            starts_at=at - timedelta(days=1), ends_at=at + timedelta(days=9), **more,
        )  # fmt: skip

    @pytest.fixture
    def desk(self, cast) -> Client:
        return enter(cast.he_ping)

    def test_a_draft_shows_what_it_does_before_it_is_published(self, desk, shop, sellers, region):
        sellers["plain"].starts_at = clock.now() + timedelta(days=3)
        sellers["plain"].shelf = [f"{shop.bucket(9)}:5000"]
        draft = self.draft(region, budget_fen=9000, total=3)
        url = reverse("admin:bookings_campaigns_campaign_publish", args=[draft.pk])

        shown = desk.get(url)
        examples = shown.context["examples"]
        assert [(e.people, e.less_fen) for e in examples] == [
            (1, 3000),
            (2, 3000),
            (4, 3000),
            (8, 3000),
        ]
        draft.refresh_from_db()
        assert draft.state == State.DRAFT

        desk.post(url, {"shown": shown.context["shown"]})

        draft.refresh_from_db()
        assert draft.state == State.PUBLISHED
        change = desk.get(reverse("admin:bookings_campaigns_campaign_change", args=[draft.pk]))
        assert "<progress" in change.content.decode()
        assert 'name="amount_fen"' not in change.content.decode()

    def test_what_was_changed_since_is_not_published(self, desk, region):
        draft = self.draft(region)
        url = reverse("admin:bookings_campaigns_campaign_publish", args=[draft.pk])
        shown = desk.get(url).context["shown"]
        Campaign.objects.filter(pk=draft.pk).update(amount_fen=300_000)

        desk.post(url, {"shown": shown})

        draft.refresh_from_db()
        assert draft.state == State.DRAFT

    def test_it_is_written_on_a_page_in_yuan_and_percent(self, desk, region):
        answer = desk.post(
            reverse("admin:bookings_campaigns_campaign_add"),
            {
                "name_zh": "九折", "region": region.pk, "reach": "EVERYBODY", "effect": "SHARE",
                "permille": "12.5", "amount_fen": "", "step": "10", "uses": "1", "period": "ONCE",
                "starts_at_0": "2026-10-01", "starts_at_1": "00:00",
                "ends_at_0": "2026-11-01", "ends_at_1": "00:00",
            },
        )  # fmt: skip

        made = Campaign.objects.get()
        assert answer.status_code == 302
        assert (made.permille, made.state) == (125, State.DRAFT)

    def test_ended_and_written_anew(self, desk, region):
        campaign = published(region)
        url = reverse("admin:bookings_campaigns_campaign_anew", args=[campaign.pk])

        desk.post(url, {"end": "1"})
        desk.post(url)

        campaign.refresh_from_db()
        assert campaign.state == State.ENDED
        assert campaign.after.state == State.DRAFT

    def test_every_use_is_a_table(self, desk, mei, cast, shop, region):
        campaign = published(region, name_zh="=1+1", funder="黄山市")
        coupon = claimed(campaign, holder=cast.wang_fang.actor)
        fill(mei, region, shop.bucket(5))
        form = page(mei, "checkout:confirm", region).context["form"]
        mei.post(
            reverse("checkout:confirm", args=[region.slug]),
            {**{n: form[n].value() for n in form.fields if form[n].value()}, "contact": PHONE},
        )

        answer = desk.get(reverse("admin:bookings_campaigns_coupon_uses", args=[campaign.pk]))

        rows = answer.content.decode().splitlines()
        assert plain("=1+1") == "'=1+1"
        assert rows[-1].endswith("30")
        assert sum(f",{coupon.pk}," in row for row in rows) == 2
