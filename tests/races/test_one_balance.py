"""Two payments at once from one balance that has enough for one (F-balance)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.models import QuerySet

from bookings.balance import operations as balance
from bookings.balance.models import Account, Grant, Offer, Spending
from bookings.balance.operations import moving
from bookings.ledger import operations as ledger
from kernel import invariants
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

    monkeypatch.setattr(moving, "_take", take)
    results = run_together(*[spend(number, at) for number in range(AT_ONCE)])

    assert results == [True] * AT_ONCE
    assert Spending.objects.count() == AT_ONCE


ROUNDS = 12


def give_back(round_: int, number: int, at):
    return lambda: balance.give_back(
        token=f"t{round_}", return_token=f"r{round_}-{number}", amount_fen=100, at=at
    )


def expire_while_it_comes_back(at) -> list[object]:
    """Each round a bonus is spent; while parts of it come back, it expires. What the calls gave."""
    Offer.objects.create(name_zh="x", name_en="x", pay_fen=1000, bonus_fen=1000, bonus_days=1)
    given: list[object] = []
    for round_ in range(ROUNDS):
        now = at + timedelta(days=2 * round_)
        top_up = balance.ask_top_up(actor="user:8", pay_fen=1000, bonus_fen=1000, at=now)
        facts = {"purpose_id": top_up.pk, "amount_fen": 1000, "attempt_id": round_, "provider": "x"}
        with transaction.atomic():
            balance.credit(facts=facts, at=now)
        assert balance.spend(
            actor="user:8", token=f"t{round_}", amount_fen=900, currency="CNY", words="", at=now
        )
        later = now + timedelta(days=1)
        given += run_together(
            *[give_back(round_, number, later) for number in range(4)],
            *[lambda later=later: balance.expire(at=later)] * 4,
        )
    balance.expire(at=at + timedelta(days=365))
    return given


def agree(at) -> bool:
    rules = ("bonus-equals-grants", "balance-equals-ledger")
    return not any(invariants.check(rule, at=at) for rule in rules)


def test_what_comes_back_while_it_expires_is_counted_once(at, db):
    given = expire_while_it_comes_back(at)

    assert [each for each in given if isinstance(each, Exception)] == []
    assert agree(at)
    assert not Grant.objects.filter(left_fen__gt=0).exists()


def test_twin_without_the_lock_it_is_lost_or_counted_twice(at, db, monkeypatch):
    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **_how: rows.all())

    given = expire_while_it_comes_back(at)

    assert any(isinstance(each, Exception) for each in given) or not agree(at)
