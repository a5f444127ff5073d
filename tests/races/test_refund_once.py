"""The same part cancelled from many windows at once, and cancelled while it is being used."""

from __future__ import annotations

import sys
from functools import partial

import pytest
from django.db import IntegrityError

from bookings.inventory.models import Bucket
from bookings.payments.models import Attempt
from bookings.refunds import operations as refunds
from bookings.refunds.models import Reason, Refund, RefundRequest, RequestState
from bookings.refunds.operations import requests
from bookings.vouchers import operations as vouchers
from bookings.vouchers.models import Pass, Redemption, Voucher
from bookings.vouchers.posts import Post
from tests.races.conftest import (
    KEPT_OUT_S,
    drop_constraint,
    interrupt,
    meet,
    of_type,
    run_together,
    unlock,
)
from tests.races.money import broken, returned

cancelling = sys.modules["bookings.refunds.operations.cancelling"]
withdrawing = sys.modules["bookings.orders.operations.withdraw"]

WINDOWS = 6


def cancel(order, at, part: str = "p0"):
    """Cancel one part and get its whole price back."""
    line = order.lines.get()
    return lambda: refunds.cancel(
        order=order, parts={line.pk: [part]}, shown_fen=1000, actor="guest:a",
        reason=Reason.BUYER, at=at,
    )  # fmt: skip


def test_one_part_cancelled_in_many_windows_is_returned_once(
    paid, attempt, bucket, now, monkeypatch
):
    for done, part in enumerate(["p0", "p1"], 1):
        with monkeypatch.context() as moment:
            meet(moment, cancelling, "carry_out", of=WINDOWS, within_s=KEPT_OUT_S)
            results = run_together(*[cancel(paid, now, part)] * WINDOWS)

        assert of_type(results, list) == 1
        assert of_type(results, refunds.NotCancellable) == WINDOWS - 1
        assert returned() == Attempt.objects.get(pk=attempt.pk).refunded_fen == done * 1000
        assert Bucket.objects.get(pk=bucket).taken == 2 - done
    assert broken(now) == set()


@pytest.fixture
def no_locks(paid, monkeypatch):
    """Both find the part open before either of them cancels it; its voucher keeps nobody waiting."""
    unlock(monkeypatch)
    monkeypatch.setattr(vouchers, "void", lambda **_what: None)
    meet(monkeypatch, withdrawing, "_cancel", of=2)


def test_behind_the_locks_stands_that_a_part_is_cancelled_once(paid, now, no_locks):
    results = run_together(*[cancel(paid, now)] * 2)

    assert of_type(results, IntegrityError) == 1
    assert returned() == 1000


def test_twin_without_both_two_parts_are_returned_and_one_is_still_good(
    paid, attempt, bucket, now, no_locks
):
    drop_constraint("bookings_refunds_cancelledpart", "bookings_refunds_cancelled_once")

    results = run_together(*[cancel(paid, now)] * 2)

    assert of_type(results, list) == 2
    assert returned() == Attempt.objects.get(pk=attempt.pk).captured_fen == 2000
    assert paid.lines.get().open_fen == 1000
    assert Bucket.objects.get(pk=bucket).taken == 0


def giving(order, part: str, at):
    """One person of staff gives the price of one part back."""
    line = order.lines.get()
    return lambda: refunds.by_staff(
        order=order, parts={line.pk: [part]}, shown_fen=1000, refund_fen=1000, words="",
        actor="user:1", at=at,
    )  # fmt: skip


def test_two_windows_of_one_person_do_not_give_more_than_the_limit(
    paid, now, settings, monkeypatch
):
    settings.REFUND_LIMIT_FEN = 1999
    meet(monkeypatch, requests, "cancel_for", of=2, within_s=KEPT_OUT_S)

    results = run_together(giving(paid, "p0", now), giving(paid, "p1", now))

    assert sorted(result is None for result in results) == [False, True]
    assert [refund.amount_fen for refund in Refund.objects.all()] == [1000]


def test_twin_without_the_lock_one_person_gives_more(paid, now, settings, monkeypatch):
    settings.REFUND_LIMIT_FEN = 1999
    unlock(monkeypatch)
    meet(monkeypatch, requests, "cancel_for", of=2)

    results = run_together(giving(paid, "p0", now), giving(paid, "p1", now))

    assert results == [None, None]
    assert returned() == 2000


class Asked:
    """Money above the limit that somebody has asked for, and what other people say to it."""

    def __init__(self, order, at, settings) -> None:
        settings.REFUND_LIMIT_FEN = 0
        made = refunds.by_staff(
            order=order, parts={order.lines.get().pk: ["p0", "p1"]}, shown_fen=2000,
            refund_fen=2000, words="", actor="user:1", at=at,
        )  # fmt: skip
        assert made is not None
        self.pk, self.at = made.pk, at

    def approve(self, person: int = 2) -> RefundRequest:
        return refunds.approve(request_id=self.pk, actor=f"user:{person}", at=self.at)

    def refuse(self, person: int = 3) -> RefundRequest:
        return refunds.refuse(request_id=self.pk, actor=f"user:{person}", answer="", at=self.at)

    def ending(self) -> tuple[str, int]:
        """How it was decided last, and the fen that went back."""
        return RefundRequest.objects.get(pk=self.pk).state, returned()


def test_what_two_operators_decide_at_once_is_decided_once(paid, now, settings, monkeypatch):
    asked = Asked(paid, now, settings)
    meet(monkeypatch, requests, "_locked", of=4, within_s=KEPT_OUT_S, after=True)

    results = run_together(
        asked.approve, partial(asked.approve, 4), asked.refuse, partial(asked.refuse, 5)
    )

    assert of_type(results, refunds.NotOpen) == 3
    assert asked.ending() in ((RequestState.DONE, 2000), (RequestState.REFUSED, 0))
    assert broken(now) == set()


def test_two_who_approve_at_once_return_it_once_also_without_the_locks(
    paid, now, settings, monkeypatch
):
    """The second finds the parts cancelled: what is to come back is looked up for each of them."""
    asked = Asked(paid, now, settings)
    unlock(monkeypatch)
    meet(monkeypatch, requests, "_locked", of=2, after=True)

    results = run_together(asked.approve, partial(asked.approve, 4))

    assert of_type(results, refunds.NotCancellable) == 1
    assert asked.ending() == (RequestState.DONE, 2000)


def test_twin_without_the_locks_it_is_refused_and_returned(paid, now, settings, monkeypatch):
    asked = Asked(paid, now, settings)
    unlock(monkeypatch)
    run = interrupt(monkeypatch, RefundRequest, "save", asked.approve)

    results = run(asked.refuse)

    assert of_type(results, RefundRequest) == 2
    assert asked.ending() == (RequestState.REFUSED, 2000)


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

    run_together(enter, cancel(paid, now), cancel(paid, now), enter)

    used, back = Redemption.objects.count(), Refund.objects.count()
    assert used <= 1
    assert back <= 1
    assert used + back >= 1
    line.refresh_from_db()
    assert not {*line.used_parts} & {*line.cancelled_parts}
    assert broken(now) == set()
