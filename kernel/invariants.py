"""What must hold at any moment, as named rules. Rooms add theirs; one command asks them all.

Every rule brings its own breach: the statement that plants exactly what the rule is there to find.
A rule that nobody has seen fail proves nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

GRACE = timedelta(seconds=60)
"""How long the workers may take to bring a fact to its end."""

Check = Callable[[datetime], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A check, and the SQL that makes it speak."""

    check: Check
    breach: str


@dataclass(frozen=True, slots=True)
class Violation:
    """One breach: the rule, and the row in words (ids only, no personal data)."""

    rule: str
    row: str


_rules: dict[str, Rule] = {}


def rule(code: str, *, breach: str) -> Callable[[Check], Check]:
    """Register a check under a code; it returns one line for each row that breaks the rule.

    ``breach`` is run after a small day (see ``find_breach``) and must break this rule and no other.
    It may name ``%(at)s``, and drops the CHECK that stands in its way itself.
    """

    def add(check: Check) -> Check:
        if code in _rules:
            raise ValueError(f"rule {code!r} is registered twice")
        _rules[code] = Rule(check, breach)
        return check

    return add


def codes() -> list[str]:
    """Every rule's code."""
    return sorted(_rules)


def check(code: str, *, at: datetime) -> Sequence[str]:
    """The rows that break one rule, a line each."""
    return _rules[code].check(at)


def check_all(*, at: datetime) -> list[Violation]:
    """Every breach of every rule at a moment."""
    return [Violation(code, row) for code in codes() for row in check(code, at=at)]


def find_breach(code: str, *, at: datetime) -> bool:
    """Plant a rule's breach, ask every rule, undo it: whether this rule, and it alone, speaks up.

    Triggers and foreign keys are off meanwhile, as after a bad restore: for a superuser on a
    throw-away database.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(_rules[code].breach, {"at": at})
        speaking = {violation.rule for violation in check_all(at=at)}
        transaction.set_rollback(True)
    return speaking == {code}


def rows(sql: str, *values: Any) -> list[str]:
    """The rows of a statement, each as one line of "name=value"."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        names = [column.name for column in cursor.description or ()]
        return [
            " ".join(f"{name}={value}" for name, value in zip(names, row, strict=True))
            for row in cursor.fetchall()
        ]
