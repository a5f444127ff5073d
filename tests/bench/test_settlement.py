"""The figures of settlement, over few rows: what is counted is what lies in the tables, and it is sound."""

from __future__ import annotations

import pytest

from bench import reconciling, settling
from bookings.settlement.models import Finding, Statement
from kernel import clock, invariants
from tests.factories.kernel import RegionFactory


@pytest.fixture(autouse=True)
def unblocked(django_db_blocker, fresh_db):
    with django_db_blocker.unblock():
        yield


def test_every_line_of_the_month_is_on_a_statement_that_is_sent():
    found = settling.figures(RegionFactory(), suppliers=3, sold=30)

    assert (found["settle_statements"], found["settle_lines"]) == (3, 60)
    assert set(Statement.objects.values_list("state", "rows")) == {("SENT", 20)}
    for code in ("statement-equals-ledger", "earnings-equal-ledger", "commission-by-contract"):
        assert invariants.check(code, at=clock.now()) == []


def test_every_row_of_the_file_is_found_again():
    found = reconciling.figures(RegionFactory(), payments=20, refunds=4)

    assert (found["reconcile_rows"], found["reconcile_matched"]) == (24, 24)
    assert list(Finding.objects.values_list("off", "theirs", "ours")) == []
