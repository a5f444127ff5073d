"""A change is one step: the old parts and the new ones never both, never none, the money to the fen."""

from __future__ import annotations

import sys
from datetime import timedelta

import pytest

from bookings.contracts import GroupPrice, Step, Terms
from bookings.inventory.models import Bucket
from bookings.ledger import queries as ledger
from bookings.orders import operations as orders
from bookings.orders import queries
from bookings.orders.models import Change, ChangeState, Line, Order, State
from bookings.payments import operations as payments
from bookings.refunds import operations as refunds
from bookings.refunds.models import Refund
from bookings.vouchers.models import Pass, Voucher
from bookings.vouchers.models import State as Good
from kernel import invariants
from kernel.outbox import operations as outbox
from tests.bookings.conftest import ask
from tests.bookings.payments.conftest import now, party  # noqa: F401

pytestmark = pytest.mark.django_db


@pytest.fixture
def buckets(shop):
    return [shop.bucket(5), shop.bucket(5)]


@pytest.fixture
def order(shop, sellers, buckets, party, now):  # noqa: F811
    """Two parts of 1,000 fen, paid and delivered."""
    sellers["plain"].starts_at = now + timedelta(days=30)
    placed = orders.place(shop.wish(ask(buckets[0], 2), total_fen=2000), at=now)
    return pay(party, placed, now)


def pay(party, order: Order, at) -> Order:  # noqa: F811
    order = Order.objects.get(pk=order.pk)
    attempt = payments.pay_by(
        order=order, provider="sandbox", at=at, buyer=payments.Buyer("http://x/")
    )
    party.press(attempt, "never")
    payments.ask(attempt=attempt, at=at)
    outbox.drain(at=at)
    return Order.objects.get(pk=order.pk)


def change(order: Order, bucket: int, fen: int, at, *, key: str = "key", **more) -> Order:
    """The order's first line into another thing at ``fen`` a part."""
    line = order.lines.earliest("pk")
    quote = orders.quote_change(line=line, ref=f"{bucket}:{fen}", at=at, **more)
    made = orders.change(
        line=line,
        quote=quote,
        shown_fen=quote.shown_fen,
        actor=order.actor,
        request_key=key,
        at=at,
    )
    outbox.drain(at=at)
    return Order.objects.get(pk=made.pk)


def states(*found: Order) -> list[State]:
    return [Order.objects.get(pk=one.pk).state for one in found]


def taken(buckets) -> list[int]:
    return [Bucket.objects.get(pk=pk).taken for pk in buckets]


def sound(at) -> bool:
    return invariants.check_all(at=at + timedelta(hours=1)) == []


def buyers(*found: Order) -> list[int]:
    return [ledger.balance(f"buyer:{one.pk}") for one in found]


def test_a_dearer_one_is_held_until_the_difference_is_paid(order, buckets, party, now):  # noqa: F811
    made = change(order, buckets[1], 1500, now)

    assert (made.unpaid_fen, made.total_fen) == (1000, 3000)
    assert states(order, made) == [State.CONFIRMED, State.HELD]
    assert taken(buckets) == [2, 2]

    made = pay(party, made, now)

    assert states(order, made) == [State.CANCELLED, State.CONFIRMED]
    assert taken(buckets) == [0, 2]
    assert buyers(order, made) == [0, 0]
    assert Refund.objects.count() == 0
    assert sound(now)


@pytest.mark.parametrize(("fen", "back"), [(1000, 0), (600, 800)])
def test_an_equal_or_cheaper_one_is_done_at_once(order, buckets, now, fen, back):  # noqa: F811
    made = change(order, buckets[1], fen, now)

    assert states(order, made) == [State.CANCELLED, State.CONFIRMED]
    assert taken(buckets) == [0, 2]
    assert sum(refund.amount_fen for refund in Refund.objects.all()) == back
    assert buyers(order, made) == [0, 0]
    assert sound(now)


def test_one_code_stays_good_and_the_old_rights_are_void(order, buckets, now):  # noqa: F811
    before = Pass.objects.get().serial

    made = change(order, buckets[1], 1000, now)

    assert Pass.objects.get().serial == before
    rights = Voucher.objects.order_by("pk")
    assert [right.state for right in rights] == [Good.VOIDED, Good.VOIDED, Good.ACTIVE, Good.ACTIVE]
    assert made.parent_id == order.pk


