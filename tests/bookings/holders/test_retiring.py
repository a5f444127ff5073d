"""What is cancelled as a whole is on the list of dead codes; what is not, is not. F65."""

from __future__ import annotations

import pytest

from bookings.codes import queries as codes
from bookings.holders import operations
from bookings.vouchers import operations as vouchers
from bookings.vouchers import queries
from bookings.vouchers.models import Pass
from tests.bookings.vouchers.conftest import INSIDE, sell

pytestmark = pytest.mark.django_db


def test_a_pass_with_nothing_good_left_is_dead_everywhere_once(carrier, line, order):
    [printed] = queries.passes(order, at=INSIDE)
    vouchers.void(line=line, part_keys=["p0"], at=INSIDE)

    assert operations.retire(order_id=order.pk, at=INSIDE) == 1
    assert operations.retire(order_id=order.pk, at=INSIDE) == 0

    assert codes.replaced(at=INSIDE) == {carrier.serial.hex: 1}
    with pytest.raises(codes.Superseded):
        codes.verify(printed.code_text, at=INSIDE)


def test_a_pass_with_something_left_stays(shop, at, sellers):
    order = sell(shop, at, persons=2)
    vouchers.void(line=order.lines.get(), part_keys=["p0"], at=INSIDE)

    assert operations.retire(order_id=order.pk, at=INSIDE) == 0

    assert Pass.objects.count() == 1
    assert codes.replaced(at=INSIDE) == {}
