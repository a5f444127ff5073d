"""A month is closed while something is being booked for it, and from two windows."""

from __future__ import annotations

import sys
from datetime import date

import pytest

from bookings.ledger import operations as books
from bookings.settlement import operations as settlement
from bookings.settlement.models import MonthClose
from bookings.settlement.operations.statements import SETTLING, month_end
from kernel.audit import operations as audit
from tests.bookings.settlement.conftest import supplier  # noqa: F401
from tests.bookings.vouchers.conftest import INSIDE
from tests.contracts.settled import earned
from tests.races.conftest import KEPT_OUT_S, NOT_KEPT_OUT_S, interrupt, meet, run_together

closing = sys.modules["bookings.settlement.operations.closing"]


@pytest.fixture
def month(region) -> date:
    return region.local_date(INSIDE).replace(day=1)


@pytest.fixture
def close(region, month):
    at = month_end(region, month) + SETTLING
    return lambda: settlement.close_month(region=region, month=month, actor="user:1", at=at)


@pytest.fixture
def booked(supplier):  # noqa: F811
    """What somebody takes back in the meantime."""
    return earned(supplier, 700, at=INSIDE)


def close_while_something_is_booked(booked, supplier, close, patch, within_s: float):  # noqa: F811
    """An entry has its number and is not committed; a later one is; the month is closed between."""

    def later_and_close() -> settlement.Closed:
        earned(supplier, 5, at=INSIDE)
        return close()

    run = interrupt(
        patch, audit, "record", later_and_close, within_s=within_s,
        when=lambda *_words, **named: named["action"] == "ledger.reverse",
    )  # fmt: skip
    _reversed, first = run(
        lambda: books.reverse(entry_id=booked.entry_id, why="wrong", actor="user:2", at=INSIDE)
    )
    return first, close()


def test_who_is_booking_is_waited_for(booked, supplier, close, monkeypatch):  # noqa: F811
    first, again = close_while_something_is_booked(booked, supplier, close, monkeypatch, KEPT_OUT_S)

    assert (again.is_repeat, again.is_same, again.text == first.text) == (True, True, True)
    assert MonthClose.objects.get().entries == 3


def test_twin_without_the_wait_the_report_is_another_one_the_next_time(
    booked,
    supplier,  # noqa: F811
    close,
    monkeypatch,
):
    def newest() -> int:
        return int(books.Entry.objects.order_by("-pk").values_list("pk", flat=True)[0])

    monkeypatch.setattr(closing, "_last_entry", newest)
    first, again = close_while_something_is_booked(
        booked, supplier, close, monkeypatch, NOT_KEPT_OUT_S
    )

    assert (again.is_repeat, again.is_same, again.text == first.text) == (True, False, False)


def test_two_who_close_it_have_one_report(booked, close, monkeypatch):
    meet(monkeypatch, closing, "_keep", of=2)

    first, second = run_together(close, close)

    assert sorted([first.is_repeat, second.is_repeat]) == [False, True]
    assert first.text == second.text
    assert MonthClose.objects.count() == 1