def test_unpaid_it_lapses_and_the_old_one_was_never_touched(order, buckets, now):  # noqa: F811
    made = change(order, buckets[1], 1500, now)

    orders.lapse_due(at=now + orders.HOLD_FOR)
    outbox.drain(at=now + orders.HOLD_FOR)

    assert states(order, made) == [State.CONFIRMED, State.LAPSED]
    assert Change.objects.get().state == ChangeState.VOID
    assert taken(buckets) == [2, 0]
    assert Voucher.objects.filter(state=Good.ACTIVE).count() == 2
    assert sound(now)


def test_what_was_cancelled_meanwhile_pays_for_nothing(order, buckets, party, now):  # noqa: F811
    """The difference comes back: the order it was to add to is gone."""
    made = change(order, buckets[1], 1500, now)
    refunds.cancel(
        order=order, parts={order.lines.get().pk: ["p0"]}, shown_fen=1000, actor="guest:a",
        reason="BUYER", at=now,
    )  # fmt: skip

    made = pay(party, made, now)

    assert states(order, made) == [State.CONFIRMED, State.HELD]
    assert sorted(refund.amount_fen for refund in Refund.objects.all()) == [1000, 1000]
    orders.lapse_due(at=now + orders.HOLD_FOR)
    outbox.drain(at=now + orders.HOLD_FOR)
    assert taken(buckets) == [1, 0]
    assert buyers(order, made) == [0, 0]
    assert sound(now + orders.HOLD_FOR)


def test_the_changed_one_can_be_cancelled_and_all_comes_back(order, buckets, party, now):  # noqa: F811
    made = pay(party, change(order, buckets[1], 1500, now), now)

    refunds.cancel(
        order=made, parts={made.lines.get().pk: ["p0", "p1"]}, shown_fen=3000, actor="guest:a",
        reason="BUYER", at=now,
    )  # fmt: skip
    outbox.drain(at=now)

    assert sum(refund.amount_fen for refund in Refund.objects.all()) == 3000
    assert ledger.balance("provider:sandbox") == 0
    assert buyers(order, made) == [0, 0]
    assert sound(now)


def test_a_changed_one_can_be_changed_again(order, buckets, party, now):  # noqa: F811
    made = pay(party, change(order, buckets[1], 1500, now), now)

    again = change(made, buckets[0], 500, now, key="other")

    assert states(order, made, again) == [State.CANCELLED, State.CANCELLED, State.CONFIRMED]
    assert sum(refund.amount_fen for refund in Refund.objects.all()) == 2000
    assert again.parent_id == order.pk
    assert buyers(order, made, again) == [0, 0, 0]
    assert sound(now)


def test_a_change_does_not_climb_the_ladder_again(order, sellers, buckets, now):  # noqa: F811
    """Half would come back today: half is the most that comes back after the change."""
    line = order.lines.get()
    Line.objects.filter(pk=line.pk).update(terms={"steps": [[0, 500]], "words": {}})
    sellers["plain"].terms = Terms((Step(0, 1000),))

    made = change(order, buckets[1], 1000, now)

    quote = refunds.quote(order=made, parts={made.lines.get().pk: ["p0"]}, at=now)
    assert quote.refund_fen == 500


def test_pressing_twice_is_one_change(order, buckets, now):  # noqa: F811
    line = order.lines.get()
    quote = orders.quote_change(line=line, ref=f"{buckets[1]}:1500", at=now)

    made = [
        orders.change(
            line=line, quote=quote, shown_fen=1000, actor="guest:a", request_key="k", at=now
        )
        for _time in range(2)
    ]

    assert made[0].pk == made[1].pk
    assert Change.objects.count() == 1
    assert taken(buckets) == [2, 2]


def test_another_difference_than_shown_changes_nothing(order, buckets, now):  # noqa: F811
    line = order.lines.get()
    quote = orders.quote_change(line=line, ref=f"{buckets[1]}:1500", at=now)

    with pytest.raises(orders.ChangeMoved):
        orders.change(
            line=line, quote=quote, shown_fen=999, actor="guest:a", request_key="k", at=now
        )

    assert (Order.objects.count(), taken(buckets)) == (1, [2, 0])


