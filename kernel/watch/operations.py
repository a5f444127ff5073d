"""Ask the rules, one at a time, for ever."""

from __future__ import annotations

import logging
import time
from datetime import datetime

from django.db import DatabaseError, connection, transaction

from kernel import invariants
from kernel.watch.models import Finding

logger = logging.getLogger(__name__)


def ask_next(*, at: datetime) -> str | None:
    """Ask the rule that was asked longest ago and keep its answer; return the rule.

    One a call: a rule reads whole tables, and all of them at once would be felt by buyers. A rule
    that cannot answer (it took too long) is kept as such, and the next ones have their turn.
    """
    codes = invariants.codes()
    asked = dict(Finding.objects.values_list("rule", "at"))
    code = min(codes, key=lambda code: (code in asked, asked.get(code), code), default=None)
    if code is not None:
        _ask(code, at)
    return code


def _ask(code: str, at: datetime) -> None:
    began = time.perf_counter()
    breaches = _breaches(code, at)
    if breaches:
        logger.error("rule %s: %s breaches; see `manage.py verify_invariants`", code, breaches)
    Finding.objects.update_or_create(
        rule=code,
        defaults={"at": at, "breaches": breaches, "seconds": time.perf_counter() - began},
    )


def _breaches(code: str, at: datetime) -> int | None:
    """How many rows break the rule; on one core, so that buyers keep the others."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL max_parallel_workers_per_gather = 0")
            return len(invariants.check(code, at=at))
    except DatabaseError as error:
        logger.error("rule %s gave no answer: %s", code, type(error).__name__)
        return None
