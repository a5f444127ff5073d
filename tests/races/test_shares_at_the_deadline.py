"""A friend pays in the moment in which the deadline is carried out: they go, or have their money back."""

from __future__ import annotations

import sys

import pytest
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from bookings.inventory import queries as inventory
from bookings.ledger import queries as ledger
from bookings.orders import operations as orders
from bookings.orders.models import Order, State
from bookings.payments.models import Attempt, Purpose
from bookings.shares import operations as shares
from bookings.shares.models import Division, Rule, Share
from bookings.shares.models import State as Standing
from tests.bookings.conftest import ask
from tests.races.conftest import (
    KEPT_OUT_S,
    NOT_KEPT_OUT_S,
    drop_constraint,
    interrupt,
    of_type,
    run_together,
    unlock,
)
from tests.races.money import broken, due_back, facts_of, received, returned

settling = sys.modules["bookings.orders.operations.settle"]

ROUNDS, SHARE = 4, 1000
FRIENDS = {Rule.ALL: 2, Rule.KEEP: 3}
"""The first has paid, the second pays at the deadline; where some can go the third never pays."""


class Party:
    """Friends and their order, and the money of the second of them, which has just come."""

    def __init__(self, shop, rule: Rule, at) -> None:
        self.rule, self.friends = rule, FRIENDS[rule]
        self.bucket, self.price = shop.bucket(self.friends), self.friends * SHARE
        wish = shop.wish(ask(self.bucket, self.friends), total_fen=self.price)
        self.order = orders.place(wish, at=at)
        line = self.order.lines.get()
        portions = [
            shares.Portion(f"Friend {n}", ((line.pk, f"p{n}"),)) for n in range(self.friends)
        ]
        self.division = shares.divide(
            order=self.order, portions=portions, rule=rule, actor="guest:a", at=at
        )
        settle(self.money(0, at), at)
        self.deadline = Division.objects.get(pk=self.division.pk).closes_at
        self.last = self.money(1, self.deadline)

    def money(self, number: int, at) -> Attempt:
        share = self.division.shares.get(position=number)
        return received(
            self.order, share.amount_fen, at, purpose=Purpose.SHARE, purpose_id=share.pk
        )

    def pay(self) -> None:
        settle(self.last, self.deadline)

    def close(self) -> int:
        """Carry the rule out: nobody goes, or those who have paid."""
        end = orders.lapse_due if self.rule == Rule.ALL else shares.keep_due
        return end(at=self.deadline)

    def stands(self) -> tuple[State, int, int, int]:
        """The order's state, its price, the fen counted towards it, and the places that are taken."""
        order = Order.objects.get(pk=self.order.pk)
        taken = self.friends - inventory.left([self.bucket])[self.bucket]
        return order.state, order.total_fen, order.received_fen, taken

    def second(self) -> str:
        return Share.objects.get(division=self.division, position=1).state


def settle(attempt: Attempt, at) -> None:
    with transaction.atomic():
        shares.settle(facts=facts_of(attempt), at=at)


TWO_GO = (State.PAID, 2 * SHARE, 2 * SHARE, 2)
THE_FIRST_GOES = (State.PAID, SHARE, SHARE, 1)
NOBODY_GOES = (State.LAPSED, FRIENDS[Rule.ALL] * SHARE, 0, 0)
TOO_LATE = {Rule.ALL: NOBODY_GOES, Rule.KEEP: THE_FIRST_GOES}


@pytest.mark.parametrize("rule", Rule)
def test_who_pays_at_the_deadline_goes_or_has_it_back(shop, sellers, at, rule):
    for _round in range(ROUNDS):
        party, before = Party(shop, rule, at), due_back()

        results = run_together(party.pay, party.close, party.close)

        assert of_type(results, Exception) == 0
        (_state, _price, counted, _taken), back = party.stands(), due_back() - before
        assert party.stands() in (TWO_GO, TOO_LATE[rule])
        assert counted + back == 2 * SHARE
        assert ledger.balance(f"buyer:{party.order.pk}") == -2 * SHARE
    due = due_back()
    assert broken(party.deadline) == set()
    assert returned() == due


def close_while_it_is_counted(party: Party, monkeypatch, within_s: float) -> list[object]:
    """The deadline is carried out between looking at the order and counting the money."""
    run = interrupt(monkeypatch, settling, "_book", party.close, within_s=within_s)
    return run(party.pay)


def pay_while_it_is_closed(party: Party, monkeypatch, within_s: float) -> list[object]:
    """The money is counted between looking at who has not paid and leaving them out."""
    run = interrupt(
        monkeypatch, QuerySet, "update", party.pay, within_s=within_s,
        when=lambda rows, **changes: changes == {"state": Standing.LEFT_OUT},
    )  # fmt: skip
    return run(party.close)


def test_all_or_nobody_waits_for_the_money_that_is_being_counted(shop, sellers, at, monkeypatch):
    party = Party(shop, Rule.ALL, at)

    results = close_while_it_is_counted(party, monkeypatch, KEPT_OUT_S)

    assert results == [None, 0]
    assert (party.stands(), due_back()) == (TWO_GO, 0)


def test_twin_without_the_lock_all_go_and_one_has_the_money_back(shop, sellers, at, monkeypatch):
    party = Party(shop, Rule.ALL, at)
    unlock(monkeypatch)

    results = close_while_it_is_counted(party, monkeypatch, NOT_KEPT_OUT_S)

    assert results == [None, 1]
    assert (party.stands(), due_back()) == (TWO_GO, SHARE)


def test_money_that_comes_while_one_is_left_out_goes_back(shop, sellers, at, monkeypatch):
    party = Party(shop, Rule.KEEP, at)

    results = pay_while_it_is_closed(party, monkeypatch, KEPT_OUT_S)

    assert results == [1, None]
    assert (party.stands(), party.second()) == (THE_FIRST_GOES, Standing.LEFT_OUT)
    assert due_back() == SHARE


def test_behind_the_lock_stands_that_no_more_is_paid_than_is_due(shop, sellers, at, monkeypatch):
    party = Party(shop, Rule.KEEP, at)
    unlock(monkeypatch)

    closed, paid = pay_while_it_is_closed(party, monkeypatch, NOT_KEPT_OUT_S)

    assert (type(closed), paid) == (IntegrityError, None)
    assert party.second() == Standing.PAID
    assert (party.stands(), due_back()) == ((State.HELD, 3 * SHARE, 2 * SHARE, 3), 0)


def test_twin_without_both_who_has_paid_is_left_out_and_has_nothing_back(
    shop, sellers, at, monkeypatch
):
    party = Party(shop, Rule.KEEP, at)
    unlock(monkeypatch)
    for name in ("received", "credit"):
        drop_constraint("bookings_orders_order", f"bookings_orders_order_{name}_within_due")

    results = pay_while_it_is_closed(party, monkeypatch, NOT_KEPT_OUT_S)

    assert results == [1, None]
    assert party.second() == Standing.PAID
    assert (party.stands(), due_back()) == (THE_FIRST_GOES, 0)
    assert "shares-are-counted" in broken(party.deadline)
