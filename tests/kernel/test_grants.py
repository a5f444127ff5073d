"""The role that serves people works with every table, and may only add to the books."""

from __future__ import annotations

import os
from datetime import UTC, datetime

import psycopg2
import pytest
from django.conf import settings
from django.db import connection

from bookings.ledger import operations as ledger
from bookings.ledger.models import Entry
from config.servers import SITE_LOGIN
from kernel import grants
from tests.contracts.test_admins import append_only_tables

AT = datetime(2026, 9, 20, 2, 0, tzinfo=UTC)


@pytest.fixture
def site(fresh_db, django_db_blocker, socket_enabled):
    """A session of the site's own role on a database of its own, with an entry in the books."""
    with django_db_blocker.unblock():
        yield from _session()


def _session():
    postings = [("provider:x", 500), ("buyer:1", -500)]
    ledger.post(key="a", subject="order:1", memo="m", postings=postings, region_id=1, at=AT)
    user, _colon, password = os.environ[SITE_LOGIN].partition(":")
    facts = connection.settings_dict
    link = psycopg2.connect(dbname=facts["NAME"], host=facts["HOST"], user=user, password=password)
    link.autocommit = True
    yield link.cursor()
    link.close()


@pytest.mark.parametrize("table", grants.APPEND_ONLY)
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {table} SET id = id",
        "DELETE FROM {table}",
        "TRUNCATE {table} CASCADE",
        "ALTER TABLE {table} DISABLE TRIGGER ALL",
        "DROP TABLE {table} CASCADE",
        "SELECT 1 FROM {table} FOR UPDATE",
        "GRANT ALL ON {table} TO " + settings.QUANYU_SITE_ROLE,
    ],
)
def test_the_books_are_only_added_to(site, table, statement):
    before = list(Entry.objects.values()), ledger_sum()
    try:
        site.execute(statement.format(table=table))
    except psycopg2.errors.InsufficientPrivilege:
        pass
    else:
        site.execute("SELECT has_table_privilege(%s, 'UPDATE')", [table])
        assert statement.startswith("GRANT")  # a GRANT without the right to is a warning
        assert site.fetchone() == (False,)
    assert (list(Entry.objects.values()), ledger_sum()) == before


def ledger_sum() -> list[tuple[str, int]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT account, amount_fen FROM bookings_ledger_posting ORDER BY id")
        return list(cursor.fetchall())


@pytest.mark.parametrize("evasion", ["SET ROLE quanyu", "SET session_replication_role = replica"])
def test_it_cannot_become_another(site, evasion):
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        site.execute(evasion)


def test_it_adds_to_the_books(site):
    site.execute(
        "INSERT INTO bookings_ledger_entry (key, subject, memo, region_id, at)"
        " VALUES ('b', 's', 'm', 1, now()) RETURNING id"
    )
    assert site.fetchone()


def test_it_works_with_every_other_table(site):
    site.execute(
        "SELECT relname, has_table_privilege(oid, 'SELECT'), has_table_privilege(oid, 'INSERT'),"
        " has_table_privilege(oid, 'UPDATE'), has_table_privilege(oid, 'DELETE') FROM pg_class"
        " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    )
    found = {name: rights for name, *rights in site.fetchall()}
    books = {name: found.pop(name) for name in grants.APPEND_ONLY}

    assert len(found) > 50
    assert {name for name, rights in found.items() if rights != [True] * 4} == set()
    assert set(map(tuple, books.values())) == {(True, True, False, False)}


@pytest.mark.django_db
def test_the_books_are_what_triggers_guard_as_well():
    assert set(grants.APPEND_ONLY) <= append_only_tables()
