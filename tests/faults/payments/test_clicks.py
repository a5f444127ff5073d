"""A buyer who clicks twenty times at once, and one whose program uses a key twice (F47, F48)."""

from __future__ import annotations

import pytest

from bookings.orders.models import Order
from bookings.payments.models import Attempt, AttemptState
from tests.faults import figures
from tests.faults.client import Client
from tests.faults.payments.services import Bought, fill, seconds_until, together


@pytest.mark.core
def test_twenty_clicks_at_once_are_one_order_and_one_charge(mall, stripe, report):
    client = mall.client(mall.buyers(1)[0])
    things = mall.things(2, in_days=1)
    answers = together(20, lambda _n: client.order(things, "fault-twenty-clicks"))
    order = Order.objects.get(actor=f"user:{client.buyer.user_id}")
    bought = Bought(client, order.token, answers=list(answers))
    starts = together(20, lambda _n: stripe.start(bought))
    pages = {answer.location for answer in starts if answer.status == 302}
    together(20, lambda _n: stripe.press(bought))
    recovery_s = seconds_until(lambda: bought.is_paid)

    row = report("F47", "twenty clicks at once: order, pay, pay at the service")
    told = {answer.json["code"] for answer in answers}
    there = set(Order.objects.filter(code__in=told).values_list("code", flat=True))
    fill(row, mall, bought.answers, kept=[*(code in there for code in told), bought.is_paid])
    charged = Attempt.objects.filter(order=order, state=AttemptState.SUCCEEDED)
    row.duplicated = Order.objects.filter(actor=order.actor).count() + charged.count() - 2
    row.recovery_s = recovery_s
    row.assert_whole()
    assert {answer.status for answer in answers} == {201}
    assert (len(told), len(pages)) == (1, 1)
    assert figures.settle() == []


@pytest.mark.core
def test_one_key_for_two_wishes_is_refused(mall, report):
    client: Client = mall.client(mall.buyers(1)[0])
    first, second = mall.things(2, in_days=1)
    answers = [client.order([thing], "fault-one-key") for thing in (first, second)]

    row = report("F48", "the key of one order for another")
    mine = Order.objects.filter(actor=f"user:{client.buyer.user_id}")
    told = [answer.json["code"] for answer in answers if answer.is_yes]
    fill(row, mall, answers, kept=[mine.filter(code=code).exists() for code in told])
    row.duplicated = mine.count() - 1
    row.assert_whole()
    assert answers[0].status == 201
    assert answers[1].status in (409, 422), answers[1].text[:300]
    assert list(mine.values_list("lines__ref", flat=True)) == [first.ref]
