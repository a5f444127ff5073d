"""The same entry written many times at once is in the books once; half an entry never commits."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction

from bookings.ledger import operations as ledger
from bookings.ledger import queries
from bookings.ledger.models import Entry, Posting
from tests.races.conftest import Door, drop_constraint, run_together

WRITERS = 8


def post(at) -> bool:
    legs = [("provider:x", 500), ("buyer:1", -500)]
    return ledger.post(key="a", subject="order:1", memo="m", postings=legs, region_id=1, at=at)


def test_one_of_many_writes_it(db, at):
    results = run_together(*[lambda: post(at)] * WRITERS)

    assert sorted(results) == [False] * (WRITERS - 1) + [True]
    assert queries.balance("provider:x") == 500


def test_batches_that_overlap_write_each_once(db, at):
    """In other orders, so that two of them would wait for each other if the keys were not sorted."""
    entries = [
        ledger.NewEntry(f"k{n}", "order:1", "m", [("provider:x", 1), ("buyer:1", -1)], 1, at)
        for n in range(200)
    ]
    orders = [entries[n:] + entries[:n] for n in range(0, 200, 25)]

    results = run_together(*[lambda batch=batch: ledger.post_many(batch) for batch in orders])

    assert sum(results) == 200
    assert queries.balance("provider:x") == 200


@pytest.fixture
def no_guard(monkeypatch, db):
    """Look first, then write, and no unique key behind it."""
    drop_constraint("bookings_ledger_entry", "bookings_ledger_entry_key_key")

    door = Door(WRITERS)

    def post_if_new(*, key, subject, memo, postings, region_id, at):
        if Entry.objects.filter(key=key).exists():
            return False
        door.wait()
        with transaction.atomic():
            entry = Entry.objects.create(
                key=key, subject=subject, memo=memo, region_id=region_id, at=at
            )
            Posting.objects.bulk_create(
                Posting(entry=entry, account=account, amount_fen=fen) for account, fen in postings
            )
        return True

    monkeypatch.setattr(ledger, "post", post_if_new)


def test_twin_without_the_key_all_of_them_write_it(no_guard, at):
    results = run_together(*[lambda: post(at)] * WRITERS)

    assert results == [True] * WRITERS
    assert queries.balance("provider:x") == WRITERS * 500


def test_a_commit_with_half_an_entry_fails_as_a_whole(db, at):
    def commit_half() -> None:
        with transaction.atomic():
            entry = Entry.objects.create(key="a", subject="x", memo="m", region_id=1, at=at)
            Posting.objects.create(entry=entry, account="provider:x", amount_fen=1)

    with pytest.raises(DatabaseError, match="does not sum to zero"):
        commit_half()

    assert not Entry.objects.exists()
