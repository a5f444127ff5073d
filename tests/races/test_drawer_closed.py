"""A drawer is counted while cash goes in or out of it: it is in what is counted, or it is not moved."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from bookings.cash import operations as cash
from bookings.cash.models import Payout, Shift, Taking
from bookings.ledger import queries as ledger
from tests.factories.accounts import OrganisationFactory, UserFactory
from tests.factories.kernel import RegionFactory
from tests.races.conftest import KEPT_OUT_S, NOT_KEPT_OUT_S, interrupt, run_together, unlock
from tests.races.money import broken

ROUNDS, FLOAT, PAID = 4, 1000, 700


class Drawer:
    """An open drawer, what was taken into it before, and a part of that which may be fetched."""

    def __init__(self, house: Any, at) -> None:
        self.at, self.clerk = at, f"user:{UserFactory().pk}"
        self.shift = cash.open_shift(
            clerk_id=int(self.clerk[5:]), organisation_id=house.pk, float_fen=FLOAT, at=at
        )
        self.take(f"before-{self.shift.pk}")
        payout = cash.ask_payout(
            token=f"before-{self.shift.pk}", payout_token=f"back-{self.shift.pk}",
            amount_fen=PAID, at=at,
        )  # fmt: skip
        assert payout is not None
        self.payout: Payout = payout

    def take(self, token: str) -> bool:
        return cash.take(actor=self.clerk, token=token, amount_fen=PAID, words="", at=self.at)

    def take_one_more(self) -> bool:
        return self.take(f"more-{self.shift.pk}")

    def pay_out(self) -> bool:
        try:
            cash.pay_out(
                payout_id=self.payout.pk, actor=self.clerk,
                organisation_ids={self.shift.organisation_id}, at=self.at,
            )  # fmt: skip
        except cash.NoShift:
            return False
        return True

    def close(self) -> Shift:
        """It is counted before, and what is missing or too much gets a word."""
        return cash.close_shift(
            actor=self.clerk, counted_fen=FLOAT + PAID, note="counted before", at=self.at
        )

    def moved(self) -> int:
        """What has gone in and out by the rows, the change of the beginning aside."""
        taken = sum(Taking.objects.filter(shift=self.shift).values_list("fen", flat=True))
        return taken - sum(Payout.objects.filter(shift=self.shift).values_list("fen", flat=True))

    def left(self) -> int:
        """What the books believe to be in it."""
        return ledger.balance(self.shift.account)


@pytest.fixture
def house(db):
    return OrganisationFactory(region=RegionFactory())


MOVES = {"taken": Drawer.take_one_more, "paid out": Drawer.pay_out}
CHANGE = {"taken": PAID, "paid out": -PAID}


@pytest.mark.parametrize("move", MOVES)
def test_what_moves_at_closing_time_is_counted_or_not_moved(house, at, move):
    different = 0
    for _round in range(ROUNDS):
        drawer = Drawer(house, at)

        has_moved, closed = run_together(partial(MOVES[move], drawer), drawer.close)

        missing = CHANGE[move] if has_moved else 0
        assert (drawer.moved(), drawer.left()) == (PAID + missing, 0)
        assert closed.expected_fen == FLOAT + PAID + missing
        different += missing
    assert ledger.balance(f"cash-difference:{house.pk}") == different
    assert broken(at) == set()


def move_while_it_is_counted(drawer: Drawer, move: str, patch, within_s: float) -> list[object]:
    """Cash moves after the sum was read and before the drawer is closed."""
    run = interrupt(patch, Shift, "save", partial(MOVES[move], drawer), within_s=within_s)
    return run(drawer.close)


@pytest.mark.parametrize("move", MOVES)
def test_who_comes_while_it_is_counted_finds_it_closed(house, at, move, monkeypatch):
    drawer = Drawer(house, at)

    _closed, has_moved = move_while_it_is_counted(drawer, move, monkeypatch, KEPT_OUT_S)

    assert has_moved is False
    assert (drawer.moved(), drawer.left()) == (PAID, 0)
    assert broken(at) == set()


@pytest.mark.parametrize("move", MOVES)
def test_twin_without_the_lock_it_is_in_a_drawer_that_is_closed(house, at, move, monkeypatch):
    drawer = Drawer(house, at)
    unlock(monkeypatch)

    closed, has_moved = move_while_it_is_counted(drawer, move, monkeypatch, NOT_KEPT_OUT_S)

    assert has_moved is True
    assert Shift.objects.get(pk=closed.pk).closed_at == at
    assert (drawer.moved(), drawer.left()) == (PAID + CHANGE[move], CHANGE[move])
    assert ledger.balance(f"cash-difference:{house.pk}") == 0
    assert broken(at) == {"drawer-equals-ledger"}
