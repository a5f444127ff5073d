"""Payments at once on a tab that has room for one; a refund fetched at two counters at once."""

from __future__ import annotations

import pytest
from django.db import IntegrityError
from django.db.models import F

from bookings.cash import operations as cash
from bookings.cash.models import Payout, Shift
from bookings.ledger import queries as ledger
from bookings.tabs import operations as tabs
from bookings.tabs.models import Item, Member, Tab
from bookings.tabs.operations import use
from tests.factories.accounts import OrganisationFactory, TouristFactory, UserFactory
from tests.factories.kernel import RegionFactory
from tests.races.conftest import (
    KEPT_OUT_S,
    NOT_KEPT_OUT_S,
    drop_constraint,
    meet,
    of_type,
    run_together,
    unlock,
)

AT_ONCE, FEN = 6, 700


@pytest.fixture
def actors(db) -> list[str]:
    """As many people on one tab of ten yuan."""
    tab = Tab.objects.create(name="旅行社", region=RegionFactory(), limit_fen=1000)
    people = [TouristFactory() for _person in range(AT_ONCE)]
    Member.objects.bulk_create(Member(tab=tab, user=person) for person in people)
    return [person.actor for person in people]


def charge(actor: str, token: str, at):
    return lambda: tabs.charge(
        actor=actor, token=token, amount_fen=FEN, currency="CNY", words="", at=at
    )


def stands() -> tuple[int, int, int]:
    """What the tab says is used, what its lines add up to, and what the books say it owes."""
    tab = Tab.objects.get()
    lines = sum(Item.objects.filter(tab=tab).values_list("fen", flat=True))
    return tab.used_fen, lines, ledger.balance(tab.subject)


def test_room_for_one_is_used_by_one(actors, at, monkeypatch):
    for round_ in range(3):
        with monkeypatch.context() as moment:
            meet(moment, use, "_take", of=AT_ONCE, within_s=KEPT_OUT_S)
            results = run_together(*[charge(actor, f"{actor}-{round_}", at) for actor in actors])

        assert sorted(results) == [False] * (AT_ONCE - 1) + [True]
        assert stands() == ((round_ + 1) * FEN,) * 3
        Tab.objects.update(limit_fen=F("limit_fen") + FEN)


def test_one_payment_sent_by_many_is_one_line(actors, at):
    results = run_together(*[charge(actors[0], "t", at)] * AT_ONCE)

    assert results == [True] * AT_ONCE
    assert stands() == (FEN, FEN, FEN)


@pytest.fixture
def no_lock(monkeypatch):
    """All have read what is used before the first of them puts more on it."""
    unlock(monkeypatch)
    meet(monkeypatch, use, "_take", of=AT_ONCE)


def test_behind_the_lock_one_statement_looks_at_the_limit(actors, at, no_lock):
    results = run_together(*[charge(actor, actor, at) for actor in actors])

    assert sorted(results) == [False] * (AT_ONCE - 1) + [True]
    assert stands() == (FEN, FEN, FEN)


@pytest.fixture
def no_statement(monkeypatch):
    """The limit is compared with what was read; then more is put on the tab."""

    def take(tab, fen, _at) -> bool:
        is_within = tab.used_fen + fen <= tab.limit_fen
        return is_within and Tab.objects.filter(pk=tab.pk).update(used_fen=F("used_fen") + fen) == 1

    unlock(monkeypatch)
    monkeypatch.setattr(use, "_take", take)
    meet(monkeypatch, use, "_take", of=AT_ONCE)


def test_behind_both_an_open_tab_is_never_above_its_limit(actors, at, no_statement):
    results = run_together(*[charge(actor, actor, at) for actor in actors])

    assert of_type(results, IntegrityError) == AT_ONCE - 1
    assert stands() == (FEN, FEN, FEN)


def test_twin_without_all_three_the_limit_is_passed(actors, at, no_statement):
    drop_constraint("bookings_tabs_tab", "bookings_tabs_tab_open_within_limit")

    results = run_together(*[charge(actor, actor, at) for actor in actors])

    assert results == [True] * AT_ONCE
    assert stands() == (AT_ONCE * FEN,) * 3
    assert Tab.objects.get().limit_fen < AT_ONCE * FEN


def test_twin_without_lock_and_token_one_payment_is_several_lines(actors, at, no_lock):
    drop_constraint("bookings_tabs_item", "bookings_tabs_item_token_key")
    Tab.objects.update(limit_fen=100_000)

    results = run_together(*[charge(actors[0], "t", at)] * AT_ONCE)

    assert results == [True] * AT_ONCE
    assert stands() == (AT_ONCE * FEN, AT_ONCE * FEN, FEN)


@pytest.fixture
def payout(db, at) -> tuple[Payout, list[Shift]]:
    """A refund that may be fetched at any of six open drawers of one house."""
    house = OrganisationFactory(region=RegionFactory())
    shifts = [
        cash.open_shift(clerk_id=UserFactory().pk, organisation_id=house.pk, float_fen=1000, at=at)
        for _clerk in range(AT_ONCE)
    ]
    cash.take(actor=f"user:{shifts[0].clerk_id}", token="t", amount_fen=FEN, words="", at=at)
    made = cash.ask_payout(token="t", payout_token="r", amount_fen=FEN, at=at)
    assert made is not None
    return made, shifts


def fetch(payout: Payout, shift: Shift, at):
    def go() -> bool:
        try:
            cash.pay_out(
                payout_id=payout.pk, actor=f"user:{shift.clerk_id}",
                organisation_ids={shift.organisation_id}, at=at,
            )  # fmt: skip
        except cash.NothingToPayOut:
            return False
        return True

    return go


def fetch_everywhere(payout, at) -> list[object]:
    return run_together(*[fetch(payout[0], shift, at) for shift in payout[1]])


def paid_out() -> tuple[int, int]:
    """The fen that have left the drawers, by them and by the books."""
    drawers = sum(Shift.objects.values_list("paid_out_fen", flat=True))
    return drawers, ledger.balance("provider:cash") + FEN


@pytest.mark.parametrize("is_locked", [True, False])
def test_a_refund_is_fetched_at_one_counter(payout, at, monkeypatch, is_locked):
    """By the lock of what waits or, without it, by the one statement that marks it as paid out."""
    if not is_locked:
        unlock(monkeypatch)
    patience = KEPT_OUT_S if is_locked else NOT_KEPT_OUT_S
    meet(monkeypatch, cash, "_mark_paid", of=AT_ONCE, within_s=patience)

    results = fetch_everywhere(payout, at)

    assert sorted(results) == [False] * (AT_ONCE - 1) + [True]
    assert paid_out() == (FEN, FEN)


def test_twin_without_both_it_is_fetched_at_every_counter(payout, at, monkeypatch):
    def mark_paid(waiting: Payout, shift: Shift, paid_at) -> bool:
        Payout.objects.filter(pk=waiting.pk).update(paid_at=paid_at, shift=shift)
        return waiting.paid_at is None

    unlock(monkeypatch)
    monkeypatch.setattr(cash, "_mark_paid", mark_paid)
    meet(monkeypatch, cash, "_mark_paid", of=AT_ONCE)

    results = fetch_everywhere(payout, at)

    assert results == [True] * AT_ONCE
    assert paid_out() == (AT_ONCE * FEN, FEN)
