"""Journey 1: a family books a day with one cart. Train, hotel and gifts do not exist yet."""

from __future__ import annotations

from datetime import date, time

import pytest
from django.db.models import Sum

from bookings.contracts import Demand
from bookings.inventory import operations as inventory
from bookings.ledger.models import Posting
from bookings.orders import operations as orders
from bookings.orders.models import Order, State
from bookings.payments import operations as payments
from bookings.payments.models import Attempt
from bookings.refunds.models import Refund
from bookings.vouchers.models import Pass, Voucher
from kernel import invariants
from tests.bookings.payments.conftest import notice, party, signed  # noqa: F401 - party is a fixture
from tests.journeys.family import (
    DAY,
    GATE_FEN,
    GRANNY,
    PEOPLE,
    TOTAL_FEN,
    Family,
    Mountain,
    line_of,
)
from tourism.tickets import operations as tickets
from tourism.tickets.models import PriceRule

pytestmark = pytest.mark.django_db


@pytest.fixture
def mountain(db, monkeypatch) -> Mountain:
    return Mountain(monkeypatch)


@pytest.fixture
def family(mountain, party) -> Family:  # noqa: F811
    return Family(mountain, party)


def nothing_is_charged(mountain) -> None:
    assert not Order.objects.exists()
    assert not Attempt.objects.exists()
    assert mountain.taken(mountain.gate, mountain.chairs) == [0, 0]


def the_books_hold(mountain) -> None:
    sums = Posting.objects.values("currency").annotate(fen=Sum("amount_fen"))
    assert {row["fen"] for row in sums} <= {0}
    assert invariants.check_all(at=mountain.now) == []


class TestTheWholeWay:
    def test_one_cart_one_payment_and_a_code_for_each(self, mountain, family):
        family.plans()
        cart = family.cart()
        assert (cart.total_fen, cart.party_size) == (TOTAL_FEN, 4)
        page = family.reads("checkout:cart", family.region)
        assert "Family: ¥40 less than alone" in page
        assert all(word in page for word in ("child_free", "senior_half"))

        family.names()
        family.books()
        order = Order.objects.get()
        assert (order.total_fen, order.lines.count()) == (TOTAL_FEN, 4)
        assert order.lines.values("supplier_id").distinct().count() == 2
        assert mountain.taken(mountain.gate, *mountain.rides, mountain.chairs) == [4, 4, 0, 1]

        family.pays(order)
        order.refresh_from_db()
        assert {State(line.state) for line in order.lines.all()} == {State.CONFIRMED}
        assert Attempt.objects.get().captured_fen == TOTAL_FEN
        the_books_hold(mountain)

        names = {name for name, _born in PEOPLE}
        assert set(Pass.objects.values_list("holder", flat=True)) >= names
        assert Voucher.objects.filter(line__order=order).count() == 4 + 4 + 1 + 4
        page = family.order_page(order)
        assert page.count('class="q-code__digits"') == 4

    def test_who_is_which_class_is_said_before_anything_is_held(self, mountain, family):
        family.plans()
        family.names()

        rows = family.cart().rows
        gate = next(row for row in rows if row.item.kind == "ticket")
        assert [part.class_code for offer in gate.offers for part in offer.parts] == [
            "adult", "adult", "child_free", "senior_half",
        ]  # fmt: skip
        assert gate.price_fen == GATE_FEN
        chair = next(row for row in rows if row.item.kind == "service")
        assert chair.item.people == [gate.item.people[GRANNY]]
        nothing_is_charged(mountain)


def test_the_cableway_sells_out_between_plan_and_hold(mountain, family):
    """Nothing is charged; the next time is offered and taken, the rest stays as it was planned."""
    family.plans()
    family.names()
    shown, first, second = family.last_look(), *mountain.rides
    inventory.take([[Demand(first.bucket_id, 118)]])

    answer = family.books(shown)

    assert answer.status_code == 200
    nothing_is_charged(mountain)
    page = family.reads("checkout:cart", family.region)
    assert f'name="ref" value="{second.pk}"' in page
    assert "09:30 instead" in page
    [ride] = [row for row in family.cart().rows if row.item.kind == "ride"]
    family.browser.post(
        family.address("checkout:move", family.region), {"item": ride.item.pk, "ref": second.pk}
    )
    family.books()
    order = Order.objects.get()
    assert (order.total_fen, line_of(order, "ride").ref) == (TOTAL_FEN, str(second.pk))
    assert mountain.taken(mountain.gate, *mountain.rides) == [4, 118, 4]


