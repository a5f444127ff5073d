"""What must hold at any moment, as named rules. Rooms add theirs; one command asks them all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

Check = Callable[[datetime], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Violation:
    """One breach: the rule, and the row in words (ids only, no personal data)."""

    rule: str
    row: str


_rules: dict[str, Check] = {}


def rule(code: str) -> Callable[[Check], Check]:
    """Register a check under a code; it returns one line for each row that breaks the rule."""

    def add(check: Check) -> Check:
        if code in _rules:
            raise ValueError(f"rule {code!r} is registered twice")
        _rules[code] = check
        return check

    return add


def codes() -> list[str]:
    """Every rule's code."""
    return sorted(_rules)


def check_all(*, at: datetime) -> list[Violation]:
    """Every breach of every rule at a moment."""
    return [Violation(code, row) for code in codes() for row in _rules[code](at)]


def rows(sql: str, *values: Any) -> list[str]:
    """The rows of a statement, each as one line of "name=value"."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        names = [column.name for column in cursor.description or ()]
        return [
            " ".join(f"{name}={value}" for name, value in zip(names, row, strict=True))
            for row in cursor.fetchall()
        ]
