"""Money that came twice goes back whole, whatever else was returned of the same order meanwhile."""

from __future__ import annotations

import pytest
from django.db.models import Sum

from bookings.payments.models import Attempt
from bookings.refunds import operations as refunds
from bookings.refunds.models import Refund
from kernel.outbox import operations as outbox
from tests.races.money import broken, received, settle

pytestmark = pytest.mark.django_db


def went_back() -> dict[int | None, int]:
    """Fen by payment; what no payment can return is under None."""
    sums = Refund.objects.values("attempt").order_by("attempt").annotate(fen=Sum("amount_fen"))
    return dict(sums.values_list("attempt", "fen"))


@pytest.fixture
def twice(order, now) -> tuple[Attempt, Attempt]:
    """Two payments of an order of 2,000 fen; the second was heard of first, so that it counts."""
    other, counted = received(order, 2000, now), received(order, 2000, now)
    settle(counted, now)
    outbox.drain(at=now)
    return other, counted


def cancel(order, parts: list[str], at) -> None:
    refunds.cancel(
        order=order, parts={order.lines.get().pk: parts}, shown_fen=1000 * len(parts),
        actor="guest:a", reason="BUYER", at=at,
    )  # fmt: skip


@pytest.mark.parametrize("parts", [["p0"], ["p0", "p1"]])
def test_what_went_by_it_before_it_was_counted_is_made_up_by_the_payment_that_counts(
    twice, order, now, parts
):
    """Cancelled before anybody has heard that the nearest of both payments pays nothing."""
    other, counted = twice
    cancel(order, parts, now)

    settle(other, now)
    outbox.drain(at=now)

    assert went_back() == {other.pk: 2000, counted.pk: 1000 * len(parts)}
    assert broken(now) == set()


@pytest.mark.parametrize("parts", [[], ["p0"]])
def test_it_is_returned_once_though_it_is_told_again(twice, order, now, parts):
    other, counted = twice
    if parts:
        cancel(order, parts, now)
    settle(other, now)
    outbox.drain(at=now)
    before = went_back()

    facts = {"attempt_id": other.pk, "order_id": order.pk, "amount_fen": 2000}
    refunds.return_money(facts={**facts, "reason": "PAID_TWICE"}, at=now)

    assert went_back() == before
    assert before[other.pk] == 2000
    assert before.get(counted.pk, 0) == 1000 * len(parts)


def test_what_the_service_has_returned_of_it_is_made_up_by_nobody(twice, order, now):
    """The buyer has it already."""
    other, _counted = twice
    Attempt.objects.filter(pk=other.pk).update(told_refunded_fen=2000)
    refunds.note_outside(attempt_id=other.pk, at=now)

    settle(other, now)
    outbox.drain(at=now)

    assert went_back() == {other.pk: 2000}
    assert broken(now) == set()


def test_what_the_bank_has_taken_of_it_is_made_up_by_nobody(twice, order, now):
    other, _counted = twice
    Attempt.objects.filter(pk=other.pk).update(dispute="LOST", disputed_fen=2000)

    settle(other, now)
    outbox.drain(at=now)

    assert went_back() == {None: 2000}
