"""Two payments at once from one balance that has enough for one (F-balance)."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.models import QuerySet

from bookings.balance import operations as balance
from bookings.balance.models import Account, Spending
from bookings.ledger import operations as ledger
from tests.races.conftest import run_together

AT_ONCE = 6


@pytest.fixture
def account(db) -> Account:
    made = Account.objects.create(actor="user:7", paid_fen=1000)
    ledger.post(
        key="given", subject=made.subject, memo="paid in", region_id=0,
        postings=[("provider:sandbox", 1000), (f"balance:{made.pk}", -1000)],
        at="2026-01-01T00:00:00Z",
    )  # fmt: skip
    return made


def spend(number: int, at):
    return lambda: balance.spend(
        actor="user:7", token=f"t{number}", amount_fen=700, currency="CNY", words="", at=at
    )


def test_enough_for_one_pays_one(account, at):
    results = run_together(*[spend(number, at) for number in range(AT_ONCE)])

    account.refresh_from_db()
    assert sorted(results) == [False] * (AT_ONCE - 1) + [True]
    assert (account.paid_fen, Spending.objects.count()) == (300, 1)


def test_one_payment_sent_by_many_is_paid_once(account, at):
    results = run_together(*[spend(1, at)] * AT_ONCE)

    account.refresh_from_db()
    assert results == [True] * AT_ONCE
    assert (account.paid_fen, Spending.objects.count()) == (300, 1)


def test_twin_without_the_guard_it_pays_more_than_there_is(account, at, monkeypatch):
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE bookings_balance_account DROP CONSTRAINT bookings_balance_account_not_negative"
        )
    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **_how: rows.all())

    def take(account, paid_fen, bonus_fen) -> bool:
        Account.objects.filter(pk=account.pk).update(paid_fen=account.paid_fen - paid_fen)
        return True

    monkeypatch.setattr(balance, "_take", take)
    results = run_together(*[spend(number, at) for number in range(AT_ONCE)])

    assert results == [True] * AT_ONCE
    assert Spending.objects.count() == AT_ONCE
