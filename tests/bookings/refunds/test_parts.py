"""Parts of what was bought together: the price of those who stay is worked out again, by the rules of
the purchase; a friend's money goes back to that friend."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from bookings.contracts import GroupPrice, Part
from bookings.ledger import queries as ledger
from bookings.orders import operations as orders
from bookings.orders.models import Line, Order
from bookings.payments import operations as payments
from bookings.payments.models import Attempt
from bookings.refunds import operations as refunds
from bookings.refunds.models import CancelledPart, Refund
from bookings.shares import operations as shares
from bookings.shares.models import Rule
from bookings.vouchers import operations as vouchers
from bookings.vouchers.posts import Post
from kernel import invariants
from kernel.outbox import operations as outbox
from tests.bookings.conftest import ask
from tests.bookings.orders.test_change import pay
from tests.cast import assemble
from tests.cast import enter as enter_the_office

pytestmark = pytest.mark.django_db

FIVE = GroupPrice("five", {"en": "From five", "zh-hans": "五人起"}, least=5, permille=800)
FOUR = GroupPrice("four", {"en": "From four", "zh-hans": "四人起"}, least=4, permille=900)


def cancel(order: Order, keys: list[str], at, *, line: Line | None = None) -> int:
    line = line or order.lines.earliest("pk")
    parts = {line.pk: keys}
    fen = refunds.quote(order=order, parts=parts, at=at).refund_fen
    refunds.cancel(order=order, parts=parts, shown_fen=fen, actor="guest:a", reason="BUYER", at=at)
    outbox.drain(at=at)
    return fen


def sound(at) -> bool:
    found = invariants.check_all(at=at + timedelta(hours=1))
    assert found == []
    return True


@pytest.fixture
def five(shop, sellers, party, now) -> Order:
    """Five people at 800 instead of 1,000 fen each."""
    sellers["plain"].starts_at = now + timedelta(days=30)
    sellers["plain"].group_prices = (FIVE, FOUR)
    return pay(party, orders.place(shop.wish(ask(shop.bucket(5), 5), total_fen=4000), at=now), now)


def test_two_of_five_leave_and_the_three_pay_their_own_price(five, now):
    assert cancel(five, ["p0", "p1"], now) == 4000 - 3 * 1000
    assert sound(now)


def test_one_by_one_is_what_both_at_once_is(five, now):
    first = cancel(five, ["p0"], now)

    assert first == 4000 - 4 * 900
    assert cancel(five, ["p1"], now) == 4000 - 3 * 1000 - first
    assert [part.base_fen for part in CancelledPart.objects.order_by("pk")] == [400, 600]
    assert sound(now)


def test_all_who_leave_get_all_back(five, now):
    assert sum(cancel(five, [f"p{n}"], now) for n in range(5)) == 4000
    assert (ledger.balance("provider:sandbox"), sound(now)) == (0, True)


def test_late_the_terms_keep_their_half_of_what_is_left(five, now):
    Line.objects.filter(order=five).update(starts_at=now + timedelta(hours=2))

    quote = refunds.quote(order=five, parts={five.lines.get().pk: ["p0", "p1"]}, at=now)

    assert (quote.refund_fen, quote.lost_fen) == (500, 600)


def enter(line: Line, at) -> None:
    """The first part is used at its gate."""
    voucher = line.vouchers.earliest("pk")
    post = Post(voucher.zone, {}, line.supplier_id, line.region_id)
    vouchers.redeem(
        text=voucher.carrier.short_code,
        post=post,
        actor="user:1",
        request_key="in",
        at=at,
        persons=1,
    )
    outbox.drain(at=at)


class TestABundle:
    """Three things for 2,400 instead of 3,000 fen."""

    @pytest.fixture
    def bundle(self, shop, sellers, party, now) -> Order:
        sellers["plain"].starts_at = now + timedelta(days=30)
        asks = [ask(shop.bucket(2), price_fen=800) for _thing in range(3)]
        placed = orders.place(shop.wish(*asks, total_fen=2400), at=now)
        for line in placed.lines.all():
            line.bundle_id = "weekend"
            line.parts = [{**part, "saved_fen": 200} for part in line.parts]
            line.save()
        return pay(party, placed, now)

    def test_who_used_one_of_three_pays_its_own_price(self, bundle, now):
        used, second, third = bundle.lines.order_by("pk")
        later = used.starts_at
        Line.objects.exclude(pk=used.pk).update(starts_at=later + timedelta(days=2))
        enter(used, later)

        parts = {second.pk: ["p0"], third.pk: ["p0"]}
        quote = refunds.quote(order=bundle, parts=parts, at=later)

        assert quote.refund_fen == 2400 - 1000
        refunds.cancel(
            order=bundle, parts=parts, shown_fen=1400, actor="guest:a", reason="BUYER", at=later
        )
        outbox.drain(at=later)
        assert sound(later)

    def test_unused_all_of_it_comes_back(self, bundle, now):
        parts = {line.pk: ["p0"] for line in bundle.lines.all()}
        assert refunds.quote(order=bundle, parts=parts, at=now).refund_fen == 2400

    def test_what_stays_costs_its_own_price(self, bundle, now):
        line = bundle.lines.earliest("pk")
        assert cancel(bundle, ["p0"], now, line=line) == 2400 - 2 * 1000


def test_a_part_of_a_part_names_its_own_price():
    assert Part("p", {}, 800, saved_fen=200).own_fen == 1000


@pytest.fixture
def shared(shop, sellers, party, now) -> Order:
    """Two friends have paid one part each, by a payment of their own."""
    sellers["plain"].starts_at = now + timedelta(days=30)
    order = orders.place(shop.wish(ask(shop.bucket(2), 2), total_fen=2000), at=now)
    line = order.lines.get()
    portions = [shares.Portion(f"Friend {n}", ((line.pk, f"p{n}"),)) for n in range(2)]
    division = shares.divide(order=order, portions=portions, rule=Rule.ALL, actor="guest:a", at=now)
    for share in division.shares.order_by("position"):
        order.refresh_from_db()
        attempt = payments.pay(
            payable=shares.payable_of(share, payer="guest:f", at=now),
            provider="sandbox",
            at=now,
            buyer=payments.Buyer("http://x/"),
        )
        party.press(attempt, "never")
        payments.ask(attempt=attempt, at=now)
        outbox.drain(at=now)
        share.division.order.refresh_from_db()
    return Order.objects.get(pk=order.pk)


def test_a_friends_money_goes_back_to_that_friend(shared, now):
    second = shared.division.shares.get(position=1)

    cancel(shared, ["p1"], now)

    attempt = Refund.objects.get().attempt
    assert (attempt.purpose, attempt.purpose_id) == ("SHARE", second.pk)
    assert sound(now)


def test_both_friends_get_their_own(shared, now):
    cancel(shared, ["p0", "p1"], now)

    assert {a.refunded_fen for a in Attempt.objects.all()} == {1000}
    assert sound(now)


def test_the_desk_sees_why_less_comes_back_of_what_was_cheaper_together(five):
    line = five.lines.get()
    url = reverse("admin:bookings_refunds_refund_cancel", args=[five.pk])

    page = enter_the_office(assemble(five.region).he_ping).get(url, {"part": f"{line.pk}:p0"})

    assert page.context["quote"].lost_fen == 400
    assert "¥4 of it is kept because what stays costs more alone" in page.content.decode()
