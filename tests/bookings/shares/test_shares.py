"""An order is paid by several people: each once, the last makes it paid, the deadline has a rule."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bookings.contracts import GroupPrice
from bookings.inventory import queries as inventory
from bookings.ledger import queries as ledger
from bookings.orders import operations as orders
from bookings.orders.models import Order, State
from bookings.payments.models import Attempt
from bookings.payments.operations import NotPayable
from bookings.shares import operations as shares
from bookings.shares.models import Division, Rule, Share
from bookings.shares.models import State as Standing
from kernel.outbox.models import Event
from tests.bookings.conftest import ask

pytestmark = pytest.mark.django_db


@pytest.fixture
def bucket(shop):
    return shop.bucket(4)


@pytest.fixture
def order(shop, sellers, bucket, at):
    return orders.place(shop.wish(ask(bucket, 4), total_fen=4000), at=at)


def by_four(order: Order, rule: Rule, at) -> Division:
    line = order.lines.get()
    portions = [shares.Portion(f"Friend {n}", ((line.pk, f"p{n}"),)) for n in range(4)]
    return shares.divide(order=order, portions=portions, rule=rule, actor="guest:a", at=at)


def money(share: Share, *, attempt_id: int | None = None) -> dict[str, object]:
    return {
        "attempt_id": attempt_id or share.pk,
        "order_id": share.division.order_id,
        "purpose": "SHARE",
        "purpose_id": share.pk,
        "amount_fen": share.amount_fen,
        "currency": "CNY",
        "provider": "sandbox",
    }


def pay(division: Division, numbers, at) -> None:
    for number in numbers:
        shares.settle(facts=money(division.shares.get(position=number)), at=at)


def returned() -> dict[int, str]:
    found = Event.objects.filter(name="bookings.orders.money-returned-due")
    return {event.facts["attempt_id"]: event.facts["reason"] for event in found}


def standings(division: Division) -> list[str]:
    return list(division.shares.order_by("position").values_list("state", flat=True))


def test_four_friends_pay_one_order(order, bucket, at):
    division = by_four(order, Rule.ALL, at)

    pay(division, range(3), at)
    order.refresh_from_db()
    assert (order.state, order.received_fen) == (State.HELD, 3000)

    pay(division, [3], at)
    order.refresh_from_db()
    assert (order.state, order.received_fen, order.paid_at) == (State.PAID, 4000, at)
    assert standings(division) == [Standing.PAID] * 4
    assert returned() == {}
    assert ledger.balance(f"buyer:{order.pk}") == -4000


def test_a_share_is_paid_once_and_the_second_payment_goes_back(order, at):
    division = by_four(order, Rule.ALL, at)
    share = division.shares.get(position=0)
    shares.settle(facts=money(share), at=at)

    shares.settle(facts=money(share, attempt_id=99), at=at)

    order.refresh_from_db()
    assert order.received_fen == 1000
    assert returned() == {99: "PAID_TWICE"}


def test_the_first_share_gives_the_others_time_but_not_past_the_start(order, at):
    division = by_four(order, Rule.ALL, at)
    pay(division, [0], at)

    order.refresh_from_db()
    assert order.due_at == at + shares.TIME_TO_PAY
    division.refresh_from_db()
    assert division.closes_at == order.due_at

    later = at + timedelta(minutes=30)
    pay(division, [1], later)
    order.refresh_from_db()
    assert order.due_at == at + shares.TIME_TO_PAY


def test_before_the_first_share_nothing_is_held_longer(order, bucket, at):
    by_four(order, Rule.KEEP, at)

    shares.keep_due(at=at + orders.HOLD_FOR)
    orders.lapse_due(at=at + orders.HOLD_FOR)

    order.refresh_from_db()
    assert order.state is State.LAPSED
    assert inventory.left([bucket]) == {bucket: 4}


def test_all_or_nobody_gives_everything_back_at_the_deadline(order, bucket, at):
    division = by_four(order, Rule.ALL, at)
    pay(division, range(3), at)
    late = at + shares.TIME_TO_PAY

    assert shares.keep_due(at=late) == 0
    orders.lapse_due(at=late)

    order.refresh_from_db()
    assert (order.state, order.received_fen) == (State.LAPSED, 0)
    assert inventory.left([bucket]) == {bucket: 4}
    paid = [share.pk for share in division.shares.order_by("position")[:3]]
    assert returned() == dict.fromkeys(paid, "NOT_IN_FULL")


def test_those_who_paid_go_and_the_fourth_is_left_out(order, sellers, bucket, at):
    division = by_four(order, Rule.KEEP, at)
    pay(division, range(3), at)
    late = at + shares.TIME_TO_PAY
    orders.lapse_due(at=late)

    assert shares.keep_due(at=late) == 1

    order.refresh_from_db()
    line = order.lines.get()
    assert (order.state, order.total_fen, order.due_now_fen) == (State.PAID, 3000, 3000)
    assert (line.units, line.price_fen, sorted(line.prices)) == (3, 3000, ["p0", "p1", "p2"])
    assert [(hold.units, hold.released) for hold in line.holds.all()] == [(3, 0)]
    assert inventory.left([bucket]) == {bucket: 1}
    assert sellers["plain"].claims[line.pk] == {"p0", "p1", "p2"}
    assert standings(division) == [Standing.PAID] * 3 + [Standing.LEFT_OUT]
    assert returned() == {}
    assert shares.keep_due(at=late) == 0


def test_late_money_of_who_was_left_out_goes_back(order, bucket, at):
    division = by_four(order, Rule.KEEP, at)
    pay(division, range(3), at)
    late = at + shares.TIME_TO_PAY
    shares.keep_due(at=late)

    last = division.shares.get(position=3)
    shares.settle(facts=money(last), at=late)

    order.refresh_from_db()
    assert (order.received_fen, inventory.left([bucket])) == (3000, {bucket: 1})
    assert returned() == {last.pk: "LATE_AND_GONE"}
    with pytest.raises(NotPayable):
        shares.payable_of(last, payer="guest:b", at=late)


def test_a_whole_line_that_nobody_pays_is_gone(shop, sellers, bucket, at):
    other = shop.bucket(2)
    order = orders.place(shop.wish(ask(bucket, 2), ask(other, 1), total_fen=3000), at=at)
    first, second = order.lines.order_by("position")
    portions = [
        shares.Portion("A", ((first.pk, "p0"), (first.pk, "p1"))),
        shares.Portion("B", ((second.pk, "p0"),)),
    ]
    division = shares.divide(order=order, portions=portions, rule=Rule.KEEP, actor="guest:a", at=at)
    pay(division, [0], at)

    shares.keep_due(at=at + shares.TIME_TO_PAY)

    order.refresh_from_db()
    assert (order.state, [line.pk for line in order.lines.all()]) == (State.PAID, [first.pk])
    assert (order.total_fen, inventory.left([other])) == (2000, {other: 2})


def test_what_is_due_later_becomes_smaller_too(shop, sellers, bucket, at):
    order = orders.place(shop.wish(ask(bucket, 3, kind="deposit"), total_fen=3000), at=at)
    line = order.lines.get()
    portions = [shares.Portion(f"F{n}", ((line.pk, f"p{n}"),)) for n in range(3)]
    division = shares.divide(order=order, portions=portions, rule=Rule.KEEP, actor="guest:a", at=at)
    pay(division, [0, 2], at)

    shares.keep_due(at=at + shares.TIME_TO_PAY)

    order.refresh_from_db()
    line = order.lines.get()
    assert (order.state, order.total_fen, order.due_now_fen) == (State.PAID, 2000, 400)
    assert [due.amount_fen for due in line.frozen_dues] == [400, 1600]


def test_the_organiser_may_pay_the_rest(order, at):
    division = by_four(order, Rule.ALL, at)
    pay(division, [0], at)
    order.refresh_from_db()

    facts = {**money(division.shares.get(position=0), attempt_id=77), "purpose": "ORDER"}
    orders.settle(facts={**facts, "amount_fen": order.unpaid_fen}, at=at)

    order.refresh_from_db()
    assert (order.state, order.received_fen) == (State.PAID, 4000)


def test_each_part_needs_one_payer_and_each_payer_a_sum(order, at):
    line = order.lines.get()
    one, two = (line.pk, "p0"), (line.pk, "p1")
    rest = ((line.pk, "p2"), (line.pk, "p3"))
    for portions in (
        [shares.Portion("A", (one,)), shares.Portion("B", (two,))],
        [shares.Portion("A", (one, two)), shares.Portion("B", (two, *rest))],
        [shares.Portion("A", (one, two, *rest)), shares.Portion("B", ())],
        [shares.Portion("A", (one, two, *rest))],
        [shares.Portion("A", (one, two)), shares.Portion("B", (*rest, (0, "p0")))],
    ):
        with pytest.raises(shares.BadShares):
            shares.divide(order=order, portions=portions, rule=Rule.ALL, actor="a", at=at)
    assert not Division.objects.exists()


def test_who_makes_a_price_for_several_is_not_left_out(shop, sellers, bucket, at):
    sellers["plain"].group_prices = (
        GroupPrice("four", {"en": "Four", "zh-hans": "四人"}, least=4, permille=800),
    )
    order = orders.place(shop.wish(ask(bucket, 4), total_fen=3200), at=at)

    with pytest.raises(shares.SharedPrice):
        by_four(order, Rule.KEEP, at)
    assert not Division.objects.exists()

    assert by_four(order, Rule.ALL, at).shares.count() == 4


def test_a_deposit_a_paid_and_a_lapsed_order_cannot_be_divided(shop, sellers, order, bucket, at):
    with pytest.raises(shares.NotDivisible):
        by_four(order, Rule.ALL, at + orders.HOLD_FOR)
    secured = orders.place(shop.wish(ask(shop.bucket(4), 4, kind="secured"), total_fen=4000), at=at)
    with pytest.raises(shares.NotDivisible):
        by_four(secured, Rule.ALL, at)
    assert not Division.objects.exists()


def test_dividing_twice_is_dividing_once(order, at):
    first = by_four(order, Rule.KEEP, at)

    assert by_four(order, Rule.ALL, at) == first
    assert (Share.objects.count(), Division.objects.get().rule) == (4, Rule.KEEP)


class TestUndoing:
    def test_who_divided_it_takes_it_back_and_may_divide_anew(self, order, at):
        by_four(order, Rule.ALL, at)

        for _twice in range(2):
            shares.undo(order=order, actors=["user:7", "guest:a"], at=at)

        assert (Division.objects.count(), Share.objects.count()) == (0, 0)
        assert by_four(order, Rule.KEEP, at).rule == Rule.KEEP

    def test_somebody_else_does_not(self, order, at):
        by_four(order, Rule.ALL, at)

        with pytest.raises(shares.NotUndone):
            shares.undo(order=order, actors=["guest:b"], at=at)

        assert Share.objects.count() == 4

    def test_a_paid_share_keeps_it(self, order, at):
        division = by_four(order, Rule.ALL, at)
        pay(division, [0], at)

        with pytest.raises(shares.NotUndone):
            shares.undo(order=order, actors=["guest:a"], at=at)

        assert standings(division) == [Standing.PAID] + [Standing.OPEN] * 3

    @pytest.mark.parametrize("state", ["CREATED", "PENDING", "SUCCEEDED"])
    def test_a_share_that_is_being_paid_keeps_it(self, order, at, state):
        division = by_four(order, Rule.ALL, at)
        attempted(division.shares.first(), state, at)

        with pytest.raises(shares.NotUndone):
            shares.undo(order=order, actors=["guest:a"], at=at)

        assert Share.objects.count() == 4

    def test_a_payment_that_failed_does_not(self, order, at):
        division = by_four(order, Rule.ALL, at)
        attempted(division.shares.first(), "FAILED", at)

        shares.undo(order=order, actors=["guest:a"], at=at)

        assert Division.objects.count() == 0

    def test_money_of_a_share_that_was_undone_meanwhile_goes_back(self, order, at):
        facts = money(by_four(order, Rule.ALL, at).shares.first(), attempt_id=7)
        shares.undo(order=order, actors=["guest:a"], at=at)

        shares.settle(facts=facts, at=at)

        order.refresh_from_db()
        assert returned() == {7: "GIVEN_UP"}
        assert (order.received_fen, order.state) == (0, State.HELD)


def attempted(share: Share, state: str, at) -> None:
    Attempt.objects.create(
        order=share.division.order,
        purpose="SHARE",
        purpose_id=share.pk,
        provider="sandbox",
        token=f"t{share.pk}",
        amount_fen=share.amount_fen,
        currency="CNY",
        state=state,
        created_at=at,
    )
