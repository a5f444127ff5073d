"""What an order's page says of its money: while it is looked at, declined, returned, and kept."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from bookings.cash import operations as cash
from bookings.contracts import GroupPrice
from bookings.orders import operations as orders
from bookings.orders.models import Order, State
from bookings.payments import operations as payments
from bookings.payments.models import Attempt, AttemptState
from bookings.refunds import operations as refunds
from kernel.outbox import operations as outbox
from tests.bookings.conftest import ask
from tests.bookings.orders.test_change import change, pay
from tests.bookings.payments.conftest import attempt, bucket, now, order, paid, party  # noqa: F401
from tests.factories.accounts import MembershipFactory, OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db


def page_of(client, order: Order, path: str = "") -> str:  # noqa: F811
    return client.get(f"/en/o/{order.token}/{path}").content.decode()


def cancel(order: Order, keys: list[str], fen: int, at) -> None:  # noqa: F811
    line = order.lines.get()
    refunds.cancel(
        order=order, parts={line.pk: keys}, shown_fen=fen, actor=order.actor, reason="BUYER", at=at
    )
    outbox.drain(at=at)


def rows(page: str) -> list[str]:
    """The table rows of a page as words."""
    found = re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in found]


class TestWhileItIsChecked:
    def test_money_that_is_received_is_not_asked_for_again(self, client, order, attempt, party):  # noqa: F811
        party.press(attempt, "never")

        back = client.get(f"/en/o/{order.token}/paid/", follow=True).content.decode()

        assert "Your payment is being checked" in back
        assert f"/en/o/{order.token}/pay/" not in back
        assert 'data-module="poll"' in back
        again = client.post(f"/en/o/{order.token}/pay/", {"provider": "sandbox"})
        assert again.url == f"/en/o/{order.token}/"
        assert Attempt.objects.count() == 1

    def test_who_has_only_begun_may_pay_another_way(self, client, order, attempt):  # noqa: F811
        page = page_of(client, order)

        assert "Your payment is being checked" in page
        assert f"/en/o/{order.token}/pay/" in page
        assert ">Pay now<" not in page

    def test_the_state_is_another_at_each_step(self, client, order, attempt, party, now):  # noqa: F811
        def state() -> str:
            return client.get(f"/en/o/{order.token}/state.json").json()["state"]

        seen = [state()]
        party.press(attempt, "never")
        payments.ask(attempt=attempt, at=now)
        seen.append(state())
        outbox.drain(at=now)
        seen.append(state())

        assert seen == ["HELD:0:BEGUN", "HELD:0:RECEIVED", "CONFIRMED:2000:NONE"]

    def test_money_that_went_back_is_not_waited_for(self, client, order, attempt, party, now):  # noqa: F811
        Attempt.objects.filter(pk=attempt.pk).update(
            state=AttemptState.SUCCEEDED, captured_fen=2000, refunded_fen=2000
        )

        assert "being checked" not in page_of(client, order)
        assert ">Pay now<" in page_of(client, order).replace("<span>", "").replace("</span>", "<")


def test_a_declined_payment_is_said(client, order, attempt, party):  # noqa: F811
    party.press(attempt, "decline")

    page = client.get(f"/en/o/{order.token}/paid/", follow=True).content.decode()

    assert "The payment did not go through" in page
    assert "being checked" not in page


def test_a_partly_cancelled_order_says_who_is_gone_and_where_the_money_went(client, paid, now):  # noqa: F811
    cancel(paid, ["p0"], 1000, now)

    page = page_of(client, paid)

    assert "cancelled, ¥10 back" in page
    table = rows(page)
    assert table[0] == "Booked ¥20"
    assert table[1].startswith("Paid: ")
    assert table[1].endswith("¥20")
    assert table[2] == "Returned ¥10"
    assert "Money returned" in page
    assert "on its way back" not in page


def test_what_the_terms_keep_is_said(client, paid, now):  # noqa: F811
    line = paid.lines.get()
    line.terms = {"steps": [[0, 500]], "words": {}}
    line.save()
    cancel(paid, ["p0"], 500, now)

    assert "Kept by the terms ¥5" in rows(page_of(client, paid))


def test_cash_waits_at_the_counter_that_took_it(client, order, now):  # noqa: F811
    house = OrganisationFactory(region=order.region, name_en="Desk at the gate")
    clerk = UserFactory()
    MembershipFactory(user=clerk, organisation=house, role="COUNTER")
    cash.open_shift(clerk_id=clerk.pk, organisation_id=house.pk, float_fen=0, at=now)
    assert "Desk at the gate" in page_of(client, order, "pay/")
    payments.pay(
        payable=replace(payments.next_of(order, at=now), payer=clerk.actor),
        provider="cash",
        at=now,
        buyer=payments.Buyer("http://x/"),
    )
    outbox.drain(at=now)

    cancel(Order.objects.get(pk=order.pk), ["p0"], 1000, now)

    page = page_of(client, order)
    assert (
        f"Fetch it at the counter of Desk at the gate and show the order number {order.code}"
        in page
    )
    assert "at the latest" not in page


def test_without_an_open_counter_cash_is_not_offered(client, order):  # noqa: F811
    assert "counter" not in page_of(client, order, "pay/")


class TestAChange:
    @pytest.fixture
    def other(self, shop):
        return shop.bucket(5)

    def test_the_old_order_leads_to_the_new_one_and_shows_no_code(self, client, paid, other, now):  # noqa: F811
        made = change(paid, other, 1000, now)

        page = page_of(client, paid)

        assert "changed to" in page
        assert f"/en/o/{made.token}/" in page
        assert "q-code__digits" not in page
        assert "q-code__digits" in page_of(client, made)

    def test_the_new_order_shows_what_of_the_old_one_comes_back(self, client, paid, other, now):  # noqa: F811
        made = change(paid, other, 600, now)

        page = page_of(client, made)

        assert "changed to something cheaper" in page
        assert "¥8" in page
        assert rows(page)[:2] == ["Booked ¥12", "Brought over from the booking before ¥12"]
        assert "Went into the new booking ¥12" in rows(page_of(client, paid))

    def test_paying_a_dearer_one_says_what_is_carried_over(self, client, paid, other, now):  # noqa: F811
        made = change(paid, other, 1500, now)

        page = page_of(client, made, "pay/")

        assert rows(page) == [
            "Costs now ¥30",
            "Brought over from the booking before −¥20",
            "To pay now ¥10",
        ]
        assert f"order {paid.code} stays good" in page
        assert "Give up this order" not in page

    def test_leaving_it_leads_back_to_what_stays_good(self, client, paid, other, now):  # noqa: F811
        made = change(paid, other, 1500, now)
        asked = page_of(client, made, "give-up/")
        assert (made.code in asked, Order.objects.get(pk=made.pk).state) == (True, State.HELD)

        answer = client.post(f"/en/o/{made.token}/give-up/")

        assert answer.url == f"/en/o/{paid.token}/"
        assert Order.objects.get(pk=paid.pk).state is State.CONFIRMED

    def test_one_that_asks_for_nothing_is_being_booked(self, client, paid, other, now):  # noqa: F811
        line = paid.lines.get()
        quote = orders.quote_change(line=line, ref=f"{other}:600", at=now)
        made = orders.change(
            line=line, quote=quote, shown_fen=-800, actor=paid.actor, request_key="k", at=now
        )

        page = page_of(client, made)

        assert "being booked" in page
        assert "waiting for payment" not in page


@pytest.fixture
def trio(shop, sellers, party, now) -> Order:  # noqa: F811
    """Three people at 800 instead of 1,000 fen each."""
    sellers["plain"].starts_at = now + timedelta(days=30)
    words = {"en": "From three", "zh-hans": "三人起"}
    sellers["plain"].group_prices = (GroupPrice("three", words, least=3, permille=800),)
    placed = orders.place(shop.wish(ask(shop.bucket(5), 3), total_fen=2400), at=now)
    return pay(party, placed, now)


class TestCancelling:
    def test_nothing_ticked_is_said(self, client, paid):  # noqa: F811
        assert "Please tick" in page_of(client, paid, "cancel/?asked=1")
        assert "Please tick" not in page_of(client, paid, "cancel/")

    def test_everything_is_one_box(self, client, paid):  # noqa: F811
        page = page_of(client, paid, "cancel/?asked=1&all=1")

        assert rows(page)[-1] == "You get back ¥20"
        assert page.count('name="part"') == 2

    def test_the_table_adds_up_when_the_rest_costs_more_alone(self, client, trio):
        key = f"{trio.lines.get().pk}:p0"

        page = page_of(client, trio, f"cancel/?asked=1&part={key}")

        assert [row.split("¥")[-1] for row in rows(page)] == ["8", "4", "4"]
        assert rows(page)[1].endswith("−¥4")

    def test_nothing_that_comes_back_is_a_sum(self, client, trio, now):  # noqa: F811
        line = trio.lines.get()
        line.terms = {**line.terms, "steps": []}
        line.save()

        page = page_of(client, trio, f"cancel/?asked=1&part={line.pk}:p0")

        assert "<b>¥0</b>" in page
        assert "<b>free</b>" not in page


@pytest.mark.parametrize(
    ("qr", "is_linked"), [("http://x/pay/1", True), ("weixin://wxpay/1", False)]
)
def test_a_stand_ins_code_can_be_paid_on_the_same_screen(client, order, attempt, qr, is_linked):  # noqa: F811
    Attempt.objects.filter(pk=attempt.pk).update(qr=qr, redirect_url="")

    page = page_of(client, order, f"pay/{attempt.pk}/")

    back = f"http%3A%2F%2Ftestserver%2Fen%2Fo%2F{order.token}%2Fpaid%2F"
    assert (f'href="{qr}?redirect_url={back}"' in page) is is_linked
    assert ("¥20" in page, "Pay another way" in page, order.code in page) == (True, True, True)
