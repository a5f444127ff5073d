"""The boarding list: who is expected about now, and who is in."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bookings.vouchers import operations, queries
from tests.bookings.vouchers.conftest import INSIDE, sell

pytestmark = pytest.mark.django_db


@pytest.fixture
def listed(line):
    def ask(seen="", at=INSIDE):
        rows = queries.expected("plain:1", organisation_id=line.supplier_id, at=at, seen=seen)
        return [voucher.line.order_id for voucher in rows]

    return ask


def test_it_tells_those_who_are_in_from_those_still_expected(
    order, carrier, post, shop, at, listed
):
    later = sell(shop, at)
    operations.redeem(
        text=carrier.short_code, post=post, actor="user:1", request_key="request-1", at=INSIDE
    )

    assert listed() == [order.pk, later.pk]
    assert listed(seen="in") == [order.pk]
    assert listed(seen="expected") == [later.pk]
    assert listed(seen="<anything>") == [order.pk, later.pk]


def test_it_leaves_out_what_is_good_on_another_day(order, listed):
    assert listed(at=INSIDE + timedelta(days=2)) == []
    assert listed(at=INSIDE - timedelta(days=2)) == []


def test_another_organisation_sees_nobody(order, line):
    rows = queries.expected("plain:1", organisation_id=line.supplier_id + 1, at=INSIDE)
    assert list(rows) == []
