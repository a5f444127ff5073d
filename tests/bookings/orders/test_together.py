"""Placing together: whose fault an error is decides whether the others are tried alone."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, DataError, IntegrityError, InterfaceError, OperationalError

from bookings.orders.operations import together


@pytest.mark.parametrize("error", [DataError(), IntegrityError(), ValueError(), KeyError("x")])
def test_what_may_be_the_fault_of_one_is_tried_one_by_one(error):
    assert together._is_somebodys_fault(error)


@pytest.mark.parametrize("error", [OperationalError(), InterfaceError(), DatabaseError()])
def test_a_lost_or_busy_database_is_nobodys_fault(error):
    assert not together._is_somebodys_fault(error)
