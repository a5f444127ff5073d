"""The holder of a stopped ticket asks twice at the same moment: one is told yes.

The twin looks whether it is open and then writes, and shows that the race is real: then both are told yes.
"""

from __future__ import annotations

import time as clock
from collections.abc import Callable
from datetime import UTC, date, datetime, time

import pytest
from django.db import transaction
from django.db.models import Sum
from pytest_django.plugin import DjangoDbBlocker

from bookings.balance.models import Account, Credit
from bookings.fulfilment import operations as fulfilment
from bookings.orders import operations as orders
from bookings.payments.models import Attempt
from bookings.refunds.models import Refund
from kernel.errors import Refusal
from tests.factories.tourism import CablewayFactory, ask_for, person, ride_product, slot_on
from tests.races.test_same_person import at_once
from tourism.tickets import operations as tickets
from tourism.tickets.models import Choice, StoppedLine

AT = datetime(2026, 9, 20, 2, 0, tzinfo=UTC)
VISIT = date(2026, 10, 14)
ROUNDS = 8


def stopped_lines() -> list[StoppedLine]:
    """So many tickets, each of another person, for a cableway that stands still since eleven."""
    ride = ride_product(CablewayFactory())
    slot = slot_on(ride, VISIT, time(11), ends=time(12), permille=1000)
    for number in range(ROUNDS):
        order = orders.place(
            orders.PlaceRequest(
                actor=f"user:{number + 1}", request_key="k", region_id=slot.region_id,
                asks=(ask_for(slot, person(number + 1)),), shown_total_fen=8_000, language="en",
                contact="16100000001",
            ),
            at=AT,
        )  # fmt: skip
        paid = Attempt.objects.create(
            order=order, provider="sandbox", token=f"t{number}", amount_fen=8_000, currency="CNY",
            state="SUCCEEDED", captured_fen=8_000, payer=order.actor, created_at=AT, ended_at=AT,
        )  # fmt: skip
        money = {
            "attempt_id": paid.pk, "order_id": order.pk, "amount_fen": 8_000, "currency": "CNY",
            "provider": "sandbox",
        }  # fmt: skip
        with transaction.atomic():
            orders.settle(facts=money, at=AT)
        fulfilment.deliver(order_id=order.pk, at=AT)
    made = tickets.suspend(
        zone=ride.cableway.zone, starts=slot.starts_at, until=None, reason="Wind",
        actor="user:1", at=slot.starts_at,
    )  # fmt: skip
    tickets.follow_suspension(suspension_id=made.pk, at=slot.starts_at)
    return list(StoppedLine.objects.select_related("suspension", "line__order").order_by("pk"))


def chosen(row: StoppedLine, choice: Choice) -> Callable[[], object]:
    def job() -> object:
        tickets.choose(
            row=row, choice=choice, owner=row.line.order.actor, at=row.suspension.starts_at
        )
        return choice

    return job


def told_yes(row: StoppedLine) -> int:
    """How many of the two that ask for the money at once are told yes."""
    answers = at_once([chosen(row, Choice.REFUND), chosen(row, Choice.REFUND)])
    return sum(not isinstance(answer, Refusal) for answer in answers)


def look_first(row: StoppedLine, choice: Choice, at: datetime, owner: str = "") -> None:
    """The twin of the guard: it looks, and then writes."""
    if StoppedLine.objects.get(pk=row.pk).choice != Choice.OPEN:
        raise tickets.AlreadyChosen
    clock.sleep(0.05)
    StoppedLine.objects.filter(pk=row.pk).update(choice=choice, chosen_at=at, credited_to=owner)


def test_of_two_at_once_one_is_told_yes(fresh_db: str, django_db_blocker: DjangoDbBlocker) -> None:
    with django_db_blocker.unblock():
        assert [told_yes(row) for row in stopped_lines()] == [1] * ROUNDS
        assert set(StoppedLine.objects.values_list("choice", flat=True)) == {Choice.REFUND}


def test_twin_that_looks_before_it_writes_says_yes_to_both(
    fresh_db: str, django_db_blocker: DjangoDbBlocker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tickets.choices, "_decide", look_first)
    monkeypatch.setattr(tickets.choices, "_give_back", lambda _row, _at: True)
    with django_db_blocker.unblock():
        assert max(told_yes(row) for row in stopped_lines()) == 2


def voucher_and_money(row: StoppedLine) -> int:
    """How many of two that ask at once, one for the voucher and one for the money, are told yes."""
    answers = at_once([chosen(row, Choice.CREDIT), chosen(row, Choice.REFUND)])
    return sum(not isinstance(answer, Refusal) for answer in answers)


def given() -> int:
    """What went back or to a balance, bonuses aside, in fen."""
    sent = Refund.objects.filter(paid_out_ref="").aggregate(fen=Sum("amount_fen"))["fen"] or 0
    return sent + (Account.objects.aggregate(fen=Sum("paid_fen"))["fen"] or 0)


def test_nobody_has_the_voucher_and_the_money(
    fresh_db: str, django_db_blocker: DjangoDbBlocker
) -> None:
    with django_db_blocker.unblock():
        assert [voucher_and_money(row) for row in stopped_lines()] == [1] * ROUNDS
        assert given() == 8_000 * ROUNDS
        credited = StoppedLine.objects.filter(choice=Choice.CREDIT).count()
        assert Credit.objects.count() == credited


def test_one_voucher_though_the_round_finishes_what_its_holder_is_choosing(
    fresh_db: str, django_db_blocker: DjangoDbBlocker
) -> None:
    """The choice is known before it is carried out: the minute's round may find it in between."""
    with django_db_blocker.unblock():
        for row in stopped_lines():
            at_once([chosen(row, Choice.CREDIT), *[finishing(row) for _twin in range(2)]])
        assert Credit.objects.count() == ROUNDS
        assert given() == 8_000 * ROUNDS


def finishing(row: StoppedLine) -> Callable[[], object]:
    def job() -> object:
        for _try in range(10):
            tickets.end_stops(at=row.suspension.starts_at)
            clock.sleep(0.005)
        return None

    return job


def test_twin_that_looks_before_it_writes_gives_voucher_and_money_a_yes(
    fresh_db: str, django_db_blocker: DjangoDbBlocker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tickets.choices, "_decide", look_first)
    with django_db_blocker.unblock():
        assert max(voucher_and_money(row) for row in stopped_lines()) == 2
