"""Payments at once on a tab that has room for one; a refund fetched at two counters at once."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.models import F, QuerySet

from bookings.cash import operations as cash
from bookings.cash.models import Payout, Shift
from bookings.tabs import operations as tabs
from bookings.tabs.models import Item, Member, Tab
from bookings.tabs.operations import use
from tests.factories.accounts import OrganisationFactory, TouristFactory, UserFactory
from tests.factories.kernel import RegionFactory
from tests.races.conftest import run_together

AT_ONCE = 6


@pytest.fixture
def actors(db) -> list[str]:
    """As many people on one tab of ten yuan."""
    tab = Tab.objects.create(name="旅行社", region=RegionFactory(), limit_fen=1000)
    people = [TouristFactory() for _person in range(AT_ONCE)]
    Member.objects.bulk_create(Member(tab=tab, user=person) for person in people)
    return [person.actor for person in people]


def charge(actor: str, token: str, at):
    return lambda: tabs.charge(
        actor=actor, token=token, amount_fen=700, currency="CNY", words="", at=at
    )


def test_room_for_one_is_used_by_one(actors, at):
    results = run_together(*[charge(actor, actor, at) for actor in actors])

    assert sorted(results) == [False] * (AT_ONCE - 1) + [True]
    assert (Tab.objects.get().used_fen, Item.objects.count()) == (700, 1)


def test_one_payment_sent_by_many_is_one_line(actors, at):
    results = run_together(*[charge(actors[0], "t", at)] * AT_ONCE)

    assert results == [True] * AT_ONCE
    assert (Tab.objects.get().used_fen, Item.objects.count()) == (700, 1)


def test_twin_without_the_guard_the_limit_is_passed(actors, at, monkeypatch):
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE bookings_tabs_tab DROP CONSTRAINT bookings_tabs_tab_open_within_limit"
        )
    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **_how: rows.all())

    def take(tab, fen, _at) -> bool:
        Tab.objects.filter(pk=tab.pk).update(used_fen=F("used_fen") + fen)
        return tab.used_fen + fen <= tab.limit_fen

    monkeypatch.setattr(use, "_take", take)
    results = run_together(*[charge(actor, actor, at) for actor in actors])

    assert sum(results) > 1
    assert Tab.objects.get().used_fen > 1000


@pytest.fixture
def payout(db, at) -> tuple[Payout, list[Shift]]:
    """A refund that may be fetched at any of six open drawers of one house."""
    house = OrganisationFactory(region=RegionFactory())
    shifts = [
        cash.open_shift(clerk_id=UserFactory().pk, organisation_id=house.pk, float_fen=1000, at=at)
        for _clerk in range(AT_ONCE)
    ]
    cash.take(actor=f"user:{shifts[0].clerk_id}", token="t", amount_fen=700, words="", at=at)
    made = cash.ask_payout(token="t", payout_token="r", amount_fen=700, at=at)
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


def paid_out() -> int:
    return sum(Shift.objects.values_list("paid_out_fen", flat=True))


def test_a_refund_is_fetched_at_one_counter(payout, at):
    results = run_together(*[fetch(payout[0], shift, at) for shift in payout[1]])

    assert sorted(results) == [False] * (AT_ONCE - 1) + [True]
    assert paid_out() == 700


def test_twin_without_the_guard_it_is_fetched_more_than_once(payout, at, monkeypatch):
    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **_how: rows.all())
    monkeypatch.setattr(cash, "_mark_paid", lambda *_words: True)
    monkeypatch.setattr(cash.outbox, "record", lambda **_event: None)
    monkeypatch.setattr(cash, "_post", lambda *_words: None)
    results = run_together(*[fetch(payout[0], shift, at) for shift in payout[1]])

    assert sum(results) > 1
    assert paid_out() > 700
