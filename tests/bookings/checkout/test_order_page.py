"""An order's pages: a refusal leads back to the order, and tokens cannot be tried out."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bookings.fulfilment import operations as fulfilment
from bookings.orders import guesses
from bookings.orders import operations as orders
from bookings.orders.models import Order, State
from kernel import clock
from tests.bookings.conftest import ask
from tests.bookings.orders.test_settle import money

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


class TestASupplierWhoMustSayYes:
    @pytest.fixture
    def awaited(self, shop, sellers) -> Order:
        """Paid a moment ago; the supplier has not answered."""
        now = clock.now()
        sellers["shy"].starts_at = now + timedelta(days=3)
        made = orders.place(shop.wish(ask(shop.bucket(5), 2, kind="shy"), total_fen=2000), at=now)
        orders.settle(facts=money(made, amount_fen=2000), at=now)
        fulfilment.deliver(order_id=made.pk, at=now)
        return made

    def page(self, client, order: Order, path: str = "") -> str:
        return client.get(f"/en/o/{order.token}/{path}").content.decode()

    def test_the_buyer_reads_until_when(self, client, awaited):
        page = self.page(client, awaited)

        assert "the supplier must still say yes. Without an answer by" in page
        assert "Your codes are being made" not in page

    def test_the_buyer_may_cancel_meanwhile(self, client, awaited):
        line = awaited.lines.get()
        part = f"{line.pk}:p0"
        assert "Cancel something" in self.page(client, awaited)
        assert part in self.page(client, awaited, "cancel/")

        client.post(
            f"/en/o/{awaited.token}/cancel/", {"part": [part, f"{line.pk}:p1"], "shown_fen": "2000"}
        )

        line.refresh_from_db()
        assert (line.state, line.cancelled_parts) == (State.CANCELLED, ["p0", "p1"])

    def test_the_buyer_reads_why_it_is_not_to_be_had(self, client, awaited):
        fulfilment.ask_waiting_suppliers(at=clock.now() + timedelta(days=1))

        page = self.page(client, awaited)

        assert "the supplier did not answer in time. What was paid for it goes back." in page
        assert "Cancel something" not in page
