"""A stored balance: paid in with a bonus on top, spent once, returned where it came from, expired."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client

from bookings.balance import operations as balance
from bookings.balance import queries
from bookings.balance.models import Account, Grant, Offer, Spending, TopUp
from bookings.ledger import queries as ledger
from bookings.orders.models import State
from bookings.payments import operations as payments
from bookings.payments import providers
from bookings.payments.models import Attempt
from bookings.payments.providers import Handle, Outcome
from bookings.refunds import operations as refunds
from kernel import invariants
from kernel.outbox import operations as outbox
from tests.cast import enter
from tests.factories.accounts import TouristFactory

pytestmark = pytest.mark.django_db

ME = "user:7"
BUYER = payments.Buyer("http://x/")


@pytest.fixture
def offer() -> Offer:
    return Offer.objects.create(
        name_zh="夏日", name_en="Summer", pay_fen=2000, bonus_fen=500, bonus_days=30
    )


def top_up(party, at, *, pay_fen=2000, bonus_fen=500, actor=ME) -> TopUp:
    asked = balance.ask_top_up(actor=actor, pay_fen=pay_fen, bonus_fen=bonus_fen, at=at)
    payable = balance.payable_of(asked, language="en", at=at)
    attempt = payments.pay(payable=payable, provider="sandbox", at=at, buyer=BUYER)
    party.press(attempt, "never")
    payments.ask(attempt=attempt, at=at)
    outbox.drain(at=at)
    return TopUp.objects.get(pk=asked.pk)


def mine() -> tuple[int, int]:
    account = Account.objects.get(actor=ME)
    return account.paid_fen, account.bonus_fen


def sound(at) -> bool:
    found = invariants.check_all(at=at + timedelta(hours=1))
    assert found == []
    return True


def pay_order(order, at, *, actor=ME) -> Attempt:
    payable = replace(payments.next_of(order, at=at), payer=actor)
    attempt = payments.pay(payable=payable, provider="balance", at=at, buyer=BUYER)
    outbox.drain(at=at)
    order.refresh_from_db()
    return attempt


def test_what_is_paid_in_counts_once_with_its_bonus(party, offer, now):
    made = top_up(party, now)
    attempt = Attempt.objects.get()
    payments.ask(attempt=attempt, at=now)
    outbox.drain(at=now)

    assert (mine(), made.paid_at) == ((2000, 500), now)
    assert ledger.balance("provider:sandbox") == 2000
    assert sound(now)


def test_the_same_top_up_paid_twice_gives_the_bonus_once_and_keeps_the_money(party, offer, now):
    made = top_up(party, now)
    facts = {
        "attempt_id": 99, "purpose_id": made.pk, "amount_fen": 2000, "provider": "sandbox",
    }  # fmt: skip
    balance.credit(facts=facts, at=now)
    assert mine() == (4000, 500)


def test_an_order_is_paid_at_once_bonus_first(party, offer, order, now):
    top_up(party, now)

    pay_order(order, now)

    assert (order.state, mine()) == (State.CONFIRMED, (500, 0))
    assert ledger.balance("provider:balance") == 0
    assert sound(now)


def test_what_comes_back_goes_where_it_came_from(party, offer, order, now):
    top_up(party, now)
    pay_order(order, now)
    line = order.lines.get()

    for part, after in (("p0", (1250, 250)), ("p1", (2000, 500))):
        refunds.cancel(
            order=order, parts={line.pk: [part]}, shown_fen=1000, actor=ME, reason="BUYER", at=now
        )
        outbox.drain(at=now)
        assert mine() == after
    assert Grant.objects.get().left_fen == 500
    assert sound(now)


def test_an_empty_or_foreign_balance_pays_nothing(party, offer, order, now):
    top_up(party, now, pay_fen=1500, bonus_fen=0)
    for actor in (ME, "user:8", "guest:a", order.actor):
        with pytest.raises(payments.NotPayable):
            pay_order(order, now, actor=actor)
    assert (mine(), Spending.objects.count(), order.state) == ((1500, 0), 0, State.HELD)


def test_what_was_enough_when_the_page_was_shown_is_not_any_more(party, offer, now):
    top_up(party, now)
    way = providers.get("balance")
    assert way.is_offered(payer=ME, amount_fen=2000, currency="CNY")
    balance.spend(actor=ME, token="other", amount_fen=1000, currency="CNY", words="", at=now)

    assert not balance.spend(actor=ME, token="t", amount_fen=2000, currency="CNY", words="", at=now)
    assert (mine(), Grant.objects.get().left_fen) == ((1500, 0), 0)
    assert sound(now)


def test_one_token_is_one_payment_and_one_return(party, offer, now):
    top_up(party, now)
    way = providers.get("balance")
    for _time in range(3):
        assert balance.spend(actor=ME, token="t", amount_fen=1000, currency="CNY", words="", at=now)
    handle = Handle("t", "t", "", 1000, "CNY")
    for _time in range(3):
        assert way.refund(handle, token="r", amount_fen=600).outcome is Outcome.SUCCEEDED
    assert way.refund(handle, token="r2", amount_fen=401).outcome is Outcome.FAILED
    assert way.fetch(handle).refunded_fen == 600
    assert sum(mine()) == 2500 - 1000 + 600
    assert sound(now)


def test_a_bonus_expires_apart_from_the_money(party, offer, now):
    top_up(party, now)
    assert balance.expire(at=now + timedelta(days=29)) == 0
    assert balance.expire(at=now + timedelta(days=30)) == 1
    assert balance.expire(at=now + timedelta(days=31)) == 0
    assert mine() == (2000, 0)
    assert sound(now)


def test_an_expired_bonus_is_not_spent_even_before_it_is_swept(party, offer, now):
    top_up(party, now)
    late = now + timedelta(days=30)
    assert queries.standing(ME, at=late).left_fen == 2000
    assert not balance.spend(
        actor=ME, token="t", amount_fen=2001, currency="CNY", words="", at=late
    )
    assert balance.spend(actor=ME, token="t", amount_fen=2000, currency="CNY", words="", at=late)
    assert mine() == (0, 500)


def test_what_expires_first_is_spent_first(party, offer, now):
    top_up(party, now)
    top_up(party, now + timedelta(days=5))
    balance.spend(actor=ME, token="t", amount_fen=600, currency="CNY", words="", at=now)
    left = list(Grant.objects.order_by("expires_at").values_list("left_fen", flat=True))
    assert left == [0, 400]


@pytest.mark.parametrize(("pay_fen", "bonus"), [(99, 0), (500_001, 0), (2000, 501), (1999, 500)])
def test_a_sum_or_bonus_that_is_not_offered_is_refused(offer, now, pay_fen, bonus):
    with pytest.raises((balance.BadSum, balance.OfferGone)):
        balance.ask_top_up(actor=ME, pay_fen=pay_fen, bonus_fen=bonus, at=now)
    assert not TopUp.objects.exists()


def test_a_balance_is_not_topped_up_from_a_balance(party, offer, now):
    top_up(party, now)
    asked = balance.ask_top_up(actor=ME, pay_fen=1000, bonus_fen=0, at=now)
    payable = balance.payable_of(asked, language="en", at=now)
    assert [way.name for way in payments.ways_to_pay(payable)] == ["sandbox"]
    with pytest.raises(payments.NotPayable):
        payments.pay(payable=payable, provider="balance", at=now, buyer=BUYER)


class TestThePage:
    @pytest.fixture
    def person(self):
        return TouristFactory()

    def test_a_stranger_signs_in_first(self):
        assert "/sign-in/" in Client().get("/en/balance/").url

    def test_paying_in_from_the_page_and_back(self, person, party, offer, now):
        browser = enter(person)
        page = browser.get("/en/balance/").content.decode()
        assert "Pay in ¥20, get ¥5 on top" in page
        went = browser.post("/en/balance/", {"pay_fen": "2000", "bonus_fen": "500"})
        assert "How do you want to pay" in browser.get(went.url).content.decode()
        browser.post(went.url, {"provider": "sandbox"})
        party.press(Attempt.objects.get(), "never")
        checked = browser.get(f"{went.url}back/", follow=True).content.decode()
        assert "Your payment is being checked" in checked
        assert 'id="pay"' not in checked
        outbox.drain(at=now)
        for path in ("", "back/"):
            assert browser.get(f"{went.url}{path}").url == "/en/balance/"
        assert browser.get(f"{went.url}state.json").json() == {"state": "NONE"}
        assert "¥25" in browser.get("/en/balance/").content.decode()

    def test_a_code_to_scan_names_the_sum_and_goes_on_by_itself(self, person, offer, now):
        browser = enter(person)
        asked = balance.ask_top_up(actor=person.actor, pay_fen=2000, bonus_fen=500, at=now)
        attempt = Attempt.objects.create(
            purpose="TOP_UP", purpose_id=asked.pk, provider="app", token="t", qr="app://pay/1",
            amount_fen=2000, currency="CNY", state="PENDING", created_at=now, words="Top-up",
        )  # fmt: skip

        page = browser.get(f"/en/balance/top-up/{asked.pk}/?code={attempt.pk}").content.decode()

        assert ("¥20" in page, "Pay another way" in page) == (True, True)
        assert f'data-url="/en/balance/top-up/{asked.pk}/state.json"' in page
        assert 'data-state="BEGUN"' in page
        assert "Code of" not in page

    def test_a_balance_that_is_too_small_says_so(self, person, party, offer, order, now):
        top_up(party, now, pay_fen=1000, bonus_fen=0, actor=person.actor)
        browser = enter(person)

        page = browser.get(f"/en/o/{order.token}/pay/").content.decode()

        assert "You have ¥10, that is too little." in page
        assert 'value="balance" disabled' in page
        browser.post(f"/en/o/{order.token}/pay/", {"provider": "balance"})
        assert not Spending.objects.exists()

    def test_it_is_read_in_one_statement(self, party, offer, now, django_assert_num_queries):
        top_up(party, now)
        with django_assert_num_queries(1):
            standing = queries.standing(ME, at=now)
        assert (standing.paid_fen, standing.left_fen) == (2000, 2500)
        assert [fen for fen, _until in standing.bonuses] == [500]

    def test_anothers_top_up_is_not_there(self, person, offer, now):
        asked = balance.ask_top_up(actor=ME, pay_fen=2000, bonus_fen=500, at=now)
        browser = enter(person)
        assert browser.get(f"/en/balance/top-up/{asked.pk}/").status_code == 404

    @pytest.mark.parametrize("form", [{}, {"sum": "-5"}, {"sum": "1e9"}, {"pay_fen": "x"}])
    def test_a_strange_sum_is_refused(self, person, form):
        answer = enter(person).post("/en/balance/", form)
        assert answer.status_code in (200, 400)
        assert not TopUp.objects.exists()

    def test_what_was_typed_stays_and_its_field_says_what_is_wrong(self, person):
        page = enter(person).post("/en/balance/", {"sum": "12.345"}).content.decode()
        assert 'value="12.345"' in page
        assert 'href="#id_sum"' in page
        assert "Please give a sum in yuan" in page

    def test_a_sum_out_of_bounds_is_refused_at_its_field(self, person):
        page = enter(person).post("/en/balance/", {"sum": "0.01"}).content.decode()
        assert 'href="#id_sum"' in page
        assert not TopUp.objects.exists()

    def test_who_types_the_sum_of_an_offer_gets_its_bonus(self, person, offer):
        answer = enter(person).post("/en/balance/", {"sum": "20"})
        asked = TopUp.objects.get()
        assert answer.url == f"/en/balance/top-up/{asked.pk}/"
        assert (asked.pay_fen, asked.bonus_fen) == (2000, 500)

    def test_a_friend_with_the_orders_address_does_not_pay_with_the_buyers_balance(
        self, party, offer, order, now
    ):
        top_up(party, now, actor=order.actor)
        page = Client().get(f"/en/o/{order.token}/pay/").content.decode()
        assert 'value="balance"' not in page
        Client().post(f"/en/o/{order.token}/pay/", {"provider": "balance"})
        assert not Spending.objects.exists()
