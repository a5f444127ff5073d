"""A month is billed by several at once, and one bill is paid twice at once."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest
from django.db import IntegrityError, transaction

from bookings.ledger import queries as ledger
from bookings.payments.models import Attempt, Purpose
from bookings.tabs import operations as tabs
from bookings.tabs.models import Bill, Item, Member, Tab
from bookings.tabs.operations import use
from tests.factories.accounts import TouristFactory
from tests.factories.kernel import RegionFactory
from tests.races.conftest import (
    KEPT_OUT_S,
    NOT_KEPT_OUT_S,
    Door,
    drop_constraint,
    interrupt,
    meet,
    of_type,
    run_together,
    unlock,
)
from tests.races.money import broken, facts_of, received

ROUNDS, AT_ONCE, FEN = 3, 4, 700


@pytest.fixture
def person(db):
    return TouristFactory()


@pytest.fixture
def tab(person) -> Tab:
    """No bill of it is late within the months of a test."""
    made = Tab.objects.create(
        name="旅行社", region=RegionFactory(), limit_fen=100_000, pay_within_days=366
    )
    Member.objects.create(tab=made, user=person)
    return made


def spend(person, token: str, at: datetime) -> bool:
    return tabs.charge(
        actor=person.actor, token=token, amount_fen=FEN, currency="CNY", words="", at=at
    )


def month_after(tab: Tab, at: datetime) -> datetime:
    """The first moment of it."""
    first = (tab.region.local_date(at).replace(day=1) + timedelta(days=32)).replace(day=1)
    return tab.region.at(first, time(0))


def bill(at: datetime):
    return lambda: tabs.bill_months(at=at)


def test_a_month_billed_by_many_is_billed_once(person, tab, at):
    for round_ in range(ROUNDS):
        assert spend(person, f"t{round_}", at)
        at = month_after(tab, at)

        results = run_together(*[bill(at)] * AT_ONCE)

        assert sorted(results) == [0] * (AT_ONCE - 1) + [1]
    assert list(Bill.objects.values_list("amount_fen", flat=True)) == [FEN] * ROUNDS
    assert not Item.objects.filter(bill=None).exists()
    assert broken(at) == set()


@pytest.fixture
def no_lock(monkeypatch):
    """All have summed the lines up before the first of them writes a bill."""
    unlock(monkeypatch)
    meet(monkeypatch, use, "_due_at", of=AT_ONCE)


def test_behind_the_lock_stands_that_a_month_has_one_bill(person, tab, at, no_lock):
    assert spend(person, "t", at)

    results = run_together(*[bill(month_after(tab, at))] * AT_ONCE)

    assert of_type(results, IntegrityError) == AT_ONCE - 1
    assert Bill.objects.get().amount_fen == FEN


def test_twin_without_both_the_month_is_asked_for_several_times(person, tab, at, no_lock):
    assert spend(person, "t", at)
    drop_constraint("bookings_tabs_bill", "bookings_tabs_bill_month")

    results = run_together(*[bill(month_after(tab, at))] * AT_ONCE)

    asked = sum(Bill.objects.values_list("amount_fen", flat=True))
    assert results == [1] * AT_ONCE
    assert (asked, Tab.objects.get().used_fen) == (AT_ONCE * FEN, FEN)
    assert broken(month_after(tab, at)) == {"bill-equals-lines"}


def spend_while_it_is_billed(person, tab, at, patch, within_s: float) -> list[object]:
    """Something is put on the tab in the last second of the month, and comes after that is over."""
    assert spend(person, "early", at)
    end = month_after(tab, at)
    late = lambda: spend(person, "late", end - timedelta(seconds=1))  # noqa: E731
    return interrupt(patch, use, "_due_at", late, within_s=within_s)(bill(end))


def test_what_comes_while_it_is_billed_is_on_the_next_bill(person, tab, at, monkeypatch):
    results = spend_while_it_is_billed(person, tab, at, monkeypatch, KEPT_OUT_S)

    assert results == [1, True]
    assert tabs.bill_months(at=month_after(tab, month_after(tab, at))) == 1
    assert list(Bill.objects.values_list("amount_fen", flat=True)) == [FEN, FEN]
    assert broken(at) == set()


def test_twin_without_the_lock_it_is_on_no_bill_that_asks_for_it(person, tab, at, monkeypatch):
    unlock(monkeypatch)

    results = spend_while_it_is_billed(person, tab, at, monkeypatch, NOT_KEPT_OUT_S)

    assert results == [1, True]
    assert (Bill.objects.get().amount_fen, Tab.objects.get().used_fen) == (FEN, 2 * FEN)
    assert not Item.objects.filter(bill=None).exists()
    assert broken(at) == {"bill-equals-lines"}


@pytest.fixture
def payments(person, tab, at) -> list[Attempt]:
    """A bill that has been paid in so many windows; nothing of it was counted yet."""
    assert spend(person, "t", at)
    tabs.bill_months(at=month_after(tab, at))
    number = Bill.objects.get().pk
    return [
        received(None, FEN, at, purpose=Purpose.BILL, purpose_id=number) for _ in range(AT_ONCE)
    ]


def settle(attempt: Attempt, at):
    def count() -> None:
        with transaction.atomic():
            tabs.settle(facts=facts_of(attempt), at=at)

    return count


def set_off() -> int:
    """What the lines say is to come off the next bill."""
    return -sum(Item.objects.filter(bill=None).values_list("fen", flat=True))


@pytest.mark.parametrize("is_locked", [True, False])
def test_a_bill_paid_in_many_windows_is_paid_once_and_the_rest_is_set_off(
    payments, tab, at, monkeypatch, is_locked
):
    """By the lock of the tab or, without it, by the one statement that marks the bill."""
    if not is_locked:
        unlock(monkeypatch)
    patience = KEPT_OUT_S if is_locked else NOT_KEPT_OUT_S
    meet(monkeypatch, use, "_mark_paid", of=AT_ONCE, within_s=patience)

    results = run_together(*[settle(attempt, at) for attempt in payments])

    too_much = (AT_ONCE - 1) * FEN
    tab.refresh_from_db()
    assert results == [None] * AT_ONCE
    assert Bill.objects.get().attempt_id in {attempt.pk for attempt in payments}
    assert (tab.used_fen, set_off()) == (-too_much, too_much)
    assert ledger.balance("provider:sandbox") == AT_ONCE * FEN
    assert broken(at) == set()


def test_twin_without_both_the_second_payment_is_set_off_against_nothing(
    payments, tab, at, monkeypatch
):
    door = Door(AT_ONCE)

    def mark_paid(bill: Bill, _fen: int, attempt_id: int, paid_at: datetime) -> bool:
        is_unpaid = Bill.objects.filter(pk=bill.pk, paid_at=None).exists()
        door.wait()
        Bill.objects.filter(pk=bill.pk).update(paid_at=paid_at, attempt_id=attempt_id)
        return is_unpaid

    unlock(monkeypatch)
    monkeypatch.setattr(use, "_mark_paid", mark_paid)

    results = run_together(*[settle(attempt, at) for attempt in payments])

    tab.refresh_from_db()
    assert results == [None] * AT_ONCE
    assert (tab.used_fen, set_off()) == (-(AT_ONCE - 1) * FEN, 0)
    assert broken(at) == {"tab-equals-lines"}
