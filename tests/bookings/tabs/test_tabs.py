"""A tab: one limit over everything, a bill a month that is what was used, late bills stop it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.test import Client

from accounts.identity.models import User
from bookings.ledger import queries as ledger
from bookings.orders import operations as orders
from bookings.orders.models import Order, State
from bookings.payments import operations as payments
from bookings.payments import providers
from bookings.payments.models import Attempt, AttemptState, Purpose
from bookings.payments.providers import Handle, Outcome
from bookings.refunds import operations as refunds
from bookings.tabs import operations as tabs
from bookings.tabs.models import Bill, Item, Member, Tab
from kernel import invariants
from kernel.outbox import operations as outbox
from tests.bookings.conftest import ask
from tests.cast import enter
from tests.factories.accounts import TouristFactory

pytestmark = pytest.mark.django_db

BUYER = payments.Buyer("http://x/")


@pytest.fixture
def person() -> User:
    return TouristFactory()


@pytest.fixture
def tab(order: Order, person: User) -> Tab:
    made = Tab.objects.create(name="云岭旅行社", region=order.region, limit_fen=5000)
    Member.objects.create(tab=made, user=person)
    return made


def use(person: User, token: str, fen: int, at: datetime) -> bool:
    return tabs.charge(
        actor=person.actor, token=token, amount_fen=fen, currency="CNY", words=token, at=at
    )


def used(tab: Tab) -> int:
    tab.refresh_from_db()
    return tab.used_fen


def pay_order(order: Order, person: User, at: datetime) -> Attempt:
    payable = replace(payments.next_of(order, at=at), payer=person.actor)
    attempt = payments.pay(payable=payable, provider="tab", at=at, buyer=BUYER)
    outbox.drain(at=at)
    order.refresh_from_db()
    return attempt


def pay_bill(party, bill: Bill, at: datetime) -> Attempt:
    payable = tabs.payable_of(bill, payer="user:1", language="en", at=at)
    attempt = payments.pay(payable=payable, provider="sandbox", at=at, buyer=BUYER)
    party.press(attempt, "never")
    payments.ask(attempt=attempt, at=at)
    outbox.drain(at=at)
    bill.refresh_from_db()
    return attempt


def next_month(tab: Tab, at: datetime) -> datetime:
    """The first hour of the month after."""
    first = (tab.region.local_date(at).replace(day=1) + timedelta(days=32)).replace(day=1)
    return tab.region.at(first, datetime.min.time())


def sound(at: datetime) -> bool:
    outbox.drain(at=at)
    found = invariants.check_all(at=at + timedelta(minutes=5))
    assert found == []
    return True


def test_an_order_is_paid_and_the_limit_shrinks(party, tab, person, order, now):
    pay_order(order, person, now)

    assert (order.state, used(tab)) == (State.CONFIRMED, 2000)
    assert ledger.balance("provider:tab") == 0
    assert ledger.balance(tab.subject) == 2000
    assert sound(now)


def test_one_limit_over_all_orders(party, tab, person, order, shop, bucket, now):
    pay_order(order, person, now)
    Tab.objects.filter(pk=tab.pk).update(limit_fen=3999)
    other = orders.place(shop.wish(ask(bucket, 2), total_fen=2000, key="second"), at=now)
    with pytest.raises(payments.NotPayable):
        pay_order(other, person, now)

    assert (used(tab), Item.objects.count(), other.state) == (2000, 1, State.HELD)
    assert Attempt.objects.filter(order=other).count() == 0
    assert sound(now)


@pytest.mark.parametrize("fen", [5000, 5001])
def test_the_limit_is_exact(tab, person, now, fen):
    assert use(person, "t", fen, now) is (fen == 5000)
    assert used(tab) == (5000 if fen == 5000 else 0)


def test_what_was_enough_when_the_page_was_shown_is_not_any_more(
    party, tab, person, order, now, monkeypatch
):
    way = providers.get("tab")
    monkeypatch.setattr(type(way), "is_offered", lambda *_self, **_sum: True)
    use(person, "other", 4000, now)

    attempt = pay_order(order, person, now)

    assert (attempt.state, order.state, used(tab)) == (AttemptState.FAILED, State.HELD, 4000)
    assert sound(now)


def test_one_token_is_one_payment_and_one_return(tab, person, now):
    way = providers.get("tab")
    assert [use(person, "t", 1000, now) for _time in range(3)] == [True] * 3
    handle = Handle("t", "t", "", 1000, "CNY")
    for _time in range(3):
        assert way.refund(handle, token="r", amount_fen=600).outcome is Outcome.SUCCEEDED
    assert way.refund(handle, token="r2", amount_fen=401).outcome is Outcome.FAILED
    assert (way.fetch(handle).refunded_fen, used(tab), Item.objects.count()) == (600, 400, 2)
    assert sound(now)


def test_a_payment_that_was_made_is_known_when_the_tab_is_closed(tab, person, now):
    use(person, "t", 1000, now)
    Tab.objects.update(is_open=False)

    assert use(person, "t", 1000, now)
    assert not use(person, "u", 1000, now)
    assert used(tab) == 1000


def test_the_bill_of_a_month_is_what_its_orders_cost(party, tab, person, order, now):
    pay_order(order, person, now)
    line = order.lines.get()
    refunds.cancel(
        order=order, parts={line.pk: ["p0"]}, shown_fen=1000, actor=person.actor, reason="BUYER",
        at=now,
    )  # fmt: skip
    outbox.drain(at=now)
    end = next_month(tab, now)

    assert tabs.bill_months(at=end - timedelta(seconds=1)) == 0
    assert [tabs.bill_months(at=end) for _time in range(2)] == [1, 0]

    bill = Bill.objects.get()
    paid = Attempt.objects.get(provider="tab")
    assert bill.amount_fen == paid.captured_fen - paid.refunded_fen == 1000
    assert bill.month == tab.region.local_date(now).replace(day=1)
    assert list(bill.items.order_by("pk").values_list("fen", flat=True)) == [2000, -1000]
    assert sound(now)


def test_a_paid_bill_frees_the_limit_and_twice_is_set_off(party, tab, person, order, now):
    use(person, "t", 3000, now)
    tabs.bill_months(at=next_month(tab, now))
    bill = Bill.objects.get()

    pay_bill(party, bill, now)
    assert (used(tab), bill.paid_at) == (0, now)
    again = pay_bill(party, bill, now)
    outbox.drain(at=now)

    assert (again.purpose, used(tab)) == (Purpose.BILL, -3000)
    assert ledger.balance(tab.subject) == -3000
    assert ledger.balance("provider:sandbox") == 6000
    use(person, "u", 3500, next_month(tab, now))
    later = next_month(tab, next_month(tab, now))
    assert tabs.bill_months(at=later) == 1
    assert Bill.objects.latest("month").amount_fen == 500
    assert sound(now)


def test_more_back_than_used_makes_no_bill(tab, person, now):
    use(person, "t", 1000, now)
    end = next_month(tab, now)
    tabs.bill_months(at=end)
    tabs.give_back(token="t", return_token="r", amount_fen=1000, at=end)

    assert tabs.bill_months(at=next_month(tab, end)) == 0
    assert Item.objects.filter(bill=None).count() == 1
    assert sound(now)


def test_a_late_bill_stops_the_tab_until_it_is_paid(party, tab, person, order, now):
    use(person, "t", 1000, now)
    end = next_month(tab, now)
    tabs.bill_months(at=end)
    bill = Bill.objects.get()
    assert use(person, "in-time", 1, bill.due_at - timedelta(seconds=1))
    assert not use(person, "late", 1, bill.due_at)
    assert Item.objects.filter(token="late").count() == 0
    pay_bill(party, bill, now)

    assert use(person, "again", 1, bill.due_at)
    assert sound(now)


def test_a_bill_is_not_paid_by_a_tab(tab, person, now):
    use(person, "t", 1000, now)
    tabs.bill_months(at=next_month(tab, now))
    payable = tabs.payable_of(Bill.objects.get(), payer=person.actor, language="en", at=now)

    assert "tab" not in [way.name for way in payments.ways_to_pay(payable)]
    with pytest.raises(payments.NotPayable):
        payments.pay(payable=payable, provider="tab", at=now, buyer=BUYER)


@pytest.mark.parametrize("actor", ["guest:a", "user:0", "user:x", "", "user:²"])
def test_nobody_else_uses_it(tab, now, actor):
    assert not tabs.charge(actor=actor, token="t", amount_fen=1, currency="CNY", words="", at=now)
    assert used(tab) == 0


class TestThePages:
    def test_a_stranger_signs_in_first_and_a_tourist_is_on_none(self, person):
        assert "/sign-in/" in Client().get("/en/tab/").url
        assert "You are on no tab" in enter(person).get("/en/tab/").content.decode()

    def test_a_member_sees_and_pays_the_bill(self, party, tab, person, now):
        use(person, "CODE1", 1230, now)
        tabs.bill_months(at=next_month(tab, now))
        bill = Bill.objects.get()
        browser = enter(person)

        page = browser.get("/en/tab/").content.decode()
        assert "¥12.30" in page
        assert "to be paid" in page
        assert "CODE1" in browser.get(f"/en/tab/bills/{bill.pk}/").content.decode()
        pay = f"/en/tab/bills/{bill.pk}/pay/"
        assert "How do you want to pay" in browser.get(pay).content.decode()
        browser.post(pay, {"provider": "sandbox"})
        party.press(Attempt.objects.get(), "never")
        back = f"/en/tab/bills/{bill.pk}/back/"
        checked = browser.get(back, follow=True).content.decode()
        assert "Your payment is being checked" in checked
        assert "Pay now" not in checked
        assert "being checked" in browser.get("/en/tab/").content.decode()
        outbox.drain(at=now)

        assert "being checked" not in browser.get("/en/tab/").content.decode()
        assert browser.get(pay).url == f"/en/tab/bills/{bill.pk}/"

    def test_a_declined_payment_of_a_bill_is_said(self, party, tab, person, now):
        use(person, "CODE1", 1230, now)
        tabs.bill_months(at=next_month(tab, now))
        bill = Bill.objects.get()
        browser = enter(person)
        browser.post(f"/en/tab/bills/{bill.pk}/pay/", {"provider": "sandbox"})
        party.press(Attempt.objects.get(), "decline")

        page = browser.get(f"/en/tab/bills/{bill.pk}/back/", follow=True).content.decode()

        assert "The payment did not go through" in page
        assert "Pay now" in page

    def test_what_is_left_is_said_where_it_is_too_little(self, tab, person, order, now):
        use(person, "CODE1", 3500, now)

        page = enter(person).get(f"/en/o/{order.token}/pay/").content.decode()

        assert "¥15 is left on the tab, that is too little." in page

    def test_anothers_bill_is_not_there(self, tab, person, now):
        use(person, "t", 1000, now)
        tabs.bill_months(at=next_month(tab, now))
        bill = Bill.objects.get()
        browser = enter(TouristFactory())
        for address in ("", "pay/", "back/"):
            assert browser.get(f"/en/tab/bills/{bill.pk}/{address}").status_code == 404
