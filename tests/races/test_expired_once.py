"""Two workers find the same unused line at once: it expires once."""

from __future__ import annotations

import sys
from dataclasses import replace

import pytest

from bookings.ledger import operations as books
from bookings.ledger import queries as ledger
from bookings.settlement import operations as settlement
from bookings.settlement.models import ExpiredPart
from tests.bookings.settlement.conftest import contract, line, order, supplier  # noqa: F401
from tests.races.conftest import KEPT_OUT_S, drop_constraint, meet, run_together, unlock

expiring = sys.modules["bookings.settlement.operations.expiring"]


@pytest.fixture
def expire(line):  # noqa: F811
    """What each of them does."""
    over = line.ends_at + expiring.GRACE
    return lambda: settlement.expire_due(at=over)


def test_one_of_two_workers_expires_it(expire, supplier, monkeypatch):  # noqa: F811
    meet(monkeypatch, expiring, "_expire", of=2)
    meet(monkeypatch, expiring, "_is_over", of=2, within_s=KEPT_OUT_S, after=True)

    assert sorted(run_together(expire, expire)) == [0, 1]
    assert (ExpiredPart.objects.count(), ledger.balance(f"revenue:{supplier.pk}")) == (3, -3000)


def test_behind_the_lock_stands_that_each_part_expires_once(expire, supplier, monkeypatch):  # noqa: F811
    unlock(monkeypatch)
    meet(monkeypatch, expiring, "_is_over", of=2, after=True)

    assert sorted(run_together(expire, expire)) == [0, 1]
    assert (ExpiredPart.objects.count(), ledger.balance(f"revenue:{supplier.pk}")) == (3, -3000)


def test_twin_without_both_and_the_books_key_it_is_revenue_twice(expire, supplier, monkeypatch):  # noqa: F811
    number, write = iter(range(100)).__next__, books.post_many

    def each_by_a_key_of_its_own(entries) -> int:
        return write([replace(entry, key=f"{entry.key}:{number()}") for entry in entries])

    unlock(monkeypatch)
    drop_constraint("bookings_settlement_expiredpart", "bookings_settlement_expired_once")
    monkeypatch.setattr(books, "post_many", each_by_a_key_of_its_own)
    meet(monkeypatch, expiring, "_is_over", of=2, after=True)

    assert run_together(expire, expire) == [1, 1]
    assert ledger.balance(f"revenue:{supplier.pk}") == -6000
