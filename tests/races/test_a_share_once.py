"""One share paid by two people at once counts once; the other's money goes back."""

from __future__ import annotations

from functools import partial

import pytest
from django.db import transaction

from bookings.ledger import queries as ledger
from bookings.orders import operations as orders
from bookings.payments.models import Attempt, Purpose
from bookings.shares import operations as shares
from bookings.shares.models import Rule, Share, State
from tests.bookings.conftest import ask
from tests.races.conftest import KEPT_OUT_S, NOT_KEPT_OUT_S, meet, run_together, unlock
from tests.races.money import due_back, facts_of, received

AT_ONCE = 2


@pytest.fixture
def share(shop, sellers, at) -> Share:
    order = orders.place(shop.wish(ask(shop.bucket(2), 2), total_fen=2000), at=at)
    line = order.lines.get()
    portions = [shares.Portion(f"Friend {n}", ((line.pk, f"p{n}"),)) for n in range(2)]
    division = shares.divide(order=order, portions=portions, rule=Rule.ALL, actor="guest:a", at=at)
    return division.shares.get(position=0)


def pay_in_two_windows(share: Share, at) -> list[object]:
    """Two payments of one share have come, and both are counted at once."""
    order = share.division.order
    attempts = [
        received(order, share.amount_fen, at, purpose=Purpose.SHARE, purpose_id=share.pk)
        for _window in range(AT_ONCE)
    ]

    def settle(attempt: Attempt) -> None:
        with transaction.atomic():
            shares.settle(facts=facts_of(attempt), at=at)

    return run_together(*[partial(settle, attempt) for attempt in attempts])


def stands(share: Share) -> tuple[int, object, int, int]:
    """What counts towards the order, when it was paid, what goes back, and what the books owe its buyer."""
    order = share.division.order
    order.refresh_from_db()
    return order.received_fen, order.paid_at, due_back(), -ledger.balance(f"buyer:{order.pk}")


ONCE = (1000, None, 1000, 2000)


@pytest.mark.parametrize("is_locked", [True, False])
def test_a_share_paid_by_two_at_once_counts_once(share, at, monkeypatch, is_locked):
    """By the order's lock or, without it, by the one statement that marks the share."""
    if not is_locked:
        unlock(monkeypatch)
    patience = KEPT_OUT_S if is_locked else NOT_KEPT_OUT_S
    meet(monkeypatch, shares, "_mark_paid", of=AT_ONCE, within_s=patience)

    results = pay_in_two_windows(share, at)

    assert results == [None, None]
    assert stands(share) == ONCE


def no_statement(patch, within_s: float) -> None:
    """The share is marked by who has read that it is open."""

    def mark_paid(read: Share, paid_at) -> bool:
        Share.objects.filter(pk=read.pk).update(state=State.PAID, paid_at=paid_at)
        return read.state == State.OPEN

    patch.setattr(shares, "_mark_paid", mark_paid)
    meet(patch, shares, "_mark_paid", of=AT_ONCE, within_s=within_s)


def test_under_the_lock_reading_is_enough(share, at, monkeypatch):
    no_statement(monkeypatch, KEPT_OUT_S)

    results = pay_in_two_windows(share, at)

    assert results == [None, None]
    assert stands(share) == ONCE


def test_twin_without_both_one_share_pays_the_whole_order(share, at, monkeypatch):
    unlock(monkeypatch)
    no_statement(monkeypatch, NOT_KEPT_OUT_S)

    results = pay_in_two_windows(share, at)

    assert results == [None, None]
    assert stands(share) == (2000, at, 0, 2000)
    assert share.division.shares.get(position=1).state == State.OPEN
