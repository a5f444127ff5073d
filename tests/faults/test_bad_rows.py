"""F19: somebody changes rows past the application; the invariants say which."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest
from django.db import connection, transaction

from bookings.ledger.models import Posting
from config import rehearsal
from kernel import clock, invariants
from kernel.audit.models import Entry
from kernel.places.models import Region
from tests.faults.world import SLUG, database_of


@pytest.fixture
def played(stage, django_db_blocker) -> Iterator[datetime]:
    """A small day has been played on a database of its own; the moment at which it ended."""
    with django_db_blocker.unblock(), database_of(stage), rehearsal.sandbox():
        yield rehearsal.Rehearsal(Region.objects.get(slug=SLUG)).play(at=clock.now())


def tamper(statement: str, *values: object) -> None:
    """As a superuser, with every trigger and foreign key asleep."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(statement, values)


@pytest.mark.core
def test_changed_rows_are_found_and_named(played, report):
    assert invariants.check_all(at=played) == []
    entries = Entry.objects.filter(position__isnull=False).order_by("position")
    middle = entries[entries.count() // 2]
    posting = Posting.objects.order_by("pk")[3]

    tamper("UPDATE kernel_audit_entry SET actor = 'x' WHERE id = %s", middle.pk)
    of_audit = [(each.rule, each.row) for each in invariants.check_all(at=played)]
    tamper(
        "UPDATE bookings_ledger_posting SET amount_fen = amount_fen + 1 WHERE id = %s", posting.pk
    )
    of_ledger = [each for each in invariants.check_all(at=played) if each.rule != "audit-chain"]

    report("F19", "an audit row and a posting changed by a superuser", n_ops=2, acked=2)
    assert of_audit == [("audit-chain", f"position={middle.position}")]
    assert any(f"={posting.entry_id} " in f"{each.row} " for each in of_ledger), of_ledger
