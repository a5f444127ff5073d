"""A group pays later and gets one invoice: for what was paid, not before, in the agency's name (TKT-13)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bookings.dues import operations as dues
from bookings.dues.models import LaterDue
from bookings.fulfilment import operations as fulfilment
from bookings.invoices import operations as invoices
from bookings.invoices.models import Invoice, Row, State
from bookings.orders import operations as orders
from bookings.orders.models import Order
from bookings.payments.models import Attempt, AttemptState, Purpose
from kernel.outbox import operations as outbox
from tests.bookings.invoices.conftest import COMPANY, ask_for, cancel, desk, issued_fen, let_issue
from tests.tourism.conftest import AT
from tests.tourism.tickets.test_groups import agency, book, product, pupils, send, slot

__all__ = ["agency", "desk", "product", "slot"]
pytestmark = pytest.mark.django_db
PRICE = 19_000
MANY = 52
"""More than one line has room for."""


@pytest.fixture
def order(slot, agency) -> Order:
    """Booked and delivered; all of it is due the evening before."""
    made = book(send(slot, agency, *pupils(MANY)), MANY * PRICE)
    orders.settle_free(order_id=made.pk, at=AT)
    dues.note(order_id=made.pk, at=AT)
    fulfilment.deliver(order_id=made.pk, at=AT)
    return Order.objects.get(pk=made.pk)


@pytest.fixture
def issuer(desk, order):
    return let_issue(order.lines.earliest("pk").supplier_id)


def pay(order: Order) -> None:
    """The agency pays what is due, sum by sum."""
    for due in LaterDue.objects.filter(order=order).order_by("pk"):
        attempt = Attempt.objects.create(
            order=order, provider="sandbox", token=f"due{due.pk}", amount_fen=due.amount_fen,
            captured_fen=due.amount_fen, currency=order.currency, created_at=AT, ended_at=AT,
            state=AttemptState.SUCCEEDED, purpose=Purpose.REST, purpose_id=due.pk,
        )  # fmt: skip
        facts = {
            "order_id": order.pk, "attempt_id": attempt.pk, "provider": "sandbox",
            "amount_fen": due.amount_fen, "currency": order.currency, "purpose_id": due.pk,
        }  # fmt: skip
        dues.settle(facts=facts, at=AT)
    outbox.drain(at=AT)


def test_before_it_is_paid_it_is_kept_waiting_and_then_it_is_one_for_all(issuer, order, desk):
    asked = ask_for(order, AT)
    assert (asked.state, desk.issued()) == (State.ASKED, [])
    pay(order)

    invoices.look_at_due(at=AT + timedelta(minutes=10))
    outbox.drain(at=AT)

    asked.refresh_from_db()
    [made] = desk.issued()
    assert (asked.state, asked.total_fen) == (State.ISSUED, MANY * PRICE)
    assert (made["buyer"], made["buyer_tax"]) == (COMPANY.name, COMPANY.tax_number)
    assert sum(row.quantity for row in Row.objects.filter(invoice=asked)) == MANY


def test_who_does_not_come_is_not_on_it(issuer, order, desk):
    pay(order)
    line = order.lines.earliest("pk")
    cancel(order, AT, line.open_parts[0].key)

    asked = ask_for(order, AT)

    assert asked.state == State.ISSUED
    kept = MANY * PRICE - asked.total_fen
    assert 0 < kept <= PRICE
    assert issued_fen(order) == asked.total_fen


def test_it_is_asked_for_once(issuer, order, desk):
    pay(order)

    assert ask_for(order, AT) == ask_for(order, AT)

    assert (Invoice.objects.count(), len(desk.issued())) == (1, 1)
