"""A payment service's file against our books: eight kinds of errors found, none where there is none."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import timedelta

import pytest

from bookings.ledger import queries as books
from bookings.ledger.models import Entry
from bookings.payments import bills
from bookings.payments.models import Attempt
from bookings.refunds.models import EarlierToken, Reason, Refund
from bookings.settlement import operations as settlement
from bookings.settlement.models import Bill, BillRow, Finding, Off
from tests.bookings.settlement.bills import NEXT_MORNING, NOON, RATES, Day, day_of, fee
from tests.contracts.orders import order

pytestmark = pytest.mark.django_db

PROVIDERS = ("alipay", "stripe", "wechat")
ROWS = 10_000 if os.environ.get("QUANYU_LONG") else 1_000
EACH = 5
"""How many errors of each kind are planted."""


@pytest.fixture(autouse=True)
def rates(settings):
    settings.PROVIDER_FEES = RATES


@pytest.fixture(params=PROVIDERS)
def day(request, db) -> Day:
    return day_of(order(1), request.param, 40, 10)


def read(day: Day, at=NEXT_MORNING, **more) -> settlement.Compared:
    return settlement.reconcile(
        provider=day.provider, raw=day.file(), name="bill.csv", actor="user:1", at=at, **more
    )


def found(off: Off) -> list[tuple[int | None, int | None]]:
    return list(
        Finding.objects.filter(off=off).order_by("pk").values_list("attempt_id", "refund_id")
    )


def test_where_nothing_is_off_nothing_is_found_and_the_fees_are_booked(day):
    compared = read(day)

    bill = compared.bill
    assert (compared.found, compared.is_repeat, bill.is_late, bill.is_short) == (
        {},
        False,
        False,
        False,
    )
    assert (bill.rows, bill.refunds_fen) == (50, 1000)
    assert BillRow.objects.filter(attempt_id__isnull=False).count() == 50
    assert bill.fees_fen == sum(row.fee_fen for row in day.rows) > 0
    assert books.balance(f"fees:{day.provider}") == bill.fees_fen
    assert books.balance(f"provider:{day.provider}") == -bill.fees_fen


def test_the_same_file_twice_does_nothing(day):
    day.rows.pop()
    first = read(day)
    before = (Bill.objects.count(), Finding.objects.count(), Entry.objects.count())

    again = read(day)

    assert (again.bill, again.found, again.is_repeat) == (first.bill, {"MISSING": 1}, True)
    assert (Bill.objects.count(), Finding.objects.count(), Entry.objects.count()) == before


def plant(day: Day, payments: int) -> dict[Off, list[tuple[int | None, int | None]]]:
    """Errors of every kind that the file can have, apart from each other; what is to be found."""
    step, planted = payments // 40, {off: [] for off in Off}
    places = iter(range(step, payments, step))
    gone: list[int] = []

    def take(off: Off) -> int:
        place = next(places)
        planted[off].append((day.attempts[place].pk, None))
        return place

    for _ in range(EACH):
        gone.append(take(Off.MISSING))
        place = take(Off.AMOUNT)
        day.change(place, fen=day.rows[place].fen + 100)
        day.change(take(Off.STATE), refund=day.attempts[place + step].token)
        place = take(Off.PERIOD)
        day.change(place, at=day.rows[place].at - timedelta(days=1))
        place = take(Off.FEE)
        day.change(place, fee_fen=day.rows[place].fee_fen + 7)
        if day.provider != "alipay":  # whose file has no other currency
            day.change(take(Off.CURRENCY), currency="USD")
        day.rows.append(day.rows[take(Off.TWICE)])
        day.rows.append(replace(day.rows[0], id="x", token=f"nobody-{len(day.rows)}"))
        planted[Off.UNKNOWN].append((None, None))
    refund = day.refunds[-1]
    gone.append(payments + len(day.refunds) - 1)
    planted[Off.MISSING].append((refund.attempt_id, refund.pk))
    for place in sorted(gone, reverse=True):
        del day.rows[place]
    return {off: rows for off, rows in planted.items() if rows}


@pytest.mark.parametrize("provider", PROVIDERS)
def test_every_planted_error_is_found_and_nothing_else(db, provider):
    payments = ROWS * 4 // 5
    day = day_of(order(1), provider, payments, ROWS - payments)
    planted = plant(day, payments)

    compared = read(day)

    assert len(planted) == (7 if provider == "alipay" else 8)
    assert {Off(off): sorted(found(off), key=str) for off in compared.found} == {
        off: sorted(rows, key=str) for off, rows in planted.items()
    }


def test_a_refund_told_as_a_payment_has_another_state(day):
    place = len(day.attempts)
    day.change(place, token=day.refunds[0].token, refund="", fee_fen=fee(100))

    assert read(day).found == {"STATE": 1}


def test_what_failed_with_us_and_is_paid_there_is_found(day):
    Attempt.objects.filter(pk=day.attempts[3].pk).update(
        state="FAILED", captured_fen=0, refunded_fen=0
    )

    assert read(day).found == {"STATE": 1}


def test_a_refund_that_is_stuck_with_us_and_made_there_is_found(day):
    Refund.objects.filter(pk=day.refunds[2].pk).update(state="FAILED", done_at=None)

    assert read(day).found == {"STATE": 1}
    assert found(Off.STATE) == [(day.refunds[2].attempt_id, day.refunds[2].pk)]


def test_what_was_returned_in_their_own_office_is_known_by_its_payment_and_sum(day):
    Refund.objects.filter(pk=day.refunds[4].pk).update(
        reason=Reason.OUTSIDE, token="none-of-theirs"
    )

    assert read(day).found == {}


def test_a_refund_is_known_by_an_earlier_number(day):
    EarlierToken.objects.create(refund=day.refunds[4], token=day.refunds[4].token)
    Refund.objects.filter(pk=day.refunds[4].pk).update(token="the-new-one")

    assert read(day).found == {}


def test_a_refund_of_another_payment_has_another_state(day):
    day.change(len(day.attempts), token=day.attempts[30].token)

    assert read(day).found == {"STATE": 1}


def test_files_that_overlap_tell_nothing_twice_and_book_no_fee_twice(day):
    whole = list(day.rows)
    day.rows = whole[:20] + whole[40:]
    first = read(day)
    Finding.objects.all().delete()
    day.rows = whole

    second = read(day)

    assert first.bill.fees_fen + second.bill.fees_fen == sum(row.fee_fen for row in whole)
    assert second.found == {}


def test_a_payment_that_another_file_has_under_another_number_is_there_twice(day):
    read(day)
    day.rows = [replace(day.rows[0], id="another")]

    assert read(day).found == {"TWICE": 1}


def test_what_we_heard_just_after_midnight_may_stand_in_the_file_before(db):
    day = day_of(order(1), "wechat", 4, 0)
    midnight = NOON + timedelta(hours=12)
    Attempt.objects.filter(pk=day.attempts[0].pk).update(ended_at=midnight + timedelta(minutes=1))
    next_day = Day(
        "wechat",
        [],
        [],
        [replace(day.rows[1], id="z", token="z", at=midnight + timedelta(hours=9))],
    )

    assert read(day, at=NEXT_MORNING).found == {}
    assert read(next_day, at=NEXT_MORNING + timedelta(days=1)).found == {"UNKNOWN": 1}

    BillRow.objects.filter(attempt_id=day.attempts[0].pk).delete()
    next_day.rows[0] = replace(next_day.rows[0], token="y")

    assert settlement.reconcile(
        provider="wechat", raw=next_day.file(), name="b", actor="user:1", at=NEXT_MORNING + timedelta(days=1)
    ).found == {"MISSING": 1, "UNKNOWN": 1}  # fmt: skip


@pytest.mark.parametrize("provider", ["alipay", "wechat"])
def test_a_file_that_broke_off_says_so(db, provider):
    day = day_of(order(1), provider, 40, 0)
    raw = day.file()

    compared = settlement.reconcile(
        provider=provider, raw=raw[: raw.rindex(b"\r\n", 0, len(raw) * 3 // 4) + 2], name="b",
        actor="user:1", at=NEXT_MORNING,
    )  # fmt: skip

    assert compared.bill.is_short
    assert compared.found["MISSING"] == 40 - compared.bill.rows


def test_a_file_that_comes_late_and_one_whose_day_is_not_over_say_so(day):
    late = read(day, at=NOON + timedelta(days=4))
    day.rows.pop()
    early = read(day, at=NOON + timedelta(hours=5))

    assert (late.bill.is_late, late.bill.is_short) == (True, False)
    assert (early.bill.is_late, early.bill.is_short) == (False, True)


def test_the_days_can_be_given(db):
    day = day_of(order(1), "stripe", 4, 0)
    begins = NOON.replace(hour=0)

    compared = read(day, period=(begins - timedelta(days=1), begins))

    assert compared.found == {"PERIOD": 4}
    assert compared.bill.since == begins - timedelta(days=1)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_file_without_a_row_is_a_file(db, provider):
    day = Day(provider, [], [], [])

    compared = read(day)

    assert (compared.found, compared.bill.rows, compared.bill.fees_fen) == ({}, 0, 0)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_what_is_no_file_of_the_service_changes_nothing(db, provider):
    other = PROVIDERS[PROVIDERS.index(provider) - 1]

    with pytest.raises(bills.NotABill):
        settlement.reconcile(
            provider=provider, raw=Day(other, [], [], []).file(), name="b", actor="user:1", at=NOON
        )

    assert not Bill.objects.exists()


def test_a_finding_is_explained_once(day):
    day.rows.pop()
    read(day)
    finding = Finding.objects.get()
    explain = {"finding_id": finding.pk, "actor": "user:1", "at": NOON}

    with pytest.raises(settlement.NotOpen):
        settlement.explain(words="  ", **explain)
    settlement.explain(words="sent again by hand", **explain)
    with pytest.raises(settlement.NotOpen):
        settlement.explain(words="no", **explain)

    finding.refresh_from_db()
    assert (finding.state, finding.words, finding.closed_by) == (
        "EXPLAINED",
        "sent again by hand",
        "user:1",
    )
