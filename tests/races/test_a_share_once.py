"""One share paid by two people at once counts once; the other's money goes back."""

from __future__ import annotations

import pytest
from django.db import transaction

from bookings.ledger import queries as ledger
from bookings.orders import operations as orders
from bookings.shares import operations as shares
from bookings.shares.models import Rule, Share
from kernel.outbox.models import Event
from tests.bookings.conftest import ask
from tests.races.conftest import run_together

AT_ONCE = 2


@pytest.fixture
def share(shop, sellers, at) -> Share:
    order = orders.place(shop.wish(ask(shop.bucket(2), 2), total_fen=2000), at=at)
    line = order.lines.get()
    portions = [shares.Portion(f"Friend {n}", ((line.pk, f"p{n}"),)) for n in range(2)]
    division = shares.divide(order=order, portions=portions, rule=Rule.ALL, actor="guest:a", at=at)
    return division.shares.get(position=0)


def pay(share: Share, attempt_id: int, at):
    facts = {
        "attempt_id": attempt_id,
        "order_id": share.division.order_id,
        "purpose": "SHARE",
        "purpose_id": share.pk,
        "amount_fen": share.amount_fen,
        "currency": "CNY",
        "provider": "sandbox",
    }

    def settle() -> None:
        with transaction.atomic():
            shares.settle(facts=facts, at=at)

    return settle


def returned() -> int:
    return Event.objects.filter(name="bookings.orders.money-returned-due").count()


def test_a_share_paid_by_two_at_once_counts_once(share, at):
    results = run_together(*[pay(share, number, at) for number in (1, 2)])

    order = share.division.order
    order.refresh_from_db()
    assert results == [None, None]
    assert (order.received_fen, order.paid_at, returned()) == (1000, None, 1)
    assert ledger.balance(f"buyer:{order.pk}") == -2000


def test_twin_without_the_guard_one_share_pays_the_whole_order(share, at, monkeypatch):
    monkeypatch.setattr(shares, "_mark_paid", lambda share, at: True)

    run_together(*[pay(share, number, at) for number in (1, 2)])

    order = share.division.order
    order.refresh_from_db()
    assert (order.received_fen, order.paid_at, returned()) == (2000, at, 0)
    assert share.division.shares.filter(paid_at__isnull=False).count() == 0
