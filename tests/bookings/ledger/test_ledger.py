"""The books: every entry sums to zero, is written once, and never changes."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from bookings.ledger import operations as ledger
from bookings.ledger import queries
from bookings.ledger.models import Entry, Posting

pytestmark = pytest.mark.django_db


def write(key: str, *postings: tuple[str, int], at) -> bool:
    return ledger.post(
        key=key, subject="order:1", memo="test", postings=postings, region_id=1, at=at
    )


def test_an_entry_moves_money_between_accounts(at):
    write("a", ("provider:x", 500), ("buyer:1", -500), at=at)

    assert queries.balance("provider:x") == 500
    assert queries.balance("buyer:1") == -500
    assert queries.balance("buyer:2") == 0


def test_an_entry_is_written_once_for_its_key(at):
    assert write("a", ("provider:x", 500), ("buyer:1", -500), at=at)
    assert not write("a", ("provider:x", 500), ("buyer:1", -500), at=at)

    assert Entry.objects.count() == 1
    assert Posting.objects.count() == 2


def test_legs_that_do_not_sum_to_zero_are_refused(at):
    with pytest.raises(ValueError, match="sum to 1 fen"):
        write("a", ("provider:x", 500), ("buyer:1", -499), at=at)

    assert not Entry.objects.exists()


def test_the_database_refuses_an_entry_that_does_not_sum_to_zero(at):
    entry = Entry.objects.create(key="a", subject="x", memo="x", region_id=1, at=at)

    with pytest.raises(DatabaseError, match="does not sum to zero"), transaction.atomic():
        write_half(entry)

    assert not Posting.objects.exists()


def write_half(entry: Entry) -> None:
    Posting.objects.create(entry=entry, account="provider:x", amount_fen=1)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize("verb", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
@pytest.mark.parametrize("table", ["bookings_ledger_entry", "bookings_ledger_posting"])
def test_rows_cannot_be_changed(at, verb, table):
    write("a", ("provider:x", 500), ("buyer:1", -500), at=at)

    with (
        pytest.raises(DatabaseError, match=r"append-only|pending trigger"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(verb.format(table))

    assert queries.balance("provider:x") == 500
