"""A tab: one limit over everything, a bill a month that is what was used, late bills stop it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
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
from bookings.tabs.models import Bill, Item, Member, Payout, Tab
from kernel import invariants
from kernel.audit.models import Entry
from kernel.outbox import operations as outbox
from tests.bookings.conftest import ask
from tests.cast import assemble, enter
from tests.factories.accounts import MembershipFactory, TouristFactory

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


@pytest.fixture
def owed(party, tab, person, now) -> Tab:
    """A tab whose bill of ¥30 was paid twice."""
    use(person, "t", 3000, now)
    tabs.bill_months(at=next_month(tab, now))
    for _time in range(2):
        pay_bill(party, Bill.objects.get(), now)
    assert used(tab) == -3000
    return tab


ANNA, BEN = "user:1", "user:2"


class TestWhatIsOwedToTheHolder:
    @pytest.fixture
    def low_limit(self, settings):
        settings.REFUND_LIMIT_FEN = 2999

    def untouched(self, tab: Tab) -> bool:
        return (used(tab), ledger.balance(tab.subject), ledger.balance("bank:payouts")) == (
            -3000, -3000, 0,
        )  # fmt: skip

    def test_it_is_paid_out_once_booked_and_on_record(self, owed, now, settings):
        settings.REFUND_LIMIT_FEN = 3000
        made = tabs.pay_out(tab_id=owed.pk, actor=ANNA, at=now)
        with pytest.raises(tabs.NothingOwed):
            tabs.pay_out(tab_id=owed.pk, actor=ANNA, at=now)

        assert (made.fen, made.paid_at, used(owed)) == (3000, now, 0)
        assert ledger.balance("bank:payouts") == -3000
        assert Entry.objects.get(action="tab.pay-out").facts["amount_fen"] == 3000
        assert tabs.bill_months(at=next_month(owed, next_month(owed, now))) == 0
        assert sound(now)

    def test_above_the_limit_a_second_person_says_yes(self, owed, now, low_limit):
        asked = tabs.pay_out(tab_id=owed.pk, actor=ANNA, at=now)
        assert (asked.paid_at, self.untouched(owed)) == (None, True)
        with pytest.raises(tabs.SecondPerson):
            tabs.approve_payout(payout_id=asked.pk, actor=ANNA, at=now)
        with pytest.raises(tabs.AlreadyAsked):
            tabs.pay_out(tab_id=owed.pk, actor=BEN, at=now)
        assert (Payout.objects.count(), self.untouched(owed)) == (1, True)

        done = tabs.approve_payout(payout_id=asked.pk, actor=BEN, at=now)
        with pytest.raises(tabs.NotOpen):
            tabs.approve_payout(payout_id=asked.pk, actor="user:3", at=now)

        assert (done.approved_by, done.paid_at, used(owed)) == (BEN, now, 0)
        assert sound(now)

    def test_the_database_does_not_take_the_same_person_either(self, owed, now, low_limit):
        tabs.pay_out(tab_id=owed.pk, actor=ANNA, at=now)
        with pytest.raises(IntegrityError), transaction.atomic():
            Payout.objects.update(approved_by=ANNA)

    def test_what_was_used_meanwhile_is_not_paid_out(self, owed, person, now, low_limit):
        asked = tabs.pay_out(tab_id=owed.pk, actor=ANNA, at=now)
        use(person, "u", 1, now)
        with pytest.raises(tabs.NothingOwed):
            tabs.approve_payout(payout_id=asked.pk, actor=BEN, at=now)
        asked.refresh_from_db()
        assert (asked.approved_by, used(owed), ledger.balance("bank:payouts")) == ("", -2999, 0)

        tabs.drop_payout(payout_id=asked.pk, actor=BEN, at=now)
        again = tabs.pay_out(tab_id=owed.pk, actor=ANNA, at=now)
        assert (again.fen, again.paid_at, used(owed)) == (2999, now, 0)
        assert sound(now)

    def test_a_tab_that_owes_us_gets_nothing(self, tab, person, now):
        use(person, "t", 1, now)
        with pytest.raises(tabs.NothingOwed):
            tabs.pay_out(tab_id=tab.pk, actor=ANNA, at=now)
        assert (used(tab), Payout.objects.count()) == (1, 0)

    def test_two_people_do_it_from_the_back_office(self, owed, now, low_limit):
        cast = assemble(owed.region)
        anna = enter(cast.he_ping)
        platform = cast.he_ping.memberships.get()
        MembershipFactory(user=cast.qian_bo, organisation=platform.organisation, role=platform.role)
        ben = enter(cast.qian_bo)
        queue = anna.get("/en/ops/bookings_tabs/tab/", {"used_fen__lt": "0"})
        assert queue.context["cl"].result_count == 1
        form = {"action": "pay_out", "_selected_action": [owed.pk]}

        page = anna.post("/en/ops/bookings_tabs/tab/", form, follow=True).content.decode()
        assert "a second person must approve it" in page
        form = {"action": "approve", "_selected_action": [Payout.objects.get().pk]}
        url = "/en/ops/bookings_tabs/payout/"
        assert "you have asked for it" in anna.post(url, form, follow=True).content.decode()
        assert used(owed) == -3000
        ben.post(url, form, follow=True)

        assert used(owed) == 0


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
