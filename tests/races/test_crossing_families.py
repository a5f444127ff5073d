"""Two families at two gates in opposite order: nobody is let in twice, nobody waits in a circle."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from bookings.orders.models import Line
from bookings.vouchers import operations as vouchers
from bookings.vouchers.models import Pass, Redemption, Voucher
from bookings.vouchers.operations import Scan, held, writing
from tests.bookings.vouchers.conftest import INSIDE, line, order, post, sell  # noqa: F401
from tests.races.conftest import interrupt, of_type, run_together

PERSONS = 3


@pytest.fixture
def families(shop, sellers, at):
    return [Pass.objects.get(order=sell(shop, at, persons=PERSONS)) for _family in range(2)]


@pytest.fixture
def gates(families, post, sellers):  # noqa: F811
    here = replace(post, organisation_id=sellers["plain"].supplier_id)

    def gate(number, passes):
        scans = [
            Scan(here, f"user:{number}", f"request-{row.pk}", INSIDE, row.short_code, persons=2)
            for row in passes
        ]
        return lambda: vouchers.redeem_many(scans, at=INSIDE)

    return [gate(n, families if n % 2 else families[::-1]) for n in range(8)]


def test_two_of_each_family_go_in_wherever_they_are_scanned_first(gates):
    results = run_together(*gates)

    outcomes = [outcome for group in results for outcome in group]
    assert of_type(outcomes, vouchers.Redeemed) == 2
    assert of_type(outcomes, vouchers.NotEnough) == 14
    assert Redemption.objects.count() == 4


@pytest.fixture
def in_order_of_scans(monkeypatch):
    """The twin's world: each locks the lines as the scans come, not in key order, and meets the other."""
    both = threading.Barrier(2, timeout=20)

    def lock(scans, carriers):
        for number, scan in enumerate(scans):
            [carrier] = [c for c in carriers.values() if c.short_code == scan.text]
            line_ids = Voucher.objects.filter(carrier=carrier).values("line_id")
            list(Line.objects.filter(pk__in=line_ids).select_for_update(no_key=True))
            if number == 0:
                both.wait()

    monkeypatch.setattr(held, "lock_lines", lock)
    monkeypatch.setattr("kernel.postgres.rivals.TRIES", 1)


def test_twin_who_locks_as_they_come_waits_in_a_circle(gates, in_order_of_scans):
    results = run_together(*gates[:2])

    assert any("deadlock" in str(result) for result in results)


@pytest.fixture
def void(families):
    """Make a voucher void as the news of a cancellation does, without any line's lock."""
    first = families[0].vouchers.earliest("pk")
    return lambda: Voucher.objects.filter(pk=first.pk).update(state="VOIDED", voided_at=INSIDE)


def test_a_voucher_moved_by_who_locks_no_line_is_looked_at_again(
    gates, families, void, monkeypatch
):
    """Between looking and writing it becomes void: the guard sees it, and all is decided again."""
    run = interrupt(monkeypatch, writing, "use", void)

    [first, second], _voided = run(gates[1])

    assert (len(first.vouchers), len(second.vouchers)) == (2, 2)
    assert families[0].vouchers.earliest("pk") not in first.vouchers


def test_twin_without_the_guard_a_void_voucher_lets_in(gates, families, void, monkeypatch):
    def use(helds):
        rows = Voucher.objects.filter(pk__in=[each.voucher.pk for each in helds])
        rows.update(state="USED", entries_used=1, voided_at=None)

    monkeypatch.setattr(writing, "use", use)
    run = interrupt(monkeypatch, writing, "use", void)

    [first, _second], _voided = run(gates[1])

    assert families[0].vouchers.earliest("pk") in first.vouchers