@pytest.mark.parametrize(
    ("choice", "left"), [("NOTHING", set()), ("REST", {"ticket", "service", "shuttle"})]
)
def test_a_supplier_says_no_after_the_payment(mountain, family, choice, left):
    """The choice made before decides: all of it back at once, or the rest stays."""
    order = family.holds(choice)
    slot = mountain.rides[0]
    family.goes_to_pay(order)
    attempt = Attempt.objects.get()
    family.sandbox.press(attempt)
    tickets.call_off(slots=[slot], actor="user:1", at=mountain.now)
    family.word(attempt)

    kept = {line.kind for line in order.lines.all() if line.state == State.CONFIRMED}
    assert kept == left
    back_fen = sum(refund.amount_fen for refund in Refund.objects.all())
    assert back_fen == (TOTAL_FEN if not left else line_of(order, "ride").price_fen)
    assert mountain.taken(mountain.gate) == [4 if left else 0]
    the_books_hold(mountain)


def test_the_notice_comes_twice(mountain, family):
    order = family.holds()
    family.goes_to_pay(order)
    attempt = Attempt.objects.get()
    raw = notice(attempt)

    for _time in range(2):
        payments.hear(
            provider="sandbox", raw=raw, headers=signed(raw, mountain.now), at=mountain.now
        )
        mountain.hear()

    assert Voucher.objects.filter(line__order=order).count() == 13
    assert Posting.objects.filter(account__startswith="provider:").aggregate(
        fen=Sum("amount_fen")
    ) == {"fen": TOTAL_FEN}
    the_books_hold(mountain)


def test_the_money_comes_after_the_hold(mountain, family):
    """Its places are others' by then: it goes back by itself, and the buyer reads so."""
    order = family.holds()
    family.goes_to_pay(order)
    attempt = Attempt.objects.get()
    mountain.later(minutes=16)
    orders.lapse_due(at=mountain.now)
    inventory.take([[Demand(mountain.rides[0].bucket_id, 120)]])
    family.sandbox.press(attempt)

    family.word(attempt)

    order.refresh_from_db()
    assert not Voucher.objects.exists()
    assert [refund.amount_fen for refund in Refund.objects.all()] == [TOTAL_FEN]
    assert 'id="refunds"' in family.order_page(order)
    assert mountain.taken(mountain.gate, mountain.chairs) == [0, 0]


def test_a_wrong_check_digit_is_shown_at_its_field_before_the_hold(mountain, family):
    family.plans()
    right = family.named()[f"new_{GRANNY}-number"]
    wrong = right[:-1] + ("0" if right[-1] != "0" else "1")

    answer = family.names(**{f"new_{GRANNY}-number": wrong})

    assert answer.status_code == 200
    page = answer.content.decode()
    assert f'<a href="#id_new_{GRANNY}-number">' in page
    assert f'id="id_new_{GRANNY}-number_error"' in page
    nothing_is_charged(mountain)


def test_two_tabs_book_and_pay_at_once(mountain, family):
    """One order, one payment."""
    family.plans()
    family.names()
    shown = family.last_look()

    first, second = family.books(shown), family.books(shown)
    order = Order.objects.get()
    there = [family.goes_to_pay(order).url for _tab in range(2)]
    attempt = Attempt.objects.get()
    family.sandbox.press(attempt)
    family.word(attempt)
    again = family.goes_to_pay(order)

    assert first.url == second.url
    assert there[0] == there[1]
    assert again.url == family.address("checkout:order", order.token)
    assert family.sandbox.count("payment") == 1
    assert Attempt.objects.get().captured_fen == TOTAL_FEN


def test_the_price_list_changes_at_midnight_during_checkout(mountain, family):
    """What is held stays at its price; what was only looked at is told anew before it is held."""
    mountain.until(mountain.region.at(date(2026, 10, 5), time(23, 55)))
    order = family.holds()
    PriceRule.objects.create(
        product=mountain.product, first_date=DAY, last_date=DAY, price_fen=25_000
    )
    mountain.until(mountain.region.at(date(2026, 10, 6), time(0, 3)))

    family.pays(order)

    order.refresh_from_db()
    assert (order.total_fen, Attempt.objects.get().captured_fen) == (TOTAL_FEN, TOTAL_FEN)
    assert line_of(order, "ticket").price_fen == GATE_FEN
    assert line_of(order, "ticket").state == State.CONFIRMED