def test_no_room_there_leaves_everything_as_it_is(order, shop, now):  # noqa: F811
    with pytest.raises(orders.SoldOut):
        change(order, shop.bucket(1), 1000, now)

    assert (Order.objects.count(), states(order)) == (1, [State.CONFIRMED])


@pytest.mark.parametrize("late", [timedelta(0), timedelta(days=1)])
def test_what_has_begun_is_not_changed(order, buckets, now, late):  # noqa: F811
    with pytest.raises(orders.NotChangeable):
        change(order, buckets[1], 1000, order.lines.get().starts_at + late)


def test_what_is_not_paid_whole_is_not_changed(shop, sellers, buckets, party, now):  # noqa: F811
    sellers["deposit"].starts_at = now + timedelta(days=30)
    wish = shop.wish(ask(buckets[0], kind="deposit"), total_fen=1000)
    order = pay(party, orders.place(wish, at=now), now)

    with pytest.raises(orders.NotChangeable):
        change(order, buckets[1], 1000, now)


def test_a_change_stays_with_its_seller(order, sellers, buckets, now):  # noqa: F811
    sellers["plain"].supplier_id = order.lines.get().supplier_id + 1

    with pytest.raises(orders.OtherSeller):
        change(order, buckets[1], 1000, now)


def test_given_up_it_is_void(order, buckets, now):  # noqa: F811
    made = change(order, buckets[1], 1500, now)

    orders.abandon(order=made, at=now)

    assert Change.objects.get().state == ChangeState.VOID
    assert states(order, made) == [State.CONFIRMED, State.CANCELLED]


def test_money_that_comes_after_it_lapsed_makes_it_done(order, buckets, party, now):  # noqa: F811
    made = change(order, buckets[1], 1500, now)
    attempt = payments.pay_by(
        order=made, provider="sandbox", at=now, buyer=payments.Buyer("http://x/")
    )
    party.press(attempt, "never")
    late = now + orders.HOLD_FOR
    orders.lapse_due(at=late)

    payments.ask(attempt=attempt, at=late)
    outbox.drain(at=late)

    assert Change.objects.get().state == ChangeState.DONE
    assert states(order, made) == [State.CANCELLED, State.CONFIRMED]
    assert taken(buckets) == [0, 2]
    assert sound(late)


def test_of_what_a_cheaper_one_leaves_over_the_terms_keep_their_part(order, buckets, now):  # noqa: F811
    """A tenth would come back today: a tenth of the difference does, the rest is the supplier's."""
    line = order.lines.get()
    Line.objects.filter(pk=line.pk).update(terms={"steps": [[0, 100]], "words": {}})

    made = change(order, buckets[1], 1, now)

    assert [refund.amount_fen for refund in Refund.objects.all()] == [199]
    assert ledger.balance(f"revenue:{line.supplier_id}") == -1799
    assert ledger.balance(f"supplier:{line.supplier_id}") == -2
    assert states(order, made) == [State.CANCELLED, State.CONFIRMED]
    assert buyers(order, made) == [0, 0]
    assert sound(now)


def test_a_step_of_the_ladder_passed_meanwhile_is_said(order, buckets, now):  # noqa: F811
    line = order.lines.get()
    quote = orders.quote_change(line=line, ref=f"{buckets[1]}:600", at=now)
    Line.objects.filter(pk=line.pk).update(terms={"steps": [[0, 500]], "words": {}})
    line.refresh_from_db()
    again = orders.quote_change(line=line, ref=f"{buckets[1]}:600", at=now)

    with pytest.raises(orders.ChangeMoved):
        orders.change(
            line=line,
            quote=again,
            shown_fen=quote.shown_fen,
            actor="guest:a",
            request_key="k",
            at=now,
        )

    assert (quote.shown_fen, again.shown_fen) == (-800, -400)
    assert (Order.objects.count(), taken(buckets)) == (1, [2, 0])


def test_into_something_free_is_one_step(order, buckets, now, monkeypatch):  # noqa: F811
    """The new order asks for nothing: whoever hears of it finds what it takes the place of."""
    module = sys.modules["bookings.orders.operations.change"]
    placing = module.place

    def place_and_settle(request, *, at):
        made = placing(request, at=at)
        outbox.drain(at=at)
        return made

    monkeypatch.setattr(module, "place", place_and_settle)

    made = change(order, buckets[1], 0, now)

    assert states(order, made) == [State.CANCELLED, State.CONFIRMED]
    assert Change.objects.get().state == ChangeState.DONE
    assert [refund.amount_fen for refund in Refund.objects.all()] == [2000]
    assert taken(buckets) == [0, 2]
    assert sound(now)


