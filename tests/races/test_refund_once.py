"""The same part cancelled from many windows at once, and cancelled while it is being used."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet

from bookings.inventory.models import Bucket
from bookings.orders import operations as orders
from bookings.payments.models import Attempt
from bookings.refunds import operations as refunds
from bookings.refunds.models import Reason, Refund, RefundRequest, RequestState
from bookings.refunds.operations import requests
from bookings.vouchers import operations as vouchers
from bookings.vouchers.models import Pass, Redemption, Voucher
from bookings.vouchers.posts import Post
from kernel import invariants
from kernel.errors import Refusal
from kernel.outbox import operations as outbox
from tests.races.conftest import of_type, run_together

WINDOWS = 6


def cancelling(order, at):
    """Cancel the first part and get its whole price back."""
    line = order.lines.get()

    def cancel() -> list[Refund]:
        return refunds.cancel(
            order=order, parts={line.pk: [line.frozen_parts[0].key]}, shown_fen=1000,
            actor="guest:a", reason=Reason.BUYER, at=at,
        )  # fmt: skip

    return cancel


def test_one_part_cancelled_in_many_windows_is_returned_once(paid, attempt, bucket, now):
    results = run_together(*[cancelling(paid, now)] * WINDOWS)

    assert of_type(results, list) == 1
    assert of_type(results, Refusal) == WINDOWS - 1
    assert [refund.amount_fen for refund in Refund.objects.all()] == [1000]
    assert Attempt.objects.get(pk=attempt.pk).refunded_fen == 1000
    assert Bucket.objects.get(pk=bucket).taken == 1


@pytest.fixture
def no_guard(monkeypatch, paid):
    """The twin's world: nothing is locked or unique, and all wait between looking and writing."""
    looked = refunds.quote

    def slow(**asked: Any) -> refunds.Quote:
        quoted = looked(**asked)
        time.sleep(0.2)
        return quoted

    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE bookings_refunds_cancelledpart DROP CONSTRAINT bookings_refunds_cancelled_once"
        )
    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **_how: rows.all())
    monkeypatch.setattr("bookings.refunds.operations.cancelling.quote", slow)
    monkeypatch.setattr(vouchers, "void", lambda **_what: None)
    monkeypatch.setattr(orders, "withdraw_parts", lambda **_what: None)


def test_twin_without_the_locks_it_is_returned_twice(paid, now, no_guard):
    run_together(*[cancelling(paid, now)] * WINDOWS)

    assert Refund.objects.count() > 1


def giving(order, part: str, at):
    """One person of staff gives the price of one part back."""
    line = order.lines.get()
    return lambda: refunds.by_staff(
        order=order, parts={line.pk: [part]}, shown_fen=1000, refund_fen=1000, words="",
        actor="user:1", at=at,
    )  # fmt: skip


def test_two_windows_of_one_person_do_not_give_more_than_the_limit(paid, now, settings):
    settings.REFUND_LIMIT_FEN = 1999

    results = run_together(giving(paid, "p0", now), giving(paid, "p1", now))

    assert sorted(result is None for result in results) == [False, True]
    assert [refund.amount_fen for refund in Refund.objects.all()] == [1000]


def test_twin_without_the_lock_one_person_gives_more(paid, now, settings, no_guard):
    settings.REFUND_LIMIT_FEN = 1999
    limit = requests._is_for_one

    def slow(*asked: Any) -> bool:
        found = limit(*asked)
        time.sleep(0.2)
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(requests, "_is_for_one", slow)
        results = run_together(giving(paid, "p0", now), giving(paid, "p1", now))

    assert results == [None, None]
    assert sum(refund.amount_fen for refund in Refund.objects.all()) == 2000


def deciding(order, at, settings):
    """Above the limit: two who approve and two who refuse, all of them somebody else."""
    settings.REFUND_LIMIT_FEN = 0
    line = order.lines.get()
    asked = refunds.by_staff(
        order=order, parts={line.pk: ["p0", "p1"]}, shown_fen=2000, refund_fen=2000, words="",
        actor="user:1", at=at,
    )  # fmt: skip
    assert asked is not None
    who = {"request_id": asked.pk, "at": at}
    return [
        *(lambda n=n: refunds.approve(actor=f"user:{n}", **who) for n in (2, 3)),
        *(lambda n=n: refunds.refuse(actor=f"user:{n}", answer="", **who) for n in (4, 5)),
    ]


def test_what_two_operators_decide_at_once_is_decided_once(paid, now, settings):
    results = run_together(*deciding(paid, now, settings))

    assert of_type(results, refunds.NotOpen) == 3
    asked = RefundRequest.objects.get()
    sent = sum(refund.amount_fen for refund in Refund.objects.all())
    assert (asked.state, sent) in ((RequestState.DONE, 2000), (RequestState.REFUSED, 0))


def test_twin_without_the_locks_it_is_refused_and_returned(paid, now, settings, no_guard):
    calls = deciding(paid, now, settings)
    results = run_together(*calls)

    assert of_type(results, refunds.NotOpen) == 0
    assert Refund.objects.count() > 0


def test_a_part_is_used_or_returned_never_both(paid, now):
    line, voucher = paid.lines.get(), Voucher.objects.earliest("pk")
    post = Post(
        zone=voucher.zone, title={}, organisation_id=line.supplier_id, region_id=line.region_id
    )

    def enter() -> vouchers.Redeemed:
        return vouchers.redeem(
            text=Pass.objects.get(order=paid).short_code, post=post, actor="user:1",
            request_key="in", at=voucher.valid_from, persons=1,
        )  # fmt: skip

    run_together(enter, cancelling(paid, now), cancelling(paid, now), enter)

    used, returned = Redemption.objects.count(), Refund.objects.count()
    assert used <= 1
    assert returned <= 1
    assert used + returned >= 1
    line.refresh_from_db()
    assert not {*line.used_parts} & {*line.cancelled_parts}
    outbox.drain(at=now)
    assert invariants.check_all(at=now + timedelta(hours=1)) == []
