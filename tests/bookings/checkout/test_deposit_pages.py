"""A deposit on every page of a purchase: beside the price, in what is due now, until it comes back."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from bookings.checkout.due import due_now
from bookings.deposits import operations as deposits
from bookings.deposits.models import Deposit
from bookings.orders import operations as orders
from bookings.orders.models import Change, Order
from kernel import clock
from kernel.outbox import operations as outbox
from tests.bookings.checkout.test_cart import add
from tests.bookings.checkout.test_order_page_money import page_of, rows
from tests.bookings.conftest import ask
from tests.bookings.orders.test_change import pay
from tests.bookings.payments.conftest import now, party  # noqa: F401

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def still_to_come(sellers):
    sellers["secured"].starts_at = clock.now() + timedelta(days=3)


@pytest.fixture
def held(shop, now) -> Order:  # noqa: F811
    """Two people at ¥10 with a deposit of ¥5 each."""
    wish = shop.wish(ask(shop.bucket(2), 2, kind="secured"), total_fen=2000)
    return orders.place(wish, at=now)


@pytest.fixture
def secured(party, held, now) -> Order:  # noqa: F811
    for _step in ("price", "deposit"):
        pay(party, held, now)
    held.refresh_from_db()
    assert Deposit.objects.get().amount_fen == 1000
    return held


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_the_cart_adds_up_what_is_due_now(shop, region):
    browser = Client()
    add(browser, region, shop.bucket(2), kind="secured")

    found = rows(browser.get(reverse("checkout:cart", args=[region.slug])).content.decode())

    assert found[-3:] == [
        "Price ¥20", "Deposit, which comes back after the visit ¥10", "Due now ¥30",
    ]  # fmt: skip


def test_without_a_deposit_the_price_alone_is_enough(shop, region, sellers):
    sellers["plain"].starts_at = clock.now() + timedelta(days=3)
    browser = Client()
    add(browser, region, shop.bucket(2))

    assert (
        "Due now" not in browser.get(reverse("checkout:cart", args=[region.slug])).content.decode()
    )


def test_what_is_paid_later_is_not_due_now(shop, sellers, now):  # noqa: F811
    sellers["deposit"].starts_at = clock.now() + timedelta(days=30)
    [offers] = sellers["deposit"].offer(asks=[ask(shop.bucket(1), kind="deposit")], at=now)

    due = due_now(offers)

    assert (due.total_fen, due.later_fen, due.fen, due.is_plain) == (1000, 800, 200, False)


def test_the_order_asks_for_price_and_deposit_together(client, held):
    page = page_of(client, held)

    assert rows(page)[-3:] == [
        "Booked ¥20", "Deposit, which comes back after the visit ¥10", "To pay now ¥30",
    ]  # fmt: skip
    assert "Pay now" in page
    assert "After this a deposit of ¥10 is asked for." in page_of(client, held, "pay/")


def test_then_for_the_deposit_alone_and_says_so(client, party, held, now):  # noqa: F811
    pay(party, held, now)

    page, paying = page_of(client, held), page_of(client, held, "pay/")

    assert rows(page)[-1] == "To pay now ¥10"
    assert "only the deposit is missing" in page
    assert "Pay the deposit" in page
    assert "Pay now" not in page
    assert "Pay the deposit" in paying
    assert "Now the deposit" in paying
    assert "After this a deposit" not in paying


def test_once_it_is_held_it_stands_apart_and_is_not_asked_for(client, secured):
    page = page_of(client, secured)

    assert "To pay now" not in page
    assert "Deposit, which comes back" not in page
    assert "comes back by" in words(page)


def test_it_is_not_changed_and_the_page_says_why_instead_of_offering_it(client, secured):
    line = secured.lines.get()
    change = reverse("checkout:change", args=[secured.token, line.pk])

    page = page_of(client, secured)
    answer = client.get(change, follow=True)

    assert change not in page
    assert "cannot be changed, because a deposit" in page
    assert "cannot be changed, because a deposit" in answer.content.decode()
    assert answer.redirect_chain
    assert not Change.objects.exists()


@pytest.mark.parametrize("keys", [["p0"], ["p0", "p1"]])
def test_cancelling_says_when_the_deposit_comes_back(client, secured, keys):
    line = secured.lines.get()
    chosen = "&".join(f"part={line.pk}:{key}" for key in keys)

    page = page_of(client, secured, f"cancel/?{chosen}")

    is_everything = len(keys) == 2
    assert ("The deposit of ¥10 comes back as well" in page) is is_everything
    assert ("The deposit of ¥10 is for the whole order" in page) is not is_everything


def test_a_deposit_that_is_back_is_not_promised_again(client, secured, now):  # noqa: F811
    deposits.settle(
        deposit_id=Deposit.objects.get().pk, keep_fen=0, reason="", actor="user:1", at=now
    )
    outbox.drain(at=now)
    line = secured.lines.get()

    assert "The deposit of" not in page_of(client, secured, f"cancel/?part={line.pk}:p0")
