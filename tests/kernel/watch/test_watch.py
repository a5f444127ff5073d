"""Every rule has its turn; what it said last is kept, also that it said nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError

from kernel import invariants
from kernel.invariants import Rule
from kernel.watch import operations as watch
from kernel.watch import queries
from kernel.watch.models import Finding

AT = datetime(2026, 10, 1, 1, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def never_ends(at: datetime) -> list[str]:
    raise DatabaseError("canceling statement due to statement timeout")


@pytest.fixture
def rules(monkeypatch):
    """Three rules: one holds, one is broken twice, one takes too long."""
    known = {
        "holds": Rule(lambda at: [], breach=""),
        "is-broken": Rule(lambda at: ["id=1", "id=2"], breach=""),
        "never-ends": Rule(never_ends, breach=""),
    }
    monkeypatch.setattr(invariants, "_rules", known)
    return known


def test_one_call_asks_one_rule_and_all_have_their_turn(rules):
    asked = [watch.ask_next(at=AT + timedelta(minutes=minute)) for minute in range(4)]

    assert asked == ["holds", "is-broken", "never-ends", "holds"]
    assert {one.rule: one.breaches for one in queries.findings()} == {
        "holds": 0,
        "is-broken": 2,
        "never-ends": None,
    }
    assert Finding.objects.get(rule="holds").at == AT + timedelta(minutes=3)


def test_a_breach_and_a_missing_answer_are_in_the_log(rules, caplog):
    for _rule in rules:
        watch.ask_next(at=AT)

    assert "rule is-broken: 2 breaches" in caplog.text
    assert "rule never-ends gave no answer: DatabaseError" in caplog.text


def test_a_rule_that_is_gone_is_not_told_of(rules):
    Finding.objects.create(rule="of-old", at=AT, breaches=3, seconds=1)

    assert [one.rule for one in queries.findings()] == []


def test_the_rules_of_the_site_are_asked_as_they_are():
    first = watch.ask_next(at=AT)

    assert first == invariants.codes()[0]
    assert Finding.objects.get().breaches == 0
