"""Two payments at once from one balance that has enough for one (F-balance)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from bookings.balance import operations as balance
from bookings.balance.models import Account, Grant, Offer, Spending
from bookings.balance.operations import moving
from bookings.ledger import operations as ledger
from bookings.ledger import queries as books
from kernel import invariants
from tests.races.conftest import (
    KEPT_OUT_S,
    drop_constraint,
    interrupt,
    meet,
    of_type,
    run_together,
    unlock,
)

AT_ONCE, THERE, PRICE = 6, 1000, 700


def filled(number: int, at) -> Account:
    """A balance with enough for one payment."""
    made = Account.objects.create(actor=f"user:{number}", paid_fen=THERE)
    legs = [("provider:sandbox", THERE), (f"balance:{made.pk}", -THERE)]
    ledger.post(
        key=f"given-{number}", subject=made.subject, memo="paid in", region_id=0, postings=legs,
        at=at,
    )  # fmt: skip
    return made


@pytest.fixture
def account(db, at) -> Account:
    return filled(7, at)


def spend(account: Account, token: str, at, fen: int = PRICE):
    return lambda: balance.spend(
        actor=account.actor, token=token, amount_fen=fen, currency="CNY", words="", at=at
    )


def many(account: Account, at) -> list[object]:
    """As many payments at once, each of another order."""
    return run_together(*[spend(account, f"{account.pk}-{n}", at) for n in range(AT_ONCE)])


def stands(account: Account) -> tuple[int, int, int]:
    """What is left of it, what its payments say was paid, and what the books say we owe its holder."""
    account.refresh_from_db()
    paid = sum(spending.paid_fen for spending in Spending.objects.filter(account=account))
    return account.paid_fen, paid, -books.balance(f"balance:{account.pk}")


ONE_PAID = (THERE - PRICE, PRICE, THERE - PRICE)


def agree(at) -> bool:
    rules = ("bonus-equals-grants", "balance-equals-ledger")
    return not any(invariants.check(rule, at=at) for rule in rules)


def test_enough_for_one_pays_one(db, at, monkeypatch):
    for round_ in range(3):
        account = filled(round_, at)
        with monkeypatch.context() as moment:
            meet(moment, moving, "_take", of=AT_ONCE, within_s=KEPT_OUT_S)
            results = many(account, at)

        assert sorted(results) == [False] * (AT_ONCE - 1) + [True]
        assert stands(account) == ONE_PAID
    assert agree(at)


def test_one_payment_sent_by_many_is_paid_once(account, at):
    results = run_together(*[spend(account, "t", at)] * AT_ONCE)

    assert results == [True] * AT_ONCE
    assert stands(account) == ONE_PAID


@pytest.fixture
def no_lock(monkeypatch):
    """All have read what there is before the first of them takes of it."""
    unlock(monkeypatch)
    meet(monkeypatch, moving, "_take", of=AT_ONCE)


def test_behind_the_lock_one_statement_takes_what_there_is(account, at, no_lock):
    results = many(account, at)

    assert sorted(results) == [False] * (AT_ONCE - 1) + [True]
    assert stands(account) == ONE_PAID


def test_twin_without_both_it_pays_more_than_there_is(account, at, monkeypatch):
    """Each writes down what is left of what it has read: never below zero, so that no CHECK sees it."""

    def take(read: Account, paid_fen: int, _bonus_fen: int) -> bool:
        left_fen = read.paid_fen - paid_fen
        Account.objects.filter(pk=read.pk).update(paid_fen=max(0, left_fen))
        return left_fen >= 0

    unlock(monkeypatch)
    monkeypatch.setattr(moving, "_take", take)
    meet(monkeypatch, moving, "_take", of=AT_ONCE)

    results = many(account, at)

    assert results == [True] * AT_ONCE
    assert stands(account) == (THERE - PRICE, AT_ONCE * PRICE, THERE - AT_ONCE * PRICE)
    assert not agree(at)


def test_behind_the_lock_a_payment_is_written_once(account, at, no_lock):
    """Whoever comes with the same token is refused as a whole: what it took is there again."""
    results = run_together(*[spend(account, "t", at, 100)] * AT_ONCE)

    assert of_type(results, IntegrityError) == AT_ONCE - 1
    assert stands(account) == (THERE - 100, 100, THERE - 100)


def test_twin_without_both_one_payment_is_taken_several_times(account, at, no_lock):
    drop_constraint("bookings_balance_spending", "bookings_balance_spending_token_key")

    results = run_together(*[spend(account, "t", at, 100)] * AT_ONCE)

    assert results == [True] * AT_ONCE
    assert stands(account) == (THERE - AT_ONCE * 100, AT_ONCE * 100, THERE - 100)
    assert not agree(at)


ROUNDS, BONUS = 12, 1000


def bonus_spent(round_: int, now) -> str:
    """The token of a payment that has taken 900 fen of a bonus, which expires a day later."""
    Offer.objects.get_or_create(
        name_zh="x", name_en="x", pay_fen=1000, bonus_fen=BONUS, bonus_days=1
    )
    top_up = balance.ask_top_up(actor="user:8", pay_fen=1000, bonus_fen=BONUS, at=now)
    facts = {"purpose_id": top_up.pk, "amount_fen": 1000, "attempt_id": round_, "provider": "x"}
    with transaction.atomic():
        balance.credit(facts=facts, at=now)
    token = f"t{round_}"
    assert balance.spend(
        actor="user:8", token=token, amount_fen=900, currency="CNY", words="", at=now
    )
    return token


def give_back(token: str, number: int, at):
    return lambda: balance.give_back(
        token=token, return_token=f"{token}-{number}", amount_fen=100, at=at
    )


def test_what_comes_back_while_it_expires_is_counted_once(db, at):
    for round_ in range(ROUNDS):
        now = at + timedelta(days=2 * round_)
        token, later = bonus_spent(round_, now), now + timedelta(days=1)

        results = run_together(
            *[give_back(token, number, later) for number in range(4)],
            *[lambda later=later: balance.expire(at=later)] * 4,
        )

        assert of_type(results, Exception) == 0
        assert agree(at)
    balance.expire(at=at + timedelta(days=365))
    assert agree(at)
    assert not Grant.objects.filter(left_fen__gt=0).exists()


def test_twin_without_the_lock_it_is_in_the_balance_and_in_no_bonus(db, at, monkeypatch):
    """It comes back after the bonus that is to expire was read, and before it is written off."""
    token, later = bonus_spent(0, at), at + timedelta(days=1)
    unlock(monkeypatch)
    run = interrupt(
        monkeypatch, QuerySet, "update", give_back(token, 0, later),
        when=lambda rows, **changes: changes == {"left_fen": 0},
    )  # fmt: skip

    results = run(lambda: balance.expire(at=later))

    assert results == [1, True]
    assert (Grant.objects.get().left_fen, Account.objects.get().bonus_fen) == (0, 100)
    assert not agree(at)