def test_what_was_cheaper_together_is_changed_together(shop, sellers, buckets, party, now):  # noqa: F811
    sellers["plain"].starts_at = now + timedelta(days=30)
    sellers["plain"].group_prices = (
        GroupPrice(code="pair", title={"en": "pair"}, members=(("any", 2),), price_fen=1500),
    )
    order = pay(party, orders.place(shop.wish(ask(buckets[0], 2), total_fen=1500), at=now), now)

    with pytest.raises(orders.NotChangeable):
        change(order, buckets[1], 1000, now, part_keys=["p0"])
    made = change(order, buckets[1], 1000, now)

    assert states(order, made) == [State.CANCELLED, State.CONFIRMED]
    assert (made.total_fen, Refund.objects.count()) == (1500, 0)
    assert sound(now)


def test_some_of_the_people_change_and_the_others_stay(order, buckets, party, now):  # noqa: F811
    made = change(order, buckets[1], 1500, now, part_keys=["p1"])
    assert (made.unpaid_fen, made.total_fen) == (500, 1500)

    made = pay(party, made, now)

    assert states(order, made) == [State.CONFIRMED, State.CONFIRMED]
    assert order.lines.get().cancelled_parts == ["p1"]
    assert taken(buckets) == [1, 1]
    rights = Voucher.objects.order_by("pk")
    assert [right.state for right in rights] == [Good.ACTIVE, Good.VOIDED, Good.ACTIVE]
    assert buyers(order, made) == [0, 0]
    assert sound(now)


@pytest.mark.parametrize("keys", [["p0", "p0"], ["p7"], ["p0", "p7"]])
def test_parts_that_are_not_there_are_not_changed(order, buckets, now, keys):  # noqa: F811
    with pytest.raises(orders.NotChangeable):
        change(order, buckets[1], 1000, now, part_keys=keys)

    assert Order.objects.count() == 1


def test_another_class_is_asked_of_the_seller(order, buckets, now):  # noqa: F811
    made = change(order, buckets[1], 1000, now, class_codes=["any", "child"])

    assert [part.class_code for part in made.lines.get().frozen_parts] == ["any", "child"]


def test_the_new_one_has_the_contact_of_the_old_one(order, buckets, now):  # noqa: F811
    made = change(order, buckets[1], 1000, now)

    assert made.contact_masked == order.contact_masked == "161****0001"
    assert made.contact_sealed == order.contact_sealed
    mine = queries.for_actors([], contact_index=order.contact_index)
    assert [each.pk for each in mine] == [made.pk, order.pk]


def test_the_same_key_for_other_parts_is_refused(order, buckets, now):  # noqa: F811
    change(order, buckets[1], 1500, now, part_keys=["p0"])

    with pytest.raises(orders.KeyReused):
        change(order, buckets[1], 1500, now, part_keys=["p1"])

    assert Change.objects.count() == 1


class TestHowOften:
    """Terms may say how often something is exchanged; every part of an order has its own count."""

    @pytest.fixture
    def once(self, sellers):
        terms = Terms(steps=(Step(0, 1000),), changes=1)
        sellers["plain"].terms = terms
        return terms

    def test_a_second_change_is_refused_and_changes_nothing(self, once, order, buckets, now):  # noqa: F811
        second = change(order, buckets[1], 1000, now)
        before = (Order.objects.count(), taken(buckets))

        with pytest.raises(orders.ChangedBefore):
            change(second, buckets[0], 1000, now, key="again")

        assert second.lines.get().frozen_terms.changes == 0
        assert (Order.objects.count(), taken(buckets)) == before

    def test_what_was_not_changed_may_still_be(self, once, order, buckets, now):  # noqa: F811
        change(order, buckets[1], 1000, now, part_keys=["p0"])

        other = change(order, buckets[1], 1000, now, key="other", part_keys=["p1"])

        assert other.lines.get().frozen_terms.changes == 0

    def test_without_a_word_of_it_there_is_no_limit(self, order, buckets, now):  # noqa: F811
        second = change(order, buckets[1], 1000, now)

        assert "changes" not in second.lines.get().terms
