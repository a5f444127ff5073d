"""Points come with use, not with payment, and go where the money goes back; the page says all of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.urls import reverse

from bookings.orders import operations as orders
from bookings.payments.models import Attempt, DisputeState
from bookings.points import queries as points_of
from bookings.points.models import Account, Batch
from bookings.rewards import operations as rewards
from bookings.vouchers import operations as vouchers
from bookings.vouchers.models import Pass
from bookings.vouchers.posts import Post
from kernel import invariants
from kernel.outbox import operations as outbox
from tests.bookings.campaigns.test_pages import fill
from tests.bookings.conftest import ask
from tests.bookings.points.conftest import give, publish, standing
from tests.bookings.points.test_spending import cancel, pay
from tests.bookings.rewards.conftest import of_user
from tests.cast import enter
from tests.factories.accounts import TouristFactory

pytestmark = pytest.mark.django_db


def let_in(order, at, persons=1, key="once"):
    line = order.lines.get()
    vouchers.redeem(
        text=Pass.objects.get(order=order).short_code,
        post=Post("plain:1", {"en": "Gate"}, line.supplier_id, line.region_id),
        actor="user:7", request_key=key, persons=persons, at=line.starts_at + timedelta(minutes=30),
    )  # fmt: skip
    outbox.drain(at=at)


def points_now(who) -> int:
    """What somebody has; None: no account at all."""
    account = Account.objects.filter(holder=who.actor).first()
    if account is None:
        return 0
    left, owed = standing(account)
    return left - owed


def test_paid_is_not_used(trip, now, who):
    assert rewards.take_up([trip.pk], at=now) == 0

    assert points_now(who) == 0


def test_each_use_earns_for_what_was_paid_for_it_once(trip, now, who):
    let_in(trip, now)
    assert points_now(who) == 15

    let_in(trip, now, persons=2, key="both")
    rewards.take_up_all(at=now)

    assert points_now(who) == 45
    assert Batch.objects.get().order_id == trip.pk
    assert invariants.check_all(at=now + timedelta(hours=1)) == []


def test_what_is_cancelled_before_use_earns_nothing(trip, now, who):
    let_in(trip, now)

    key = trip.lines.get().open_parts[0].key
    cancel(trip, key, now)

    assert points_now(who) == 15


def test_without_an_account_nothing_is_earned(shop, later, now, party, region):
    publish(region, at=now)
    placed = orders.place(shop.wish(ask(shop.bucket(1), price_fen=1500), total_fen=1500), at=now)
    order = pay(placed, party, now)

    let_in(order, now)

    assert not Batch.objects.exists()


def test_bought_before_there_were_points_earns_none(shop, later, now, party, region, who):
    made = shop.wish(ask(shop.bucket(1), price_fen=1500), total_fen=1500, actor=who.actor)
    order = pay(orders.place(of_user(made, who), at=now), party, now)
    publish(region, at=now + timedelta(seconds=1))

    let_in(order, now)

    assert points_now(who) == 0


def test_where_the_bank_takes_the_money_back_after_use_the_points_go_and_come_again(
    trip,
    now,
    who,
):
    let_in(trip, now, persons=3)
    Attempt.objects.filter(order=trip).update(dispute=DisputeState.OPEN, disputed_fen=4000)

    rewards.take_up([trip.pk], at=now)
    assert points_now(who) == 5

    Attempt.objects.filter(order=trip).update(dispute=DisputeState.WON)
    rewards.take_up([trip.pk], at=now)
    assert points_now(who) == 45


def test_points_that_are_spent_when_the_money_goes_back_are_owed(trip, now, who, shop):
    let_in(trip, now, persons=3)
    wish = shop.wish(ask(shop.bucket(1), price_fen=90), total_fen=45, actor=who.actor)
    orders.place(replace(wish, uses_points=True), at=now)
    Attempt.objects.filter(order=trip).update(told_refunded_fen=4500)

    rewards.take_up([trip.pk], at=now)

    assert points_now(who) == -45
    memos = points_of.history(Account.objects.get()).values_list("entry__memo", flat=True)
    assert "points taken back" in memos


class TestPages:
    def test_the_page_says_what_there_is_until_when_and_what_has_moved(self, trip, now, who):
        let_in(trip, now, persons=3)

        text = enter(who).get(reverse("rewards:points")).content.decode()

        assert "45 points" in text
        assert "points earned" in text
        assert reverse("checkout:order", args=[trip.token]) in text
        assert "good until" in text

    def test_nobody_sees_the_points_of_another(self, trip, now):
        let_in(trip, now, persons=3)

        text = enter(TouristFactory()).get(reverse("rewards:points")).content.decode()

        assert "You have no points yet" in text

    def test_another_region_is_not_there(self, trip, now, who):
        let_in(trip, now)

        answer = enter(who).get(reverse("rewards:points"), {"region": "nowhere"})

        assert answer.status_code == 404

    def test_a_tick_in_the_cart_pays_with_them_and_another_keeps_them(
        self,
        shop,
        later,
        now,
        region,
        who,
    ):
        publish(region, at=now)
        give(region, 1000, holder=who.actor, at=now)
        browser, where = enter(who), reverse("checkout:points", args=[region.slug])
        fill(browser, region, shop.bucket(5))

        before = browser.get(reverse("checkout:cart", args=[region.slug])).context["cart"]
        used = browser.post(where, {"use": "1"}, follow=True)
        kept = browser.post(where, {"use": "0"}, follow=True)

        carts = [before, used.context["cart"], kept.context["cart"]]
        assert [cart.total_fen for cart in carts] == [10_000, 9000, 10_000]
        assert "You have 1000 points, worth ¥10" in used.content.decode()
