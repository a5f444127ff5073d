"""One code at many gates at the same moment: one person goes in."""

from __future__ import annotations

import time

import pytest
from django.db import connection

from bookings.vouchers import operations as vouchers
from bookings.vouchers.models import Redemption, Voucher
from bookings.vouchers.operations import held, writing
from bookings.vouchers.operations.held import Held
from tests.bookings.vouchers.conftest import (  # noqa: F401
    INSIDE,
    carrier,
    line,
    order,
    post,
)
from tests.races.conftest import of_type, run_together

GATES = 16
MANY = 50


def gates(carrier, post, redeem=None, *, count=GATES):  # noqa: F811
    redeem = redeem or (lambda scan: vouchers.redeem_many([scan], at=INSIDE)[0])
    return [
        lambda n=n: redeem(
            vouchers.Scan(post, f"user:{n}", f"request-{n}", INSIDE, text=carrier.short_code)
        )
        for n in range(count)
    ]


def test_one_code_at_many_gates_lets_in_once(carrier, post):  # noqa: F811
    results = run_together(*gates(carrier, post))

    assert of_type(results, vouchers.Redeemed) == 1
    assert of_type(results, vouchers.AlreadyUsed) == GATES - 1
    assert Redemption.objects.count() == 1


def test_fifty_gates_share_their_commits_and_let_in_once(carrier, post):  # noqa: F811
    results = run_together(*gates(carrier, post, vouchers.redeem_together, count=MANY))

    assert of_type(results, vouchers.Redeemed) == 1
    assert of_type(results, vouchers.AlreadyUsed) == MANY - 1
    assert Redemption.objects.count() == 1


@pytest.fixture
def no_guard(monkeypatch):
    """The twin's world: read, wait, write; no lock, no UNIQUE, no CHECK."""

    def use(moved: list[Held]) -> None:
        time.sleep(0.1)
        for each in moved:
            Voucher.objects.filter(pk=each.voucher.pk).update(
                entries_used=each.standing.entries, state="USED"
            )

    monkeypatch.setattr(writing, "use", use)
    monkeypatch.setattr(held, "lock_lines", lambda *_all: None)
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX bookings_vouchers_redemption_counted")


def test_twin_without_the_guard_several_go_in(carrier, post, no_guard):  # noqa: F811
    results = run_together(*gates(carrier, post))

    assert of_type(results, vouchers.Redeemed) > 1
