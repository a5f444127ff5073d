"""Placing: what is held, what is refused, and that a refusal leaves nothing behind."""

from __future__ import annotations

import importlib
from dataclasses import replace
from datetime import timedelta

import pytest

from bookings.inventory import queries as inventory
from bookings.orders import operations as orders
from bookings.orders.models import Hold, Line, Order, State
from bookings.orders.operations import sold_out
from kernel import seals
from kernel.outbox.models import Event
from tests.bookings.conftest import ask
from tests.bookings.samples import GoneBy

pytestmark = pytest.mark.django_db
place_module = importlib.import_module("bookings.orders.operations.place")


def nothing_written() -> bool:
    return not (
        Order.objects.exists()
        or Line.objects.exists()
        or Hold.objects.exists()
        or Event.objects.exists()
    )


def test_a_placed_order_holds_its_units_for_a_quarter_of_an_hour(shop, sellers, at):
    bucket = shop.bucket(10)

    order = orders.place(shop.wish(ask(bucket, 3), total_fen=3000), at=at)

    [line] = order.lines.all()
    assert (order.state, order.total_fen, order.due_now_fen) == (State.HELD, 3000, 3000)
    assert order.due_at == at + timedelta(minutes=15)
    assert (line.units, line.price_fen, line.title["en"]) == (3, 3000, "A plain thing")
    assert [(h.bucket_id, h.units, h.released) for h in line.holds.all()] == [(bucket, 3, 0)]
    assert inventory.left([bucket]) == {bucket: 7}


def test_the_contact_is_sealed_and_masked(shop, sellers, at):
    order = orders.place(shop.wish(ask(shop.bucket(1)), total_fen=1000), at=at)

    assert order.contact_masked == "161****0001"
    assert "16100000001" not in order.contact_sealed
    assert seals.unseal(order.contact_sealed, purpose="phone") == "16100000001"


def test_another_total_than_shown_is_refused(shop, sellers, at):
    bucket = shop.bucket(1)

    with pytest.raises(orders.PriceMoved) as refused:
        orders.place(shop.wish(ask(bucket), total_fen=999), at=at)

    assert refused.value.facts == {"shown_fen": 999, "total_fen": 1000}
    assert inventory.left([bucket]) == {bucket: 1}
    assert nothing_written()


def test_a_party_that_does_not_fit_is_refused_whole(shop, sellers, at):
    bucket = shop.bucket(2)

    with pytest.raises(orders.SoldOut) as refused:
        orders.place(shop.wish(ask(bucket, 3), total_fen=3000), at=at)

    assert refused.value.facts["left"] == 2
    assert inventory.left([bucket]) == {bucket: 2}
    assert nothing_written()


def test_all_lines_are_held_or_none(shop, sellers, at):
    roomy, full = shop.bucket(5), shop.bucket(0)

    with pytest.raises(orders.SoldOut):
        orders.place(shop.wish(ask(roomy), ask(full), total_fen=2000), at=at)

    assert inventory.left([roomy, full]) == {roomy: 5, full: 0}
    assert nothing_written()


def test_the_same_bucket_in_two_lines_counts_twice(shop, sellers, at):
    bucket = shop.bucket(3)
    wish = shop.wish(ask(bucket, 2), ask(bucket, 2, price_fen=500, kind="shy"), total_fen=3000)

    with pytest.raises(orders.SoldOut):
        orders.place(wish, at=at)

    assert inventory.left([bucket]) == {bucket: 3}


def test_a_sellers_refusal_to_claim_takes_its_own_order_only(shop, sellers, at):
    bucket = shop.bucket(9)
    sellers["shy"].claim = lambda *, claims, at: [GoneBy() for _claim in claims]
    wishes = [
        shop.wish(ask(bucket), ask(bucket, kind="shy"), total_fen=2000),
        shop.wish(ask(bucket, 2), total_fen=2000),
    ]

    refused, placed = orders.place_many(wishes, at=at)

    assert refused.code == "gone_by"
    assert isinstance(placed, Order)
    assert list(Order.objects.values_list("pk", flat=True)) == [placed.pk]
    assert inventory.left([bucket]) == {bucket: 7}


