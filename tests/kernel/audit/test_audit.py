"""The audit: rows are added and chained once; whatever is changed or missing shows."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta, timezone

import pytest
from django.db import DatabaseError, connection, transaction

from kernel.audit import invariants, tasks
from kernel.audit import operations as audit
from kernel.audit.models import Entry

pytestmark = pytest.mark.django_db

AT = datetime(2026, 10, 1, 1, 0, 0, 123456, tzinfo=UTC)


def act(number: int = 1, **facts: object) -> None:
    audit.record(
        actor="user:1", action="test.done", subject=f"thing:{number}", at=AT, facts=facts or None
    )


@pytest.fixture
def chained(db):
    """Five rows, all sealed."""
    for number in range(1, 6):
        act(number, amount_fen=100 * number, words="云海")
    tasks.chain()


def behind_the_triggers(statement: str) -> None:
    """What a superuser, or a bad restore, could do."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(statement)
        cursor.execute("SET LOCAL session_replication_role = origin")


def test_an_act_is_written_with_who_what_and_when():
    act(7, amount_fen=100)

    [row] = Entry.objects.values("at", "actor", "action", "subject", "facts", "position", "chain")
    assert row == {
        "at": AT,
        "actor": "user:1",
        "action": "test.done",
        "subject": "thing:7",
        "facts": {"amount_fen": 100},
        "position": None,
        "chain": "",
    }


def test_an_act_goes_with_the_transaction_that_did_it():
    with transaction.atomic():
        act()
        transaction.set_rollback(True)

    assert not Entry.objects.exists()


def test_the_sealer_gives_every_row_its_place_once(chained):
    rows = list(Entry.objects.order_by("pk").values_list("position", "chain"))
    assert [position for position, _chain in rows] == [1, 2, 3, 4, 5]
    assert len({chain for _position, chain in rows}) == 5

    assert audit.chain() == 0
    act(6)
    assert audit.chain() == 1

    again = list(Entry.objects.order_by("pk").values_list("position", "chain"))
    assert again[:5] == rows
    assert again[5][0] == 6
    assert audit.first_broken() is None


def test_more_rows_than_a_batch_are_chained_over_several_rounds(monkeypatch):
    monkeypatch.setattr(audit, "_BATCH", 2)
    for number in range(5):
        act(number)

    assert [audit.chain() for _round in range(4)] == [2, 2, 1, 0]

    assert audit.first_broken() is None


def test_a_link_is_the_hash_of_the_row_and_the_link_before():
    """Written down once by hand: another programme can check the chain."""
    entry = Entry(pk=3, at=AT, actor="a", action="b", subject="c", facts={"z": 1, "a": "云"})
    text = '["before", 3, "2026-10-01T01:00:00.123456+00:00", "a", "b", "c", {"a": "云", "z": 1}]'

    assert audit.link("before", entry) == hashlib.sha256(text.encode()).hexdigest()


def test_a_link_does_not_depend_on_the_zone_in_which_the_moment_is_written():
    entry = Entry(pk=3, at=AT, actor="a", action="b", subject="c", facts={})
    there = Entry(
        pk=3, at=AT.astimezone(timezone(timedelta(hours=8))), actor="a", action="b", subject="c"
    )

    assert audit.link("", entry) == audit.link("", there)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE kernel_audit_entry SET actor = 'user:2'",
        "UPDATE kernel_audit_entry SET facts = '{}'",
        "UPDATE kernel_audit_entry SET chain = 'x'",
        "UPDATE kernel_audit_entry SET position = NULL, chain = ''",
        "DELETE FROM kernel_audit_entry",
        "TRUNCATE kernel_audit_entry",
        "TRUNCATE kernel_audit_entry CASCADE",
    ],
)
def test_a_row_cannot_be_changed(chained, statement):
    before = list(Entry.objects.order_by("pk").values())

    with (
        pytest.raises(DatabaseError, match="the audit is append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)

    assert list(Entry.objects.order_by("pk").values()) == before


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE kernel_audit_entry SET actor = 'user:2', position = 1, chain = 'x'",
        "UPDATE kernel_audit_entry SET at = at + interval '1 second'",
        "UPDATE kernel_audit_entry SET id = id + 1",
        "DELETE FROM kernel_audit_entry",
    ],
)
def test_not_even_before_it_is_chained(statement):
    act()

    with (
        pytest.raises(DatabaseError, match="the audit is append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)

    assert Entry.objects.get().position is None


@pytest.mark.parametrize(
    "change",
    [
        "actor = 'user:2'",
        "action = 'test.undone'",
        "subject = 'thing:0'",
        "facts = jsonb_set(facts, '{amount_fen}', '1')",
        "at = at + interval '1 microsecond'",
        "chain = repeat('0', 64)",
    ],
)
def test_a_changed_row_is_found_where_it_stands(chained, change):
    assert invariants.audit_chain(AT) == []

    behind_the_triggers(f"UPDATE kernel_audit_entry SET {change} WHERE position = 3")  # noqa: S608 - ours

    assert audit.first_broken() == 3
    assert invariants.audit_chain(AT) == ["position=3"]


def test_a_missing_row_is_found(chained):
    behind_the_triggers("DELETE FROM kernel_audit_entry WHERE position = 2")

    assert audit.first_broken() == 2


def test_two_rows_that_changed_places_are_found(chained):
    behind_the_triggers("UPDATE kernel_audit_entry SET position = -position WHERE position < 3")
    behind_the_triggers("UPDATE kernel_audit_entry SET position = 3 + position WHERE position < 0")

    assert audit.first_broken() == 1


def test_a_row_slipped_in_between_is_found(chained):
    behind_the_triggers("UPDATE kernel_audit_entry SET position = position + 1 WHERE position = 5")
    behind_the_triggers(
        "INSERT INTO kernel_audit_entry (at, actor, action, subject, facts, position, chain)"
        " SELECT at, 'user:9', action, subject, facts, 5, repeat('a', 64)"
        " FROM kernel_audit_entry WHERE position = 1"
    )

    assert audit.first_broken() == 5
