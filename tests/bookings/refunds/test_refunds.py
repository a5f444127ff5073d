"""Refunds: the sum that was shown, the way it came, once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bookings.fulfilment import operations as fulfilment
from bookings.inventory import operations as counts
from bookings.inventory import queries as inventory
from bookings.ledger import queries as ledger
from bookings.orders import operations as orders
from bookings.orders.models import Line, State
from bookings.payments import operations as payments
from bookings.payments.models import Attempt
from bookings.refunds import operations as refunds
from bookings.refunds.models import Refund, RefundState
from bookings.vouchers.models import Voucher
from kernel import invariants
from kernel.outbox import operations as outbox
from tests.bookings.conftest import ask

pytestmark = pytest.mark.django_db


def cancel(order, parts, shown_fen, at):
    return refunds.cancel(
        order=order, parts=parts, shown_fen=shown_fen, actor="guest:a", reason="BUYER", at=at
    )


def test_a_cancelled_part_comes_back_and_the_other_stays(party, paid, bucket, now):
    line = paid.lines.get()
    quote = refunds.quote(order=paid, parts={line.pk: ["p0"]}, at=now)

    cancel(paid, {line.pk: ["p0"]}, quote.refund_fen, now)
    outbox.drain(at=now)

    line.refresh_from_db()
    assert quote.refund_fen == 1000
    assert (line.state, line.cancelled_parts) == (State.CONFIRMED, ["p0"])
    assert inventory.left([bucket]) == {bucket: 4}
    assert (Refund.objects.get().state, party.count("refund")) == (RefundState.DONE, 1)
    assert sorted(Voucher.objects.values_list("part_key", "state")) == [
        ("p0", "VOIDED"),
        ("p1", "ACTIVE"),
    ]
    assert ledger.balance("provider:sandbox") == 1000
    assert invariants.check_all(at=now + timedelta(hours=1)) == []


def test_late_in_the_ladder_half_is_kept_for_the_supplier(party, paid, now):
    line = paid.lines.get()
    Line.objects.filter(pk=line.pk).update(starts_at=now + timedelta(hours=2))

    cancel(paid, {line.pk: ["p0", "p1"]}, 1000, now)
    outbox.drain(at=now)

    line.refresh_from_db()
    assert line.state == State.CANCELLED
    assert ledger.balance(f"revenue:{line.supplier_id}") == -1000
    assert ledger.balance(f"supplier:{line.supplier_id}") == 0
    assert ledger.balance(f"buyer:{paid.pk}") == 0
    assert invariants.check_all(at=now + timedelta(hours=1)) == []


def test_another_sum_than_shown_cancels_nothing(party, paid, bucket, now):
    line = paid.lines.get()

    with pytest.raises(refunds.RefundMoved):
        cancel(paid, {line.pk: ["p0"]}, 999, now)

    line.refresh_from_db()
    assert (line.cancelled_parts, Refund.objects.count()) == ([], 0)
    assert inventory.left([bucket]) == {bucket: 3}


def test_a_part_is_cancelled_once(party, paid, now):
    line = paid.lines.get()
    cancel(paid, {line.pk: ["p0"]}, 1000, now)

    with pytest.raises(refunds.NotCancellable):
        cancel(paid, {line.pk: ["p0"]}, 1000, now)

    assert Refund.objects.count() == 1


@pytest.mark.parametrize("fault", ["drop_reply", "error_after_success", "refuse"])
def test_a_lost_answer_is_tried_again_and_returns_money_once(party, paid, now, fault):
    line = paid.lines.get()
    party.faults(**{fault: 1})
    cancel(paid, {line.pk: ["p0"]}, 1000, now)
    outbox.drain(at=now)
    assert Refund.objects.get().state == RefundState.SENDING

    refunds.send_due(at=now + timedelta(seconds=30))

    assert (Refund.objects.get().state, party.count("refund")) == (RefundState.DONE, 1)


@pytest.mark.parametrize(
    ("later", "state"),
    [
        ("", RefundState.DONE),
        ("refund_fails", RefundState.FAILED),
        ("refund_silent", RefundState.SENDING),
    ],
)
def test_what_becomes_of_a_refund_is_chosen_on_the_page_of_the_sandbox(
    party, attempt, order, now, later, state
):
    party.press(attempt, later=later)
    payments.ask(attempt=attempt, at=now)
    outbox.drain(at=now)
    order.refresh_from_db()

    cancel(order, {order.lines.get().pk: ["p0"]}, 1000, now)
    outbox.drain(at=now)

    assert Refund.objects.get().state == state
    assert party.count("refund") == (1 if state == RefundState.DONE else 0)


def test_money_that_comes_too_late_goes_back_by_itself(party, attempt, order, shop, now, bucket):
    late = now + orders.HOLD_FOR
    orders.lapse_due(at=late)
    counts.reshape(bucket_id=bucket, capacity=0, at=late)
    party.press(attempt)

    payments.ask(attempt=attempt, at=late)
    outbox.drain(at=late)

    order.refresh_from_db()
    refund = Refund.objects.get()
    assert order.state is State.LAPSED
    assert (refund.reason, refund.amount_fen, refund.state) == (
        "LATE_AND_GONE",
        2000,
        RefundState.DONE,
    )
    assert Attempt.objects.get().refunded_fen == 2000
    assert ledger.balance("provider:sandbox") == 0
    assert invariants.check_all(at=late + timedelta(hours=1)) == []


def test_a_part_named_twice_comes_back_once(party, paid, now):
    line = paid.lines.get()

    quote = refunds.quote(order=paid, parts={line.pk: ["p0", "p0"]}, at=now)

    assert quote.refund_fen == 1000


def test_a_supplier_who_refuses_after_a_part_was_cancelled_returns_the_rest_only(
    party, shop, sellers, bucket, now
):
    for seller in sellers.values():
        seller.starts_at = now + timedelta(days=300)
    wish = shop.wish(ask(bucket), ask(bucket, 2, kind="shy"), total_fen=3000)
    order = orders.place(wish, at=now)
    attempt = payments.pay_by(
        order=order, provider="sandbox", at=now, buyer=payments.Buyer("http://x/back")
    )
    party.press(attempt)
    payments.ask(attempt=attempt, at=now)
    outbox.drain(at=now)
    shy = order.lines.get(kind="shy")
    cancel(order, {shy.pk: ["p0"]}, 1000, now)

    sellers["shy"].answer = False
    fulfilment.ask_waiting_suppliers(at=now)
    outbox.drain(at=now)

    assert sorted(Refund.objects.values_list("amount_fen", flat=True)) == [1000, 1000]
    assert Attempt.objects.get().refunded_fen == 2000
    assert ledger.balance(f"buyer:{order.pk}") == 0
    assert invariants.check_all(at=now + timedelta(hours=1)) == []


def test_a_line_of_another_order_is_not_cancelled_with_this_one(shop, party, paid, bucket, now):
    other = orders.place(shop.wish(ask(bucket), total_fen=1000, actor="guest:b"), at=now)
    own, theirs = paid.lines.get(), other.lines.get()

    with pytest.raises(refunds.NotCancellable):
        cancel(paid, {own.pk: ["p0"], theirs.pk: ["p0"]}, 1000, now)

    assert Refund.objects.count() == 0
    assert [line.cancelled_parts for line in Line.objects.order_by("pk")] == [[], []]