def test_orders_placed_together_are_decided_in_arrival_order(shop, sellers, at):
    bucket = shop.bucket(3)
    wishes = [shop.wish(ask(bucket, persons), total_fen=1000 * persons) for persons in (2, 2, 1)]

    first, second, third = orders.place_many(wishes, at=at)

    assert isinstance(first, Order)
    assert isinstance(second, orders.SoldOut)
    assert isinstance(third, Order)
    assert inventory.left([bucket]) == {bucket: 0}


def test_a_repeated_request_is_answered_with_the_first_order(shop, sellers, at):
    bucket = shop.bucket(5)
    wish = shop.wish(ask(bucket), total_fen=1000, key="once")

    first = orders.place(wish, at=at)
    again = orders.place(wish, at=at + timedelta(seconds=1))

    assert again.pk == first.pk
    assert inventory.left([bucket]) == {bucket: 4}


def test_a_request_twice_in_one_group_is_placed_once(shop, sellers, at):
    bucket = shop.bucket(5)
    wish = shop.wish(ask(bucket), total_fen=1000, key="once")

    first, again = orders.place_many([wish, wish], at=at)

    assert first.pk == again.pk
    assert inventory.left([bucket]) == {bucket: 4}


def test_a_key_with_another_wish_is_refused(shop, sellers, at):
    bucket = shop.bucket(5)
    wish = shop.wish(ask(bucket), total_fen=1000, key="once")
    orders.place(wish, at=at)

    with pytest.raises(orders.KeyReused):
        orders.place(replace(wish, asks=(ask(bucket, 2),), shown_total_fen=2000), at=at)

    assert inventory.left([bucket]) == {bucket: 4}


def test_an_unknown_kind_and_an_empty_cart_are_refused(shop, sellers, at):
    strange, empty = orders.place_many(
        [shop.wish(ask(1, kind="no-such"), total_fen=0), shop.wish(total_fen=0)], at=at
    )

    assert (strange.code, empty.code) == ("unknown_kind", "bad_request")
    assert nothing_written()


def test_due_holds_make_room_for_a_new_order(shop, sellers, at):
    bucket = shop.bucket(1)
    late = orders.place(shop.wish(ask(bucket), total_fen=1000), at=at)

    fresh = orders.place(shop.wish(ask(bucket), total_fen=1000), at=at + orders.HOLD_FOR)

    late.refresh_from_db()
    assert late.state is State.LAPSED
    assert fresh.state is State.HELD
    assert inventory.left([bucket]) == {bucket: 0}


def test_holds_that_are_not_due_keep_their_places(shop, sellers, at):
    bucket = shop.bucket(1)
    held = orders.place(shop.wish(ask(bucket), total_fen=1000), at=at)
    almost = at + orders.HOLD_FOR - timedelta(microseconds=1)

    with pytest.raises(orders.SoldOut):
        orders.place(shop.wish(ask(bucket), total_fen=1000), at=almost)

    held.refresh_from_db()
    assert held.state is State.HELD


def test_a_deposit_asks_for_a_fifth_now(shop, sellers, at):
    order = orders.place(shop.wish(ask(shop.bucket(1), kind="deposit"), total_fen=1000), at=at)

    assert (order.total_fen, order.due_now_fen) == (1000, 200)


def test_what_is_paid_after_use_asks_for_nothing_now(shop, sellers, at):
    order = orders.place(shop.wish(ask(shop.bucket(1), kind="later"), total_fen=1000), at=at)

    assert (order.due_now_fen, order.is_payable(at)) == (0, False)
    assert Event.objects.get().name == "bookings.order.placed-free"


