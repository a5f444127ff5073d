"""A supplier's statement in two windows, and while what it was paid for is given back."""

from __future__ import annotations

import sys

import pytest
from django.db import connection

from bookings.ledger import operations as books
from bookings.ledger.models import Entry
from bookings.settlement import operations as settlement
from bookings.settlement.models import Payout, PayoutState, Statement
from kernel import invariants
from tests.bookings.settlement.conftest import (  # noqa: F401
    contract,
    line,
    order,
    supplier,
    use,
)
from tests.bookings.settlement.paying import confirmed, owed, transferred, with_account
from tests.bookings.vouchers.conftest import INSIDE
from tests.races.conftest import (
    KEPT_OUT_S,
    NOT_KEPT_OUT_S,
    interrupt,
    meet,
    of_type,
    run_together,
    unlock,
)

payouts = sys.modules["bookings.settlement.operations.payouts"]
audit = sys.modules["kernel.audit.operations"]

ANNA, BEN = "user:901", "user:902"
FEN = 850


@pytest.fixture
def statement(line, supplier, region, at) -> Statement:  # noqa: F811
    """One person has gone in for 1,000 fen, 850 of them the supplier's; it has confirmed the month."""
    with_account(supplier, at)
    use(line, 1)
    return confirmed(supplier, region, region.local_date(INSIDE).replace(day=1))


def pay(statement: Statement, actor: str):
    return lambda: settlement.pay_out(statement_id=statement.pk, actor=actor, at=INSIDE)


def click_twice(statement) -> list[object]:
    return run_together(pay(statement, ANNA), pay(statement, BEN))


def test_two_clicks_pay_once(statement, supplier, monkeypatch):  # noqa: F811
    meet(monkeypatch, payouts, "_ask", of=2, within_s=KEPT_OUT_S)

    results = click_twice(statement)

    assert (of_type(results, Payout), of_type(results, settlement.PaidBefore)) == (1, 1)
    assert (owed(supplier), transferred()) == (0, FEN)


def test_behind_the_lock_stands_that_a_statement_has_one(statement, supplier, monkeypatch):  # noqa: F811
    unlock(monkeypatch)
    meet(monkeypatch, Payout.objects, "create", of=2)

    results = click_twice(statement)

    assert (of_type(results, Payout), of_type(results, settlement.PaidBefore)) == (1, 1)
    assert (owed(supplier), transferred()) == (0, FEN)


def test_behind_both_stands_what_the_books_owe(statement, supplier, monkeypatch):  # noqa: F811
    unlock(monkeypatch)
    drop_constraint_of_one()
    meet(monkeypatch, Payout.objects, "create", of=2)

    results = click_twice(statement)

    assert (of_type(results, Payout), of_type(results, settlement.WouldOwe)) == (1, 1)
    assert (owed(supplier), transferred()) == (0, FEN)


def test_twin_without_them_it_is_paid_twice(statement, supplier, monkeypatch):  # noqa: F811
    unlock(monkeypatch)
    drop_constraint_of_one()
    monkeypatch.setattr(payouts, "_refuse_debt", lambda *_what: None)
    meet(monkeypatch, Payout.objects, "create", of=2)

    results = click_twice(statement)

    assert of_type(results, Payout) == 2
    assert (owed(supplier), transferred()) == (-FEN, 2 * FEN)


def drop_constraint_of_one() -> None:
    """A UNIQUE with a condition is an index."""
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX bookings_settlement_payout_once")


def test_two_people_approve_it_once(statement, settings, monkeypatch):
    settings.REFUND_LIMIT_FEN = 0
    asked = settlement.pay_out(statement_id=statement.pk, actor="user:903", at=INSIDE)
    meet(monkeypatch, payouts, "_carry_out", of=2, within_s=KEPT_OUT_S)

    results = run_together(
        *[
            lambda who=who: settlement.approve_payout(payout_id=asked.pk, actor=who, at=INSIDE)
            for who in (ANNA, BEN)
        ]
    )

    assert (of_type(results, Payout), of_type(results, settlement.PayoutNotWaiting)) == (1, 1)
    assert transferred() == FEN
    assert Payout.objects.get().state == PayoutState.DUE


def give_back() -> bool:
    """What was used is taken back in the books; whether the payout was committed before that was."""
    used = Entry.objects.get(memo="used by the holder")
    books.reverse(entry_id=used.pk, why="closed", actor=BEN, at=INSIDE)
    return Payout.objects.exists()


def test_what_is_given_back_while_it_is_booked_comes_after_it(statement, monkeypatch):
    run = interrupt(monkeypatch, payouts, "_post", give_back, within_s=KEPT_OUT_S)

    paid, was_paid_before = run(pay(statement, ANNA))

    assert (type(paid), was_paid_before) == (Payout, True)
    assert invariants.check("payouts-equal-ledger", at=INSIDE) == []


def test_twin_without_the_hold_it_does_not_see_what_was_given_back(
    statement,
    supplier,  # noqa: F811
    monkeypatch,
):
    monkeypatch.setattr(books, "hold_still", lambda _account: None)
    run = interrupt(monkeypatch, payouts, "_post", give_back, within_s=NOT_KEPT_OUT_S)

    paid, was_paid_before = run(pay(statement, ANNA))

    assert (type(paid), was_paid_before) == (Payout, False)
    assert (owed(supplier), transferred()) == (-1000, FEN)


def given_back_meanwhile(statement, patch, within_s: float) -> list[object]:
    """It is in the books and not committed when somebody pays out."""
    take_back = interrupt(
        patch, audit, "record", pay(statement, ANNA), within_s=within_s,
        when=lambda *_words, **named: named["action"] == "ledger.reverse",
    )  # fmt: skip
    return take_back(give_back)


def test_what_is_being_given_back_is_waited_for(statement, supplier, monkeypatch):  # noqa: F811
    was_paid_before, refused = given_back_meanwhile(statement, monkeypatch, KEPT_OUT_S)

    assert (was_paid_before, type(refused)) == (False, settlement.WouldOwe)
    assert (owed(supplier), transferred()) == (-150, 0)
    assert not Payout.objects.exists()


def test_twin_without_the_hold_it_is_not_waited_for(statement, supplier, monkeypatch):  # noqa: F811
    monkeypatch.setattr(books, "hold_still", lambda _account: None)

    was_paid_before, paid = given_back_meanwhile(statement, monkeypatch, NOT_KEPT_OUT_S)

    assert (was_paid_before, type(paid)) == (True, Payout)
    assert (owed(supplier), transferred()) == (-1000, FEN)
