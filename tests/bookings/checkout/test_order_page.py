"""An order's pages: a refusal leads back to the order, and tokens cannot be tried out."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bookings.orders import guesses
from bookings.orders import operations as orders
from bookings.orders.models import Order
from kernel import clock
from tests.bookings.conftest import ask

pytestmark = pytest.mark.django_db

JSON = {"Accept": "application/json"}


@pytest.fixture
def order(shop, sellers) -> Order:
    """Placed a moment ago, and given up."""
    now = clock.now()
    sellers["plain"].starts_at = now + timedelta(days=3)
    placed = orders.place(shop.wish(ask(shop.bucket(5)), total_fen=1000), at=now)
    orders.abandon(order=placed, at=now)
    return placed


def test_what_can_no_longer_be_done_is_said_on_the_order(client, order):
    before = Order.objects.get().state

    answer = client.post(f"/en/o/{order.token}/give-up/", follow=True)

    assert answer.redirect_chain == [(f"/en/o/{order.token}/", 302)]
    assert "q-alert--error" in answer.content.decode()
    assert Order.objects.get().state == before


def test_a_part_that_can_no_longer_be_cancelled_is_said_on_the_order(client, order):
    part = f"{order.lines.get().pk}:p0"

    answer = client.get(f"/en/o/{order.token}/cancel/", {"part": part}, follow=True)

    assert answer.redirect_chain == [(f"/en/o/{order.token}/", 302)]
    assert "q-alert--error" in answer.content.decode()


def test_a_program_hears_the_refusal_itself(client, order):
    answer = client.post(f"/en/o/{order.token}/give-up/", headers=JSON)

    assert (answer.status_code, answer["Content-Type"]) == (409, "application/problem+json")


def test_who_tries_out_tokens_is_told_to_stop_from_every_page(client, order, monkeypatch):
    monkeypatch.setattr(guesses, "MOST_AN_HOUR", 5)
    pages = ["", "state.json", "pay/", "cancel/", "paid/"]
    first = [client.get(f"/en/o/no-such-token/{page}").status_code for page in pages]

    further = [client.get(f"/en/o/no-such-token/{page}") for page in pages]

    assert first == [404] * 5
    assert [answer.status_code for answer in further] == [429] * 5
    assert 0 < int(further[0]["Retry-After"]) <= 3600


def test_behind_the_same_address_a_right_token_opens(client, order, monkeypatch):
    monkeypatch.setattr(guesses, "MOST_AN_HOUR", 1)
    wrong = "/en/o/no-such-token/"
    assert [client.get(wrong).status_code for _try in range(2)] == [404, 429]

    assert client.get(f"/en/o/{order.token}/").status_code == 200
    assert client.get(wrong, REMOTE_ADDR="10.0.0.9").status_code == 404