def test_copies_in_one_group_share_what_became_of_the_first(shop, sellers, at):
    bucket = shop.bucket(1)
    wish = shop.wish(ask(bucket, 2), total_fen=2000, key="once")
    other = replace(wish, asks=(ask(bucket),), shown_total_fen=1000)

    first, copy, stranger = orders.place_many([wish, wish, other], at=at)

    assert isinstance(first, orders.SoldOut)
    assert isinstance(copy, orders.SoldOut)
    assert isinstance(stranger, orders.KeyReused)
    assert nothing_written()


def test_every_order_is_news_and_a_loser_is_none(shop, sellers, at):
    bucket = shop.bucket(1)
    wishes = [shop.wish(ask(bucket), total_fen=1000) for _buyer in range(2)]

    placed, _lost = orders.place_many(wishes, at=at)

    [event] = Event.objects.all()
    assert (event.name, event.key) == ("bookings.order.placed", f"placed:{placed.pk}")
    assert event.facts == {"order_id": placed.pk, "total_fen": 1000}


def test_the_statements_of_placing_do_not_grow_with_the_group(
    shop, sellers, at, django_assert_num_queries
):
    bucket = shop.bucket(100)

    def wishes(number):
        return [
            shop.wish(ask(bucket), ask(bucket, kind="shy"), total_fen=2000, actor=f"guest:{n}")
            for n in range(number)
        ]

    for number in (1, 20):
        # two offers, what is published and what stands above the sellers (both remembered on a site),
        # savepoint, insert, news, units, savepoint
        with django_assert_num_queries(9):
            orders.place_many(wishes(number), at=at)


def test_nothing_is_held_longer_than_until_it_begins(shop, sellers, at):
    bucket = shop.bucket(5)
    sellers["plain"].starts_at = at + timedelta(minutes=4)

    order = orders.place(shop.wish(ask(bucket), total_fen=1000), at=at)

    assert order.due_at == at + timedelta(minutes=4)
    assert not order.is_payable(at + timedelta(minutes=4))


@pytest.fixture
def remembering(settings, monkeypatch):
    settings.QUANYU_MEMO = True
    monkeypatch.setattr(sold_out, "_full_until", {})


def test_what_was_full_a_moment_ago_is_refused_before_anything_is_written(
    shop, sellers, at, remembering, monkeypatch
):
    bucket = shop.bucket(1)
    orders.place(shop.wish(ask(bucket), total_fen=1000, actor="guest:first"), at=at)
    wishes = [shop.wish(ask(bucket), total_fen=1000, actor=f"guest:{n}") for n in range(3)]
    [slow] = orders.place_many(wishes[:1], at=at)
    written: list[object] = []
    monkeypatch.setattr(place_module, "_write", lambda drafts, *_how: written.extend(drafts))

    quick = orders.place_many(wishes[1:], at=at)

    assert [str(refusal) for refusal in quick] == [str(slow)] * 2
    assert written == []


def test_a_repeat_gets_its_order_also_when_all_is_sold(shop, sellers, at, remembering):
    bucket = shop.bucket(1)
    mine = shop.wish(ask(bucket), total_fen=1000, actor="guest:first")
    order = orders.place(mine, at=at)
    [refused] = orders.place_many([shop.wish(ask(bucket), total_fen=1000, actor="guest:b")], at=at)

    assert isinstance(refused, orders.SoldOut)
    assert orders.place(mine, at=at) == order


def test_what_is_free_again_is_sold_at_once(shop, sellers, at, remembering):
    bucket = shop.bucket(1)
    first = orders.place(shop.wish(ask(bucket), total_fen=1000, actor="guest:first"), at=at)
    orders.place_many([shop.wish(ask(bucket), total_fen=1000, actor="guest:b")], at=at)
    orders.abandon(order=first, at=at)

    assert orders.place(shop.wish(ask(bucket), total_fen=1000, actor="guest:c"), at=at).pk
