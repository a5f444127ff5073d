"""The chief takes a scan back while other gates read the same code: every entry that counts is one."""

from __future__ import annotations

import pytest

from bookings.vouchers import operations as vouchers
from bookings.vouchers.models import Redemption, Voucher
from bookings.vouchers.operations import steps
from tests.bookings.vouchers.conftest import (  # noqa: F401
    INSIDE,
    carrier,
    line,
    order,
    post,
)
from tests.races.conftest import meet, of_type, run_together, unlock

GATES = 6


def at_gates(carrier, post, first: int, count: int):  # noqa: F811
    return [
        lambda n=n: vouchers.redeem(
            text=carrier.short_code,
            post=post,
            actor=f"user:{n}",
            request_key=f"scan-{n}",
            at=INSIDE,
        )
        for n in range(first, first + count)
    ]


@pytest.fixture
def undo(carrier, post):  # noqa: F811
    """Takes back the one scan that let somebody in."""
    [scan] = at_gates(carrier, post, 0, 1)
    scan()
    passage = Redemption.objects.get()
    return lambda: vouchers.undo(
        redemption_id=passage.pk, actor="user:99", reason="Wrong family", at=INSIDE
    )


def test_it_is_taken_back_once_and_whoever_goes_in_then_is_counted(carrier, post, undo):  # noqa: F811
    scans = at_gates(carrier, post, 1, GATES)

    undone, again, *answers = run_together(undo, undo, *scans)

    went_in = of_type(answers, vouchers.Redeemed)
    assert of_type([undone, again], vouchers.UndoneBefore) == 1
    assert went_in in (0, 1)
    assert of_type(answers, vouchers.AlreadyUsed) == GATES - went_in
    assert Redemption.objects.filter(undone_at=None).count() == went_in
    assert Voucher.objects.get().entries_used == went_in


def test_twin_without_locks_both_take_it_back(undo, monkeypatch):
    unlock(monkeypatch)
    meet(monkeypatch, steps, "take_all", of=2)

    results = run_together(undo, undo)

    assert of_type(results, vouchers.UndoneBefore) == 0, "neither has seen the other"
