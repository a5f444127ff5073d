"""What was paid with a coupon comes back as it was paid, by its payment; the books agree at every step."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest
from django.db import transaction

from bookings.fulfilment import operations as fulfilment
from bookings.inventory import queries as inventory
from bookings.ledger import queries as ledger
from bookings.orders import operations as orders
from bookings.orders.models import Line
from bookings.payments import operations as payments
from bookings.refunds import operations as refunds
from bookings.refunds.models import Refund
from bookings.vouchers import operations as vouchers
from bookings.vouchers.models import Pass
from bookings.vouchers.posts import Post
from kernel import invariants
from kernel.outbox import operations as outbox
from tests.bookings.campaigns.conftest import BUYER, claimed
from tests.bookings.conftest import ask
from tests.bookings.orders.test_settle import money
from tests.bookings.vouchers.conftest import INSIDE

pytestmark = pytest.mark.django_db
KEYS = ("p0", "p1", "p2")


@pytest.fixture
def coupon(offer_of, sellers):
    """Ten yuan off, a third of them the supplier's: 334, 333 and 333 of three."""
    supplier = sellers["plain"].supplier_id
    return claimed(offer_of(amount_fen=1000, supplier_id=supplier, supplier_permille=333))


@pytest.fixture
def order(shop, later, now, party, coupon):
    """Three people for 35 yuan instead of 45, paid and delivered."""
    wish = shop.wish(ask(shop.bucket(5), 3, price_fen=1500), total_fen=3500, actor=BUYER)
    placed = orders.place(replace(wish, coupon_ids=(coupon.pk,)), at=now)
    attempt = payments.pay_by(
        order=placed, provider="sandbox", at=now, buyer=payments.Buyer("http://x/back")
    )
    party.press(attempt)
    payments.ask(attempt=attempt, at=now)
    outbox.drain(at=now)
    placed.refresh_from_db()
    return placed


def cancel(order, key, now):
    line = order.lines.get()
    fen = refunds.quote(order=order, parts={line.pk: [key]}, at=now).refund_fen
    refunds.cancel(
        order=order, parts={line.pk: [key]}, shown_fen=fen, actor=BUYER, reason="BUYER", at=now
    )
    outbox.drain(at=now)
    return fen


@pytest.mark.parametrize("keys", list(permutations(KEYS)))
def test_part_by_part_each_brings_what_was_paid_for_it(order, coupon, now, keys):
    prices = order.lines.get().prices

    for number, key in enumerate(keys):
        assert cancel(order, key, now) == prices[key]
        assert inventory.left([coupon.bucket_id]) == {coupon.bucket_id: number // 2}
        assert invariants.check_all(at=now + timedelta(hours=1)) == []

    assert sum(Refund.objects.values_list("amount_fen", flat=True)) == 3500
    for account in ("provider:sandbox", f"promotion:{order.region_id}", f"buyer:{order.pk}"):
        assert ledger.balance(account) == 0


def test_of_what_is_kept_the_platform_bears_its_share(order, now):
    line = order.lines.get()
    Line.objects.filter(pk=line.pk).update(starts_at=now + timedelta(hours=2))

    kept = line.prices["p0"] - cancel(order, "p0", now)

    part = line.frozen_parts[0]
    borne = part.promoted_fen * kept // part.price_fen
    assert kept == 583
    assert ledger.balance(f"revenue:{line.supplier_id}") == -kept - borne
    left = sum(each.promoted_fen for each in line.frozen_parts[1:])
    assert ledger.balance(f"promotion:{order.region_id}") == left + borne
    assert invariants.check_all(at=now + timedelta(hours=1)) == []


def test_who_is_let_in_is_worth_the_whole_claim(shop, sellers, at, coupon):
    """Of 15 yuan the buyer paid 5, the platform 6.67 and the supplier itself the rest."""
    wish = shop.wish(ask(shop.bucket(1), price_fen=1500), total_fen=500, actor=BUYER)
    order = orders.place(replace(wish, coupon_ids=(coupon.pk,)), at=at)
    with transaction.atomic():
        orders.settle(facts=money(order, attempt_id=1), at=at)
    fulfilment.deliver(order_id=order.pk, at=at)
    line = order.lines.get()
    post = Post("plain:1", {"en": "Gate"}, line.supplier_id, line.region_id)

    code = Pass.objects.get(order=order).short_code
    vouchers.redeem(text=code, post=post, actor="user:1", request_key="once", at=INSIDE)

    assert ledger.balance(f"revenue:{line.supplier_id}") == -1167
    assert ledger.balance(f"supplier:{line.supplier_id}") == 0
    assert ledger.balance(f"promotion:{line.region_id}") == 667
