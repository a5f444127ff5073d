"""Many phones take one code over at the same moment: one shows it, and every move has its sequence."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest
from django.db import connection

from bookings.codes import operations
from bookings.codes.models import PhoneKey, Series
from bookings.codes.operations import binding
from bookings.codes.phones import Phone
from tests.bookings.codes.conftest import AT
from tests.races.conftest import drop_constraint, meet, run_together, unlock

PHONES = 8
SERIAL = UUID(int=7)


def move() -> PhoneKey:
    return operations.bind(
        serial=SERIAL,
        last_day=date(2026, 10, 2),
        public=Phone().public,
        is_move=True,
        actor="guest:1",
        at=AT,
    )


@pytest.fixture
def series(fresh_db):
    """Shown before: whoever is the first to make this row keeps the others waiting."""
    return Series.objects.create(serial=SERIAL, last_day=date(2026, 10, 2), changed_at=AT)


def test_one_of_many_phones_shows_the_code(series):
    results = run_together(*[move] * PHONES)

    assert sorted(key.sequence for key in results) == list(range(PHONES))
    assert Series.objects.get().sequence == PHONES - 1
    current = PhoneKey.objects.get(replaced_at__isnull=True)
    assert current.sequence == PHONES - 1


@pytest.fixture
def no_guard(series, monkeypatch):
    unlock(monkeypatch)
    meet(monkeypatch, binding, "_bound", of=PHONES)
    drop_constraint("bookings_codes_phonekey", "bookings_codes_phonekey_sequence")
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX bookings_codes_phonekey_one_current")


def test_twin_without_the_guard_two_phones_show_it(no_guard):
    run_together(*[move] * PHONES)

    assert PhoneKey.objects.filter(replaced_at__isnull=True).count() > 1
