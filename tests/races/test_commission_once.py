"""Two workers tell the same postings of a supplier at once: each is told once, its commission kept once."""

from __future__ import annotations

import sys

import pytest

from bookings.ledger import queries as books
from bookings.settlement import operations as settlement
from bookings.settlement.models import Earning, Kind
from tests.bookings.settlement.conftest import (  # noqa: F401
    contract,
    line,
    order,
    supplier,
    use,
)
from tests.races.conftest import KEPT_OUT_S, drop_constraint, meet, run_together

earning = sys.modules["bookings.settlement.operations.earning"]


@pytest.fixture
def used(line):  # noqa: F811
    """One of three people has gone in, for 1,000 fen."""
    use(line, 1)
    return line


def test_each_posting_is_told_once(used, supplier, monkeypatch):  # noqa: F811
    meet(monkeypatch, earning, "run", of=2, within_s=KEPT_OUT_S, after=True)

    results = run_together(settlement.take_up, settlement.take_up)

    assert sorted(results) == [0, 1]
    assert Earning.objects.filter(kind=Kind.USED).count() == 1
    assert books.balance(f"commission:{supplier.pk}") == -150


def test_twin_without_the_unique_number_it_is_told_twice(used, supplier, monkeypatch):  # noqa: F811
    drop_constraint("bookings_settlement_earning", "bookings_settlement_earning_posting_id_key")
    unguarded = earning._TELL.replace("ON CONFLICT (posting_id) DO NOTHING", "")
    monkeypatch.setattr(earning, "_TELL", unguarded)
    meet(monkeypatch, earning, "run", of=2, after=True)

    results = run_together(settlement.take_up, settlement.take_up)

    assert results == [1, 1]
    assert Earning.objects.filter(kind=Kind.USED).count() == 2
