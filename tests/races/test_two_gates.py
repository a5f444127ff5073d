"""One code at many gates at the same moment: one person goes in."""

from __future__ import annotations

import time
from importlib import import_module

import pytest
from django.db import connection

from bookings.vouchers import operations as vouchers
from bookings.vouchers.models import Redemption, Voucher
from tests.bookings.vouchers.conftest import (  # noqa: F401
    INSIDE,
    carrier,
    line,
    order,
    post,
)
from tests.races.conftest import of_type, run_together

GATES = 16


def gates(carrier, post):  # noqa: F811
    return [
        lambda n=n: vouchers.redeem(
            text=carrier.short_code,
            post=post,
            actor=f"user:{n}",
            request_key=f"request-{n}",
            at=INSIDE,
        )
        for n in range(GATES)
    ]


def test_one_code_at_many_gates_lets_in_once(carrier, post):  # noqa: F811
    results = run_together(*gates(carrier, post))

    assert of_type(results, vouchers.Redeemed) == 1
    assert of_type(results, vouchers.AlreadyUsed) == GATES - 1
    assert Redemption.objects.count() == 1


@pytest.fixture
def no_guard(monkeypatch, carrier):  # noqa: F811
    """The twin's world: read, wait, write; no lock, no UNIQUE, no CHECK."""

    def use(voucher: Voucher, at: object) -> bool:
        used = Voucher.objects.values_list("entries_used", flat=True).get(pk=voucher.pk)
        time.sleep(0.1)
        voucher.entries_used = used + 1
        return used == 0

    # The package shows the verb under the module's own name.
    redeem = import_module("bookings.vouchers.operations.redeem")
    monkeypatch.setattr(redeem, "_use", use)
    monkeypatch.setattr(redeem, "_lock_lines", lambda *_all: None)
    with connection.cursor() as cursor:
        for name in unique_rules():
            cursor.execute(f'ALTER TABLE bookings_vouchers_redemption DROP CONSTRAINT "{name}"')


def unique_rules() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname FROM pg_constraint WHERE contype = 'u'"
            " AND conrelid = 'bookings_vouchers_redemption'::regclass"
        )
        return [name for (name,) in cursor.fetchall()]


def test_twin_without_the_guard_several_go_in(carrier, post, no_guard):  # noqa: F811
    results = run_together(*gates(carrier, post))

    assert of_type(results, vouchers.Redeemed) > 1
