"""How often something may be done: fixed windows of time, counted in PostgreSQL.

The count and its check are one statement, so parallel requests cannot pass together; without the
database nothing is allowed at all. Addresses and phones are counted by their blind index.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.models import F

from accounts.identity.models import Allowance
from kernel import seals
from kernel.errors import TooMany


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``most`` times in each window of time, for one key."""

    key: str
    most: int
    window: timedelta

    def window_at(self, at: datetime) -> datetime:
        """When the window that holds ``at`` began."""
        seconds = int(self.window.total_seconds())
        return datetime.fromtimestamp(int(at.timestamp()) // seconds * seconds, UTC)


def per(what: str, value: str, most: int, window: timedelta) -> Limit:
    """A limit for one phone, address or person, whose value is not kept in the clear."""
    return Limit(f"{what}:{seals.index(value, purpose='limit')}", most, window)


def spend(limits: Iterable[Limit], *, at: datetime) -> None:
    """Count one more time for all of these limits, or for none.

    :raises TooMany: one of them is used up; ``retry_after`` says until when.
    """
    with transaction.atomic():
        # In key order: two requests that share limits wait for each other instead of deadlocking.
        for limit in sorted(limits, key=lambda one: (one.key, one.window)):
            _spend_one(limit, at)


def give_back(limits: Iterable[Limit], *, at: datetime) -> None:
    """What was spent at ``at`` does not count: it turned out well."""
    for limit in sorted(limits, key=lambda one: (one.key, one.window)):
        row = Allowance.objects.filter(key=_name(limit), window_at=limit.window_at(at))
        row.filter(spent__gt=0).update(spent=F("spent") - 1)


def _name(limit: Limit) -> str:
    return f"{limit.key}:{int(limit.window.total_seconds())}"


def _spend_one(limit: Limit, at: datetime) -> None:
    began = limit.window_at(at)
    key = _name(limit)
    Allowance.objects.bulk_create(
        [Allowance(key=key, window_at=began, ends_at=began + limit.window, spent=0)],
        ignore_conflicts=True,
    )
    row = Allowance.objects.filter(key=key, window_at=began, spent__lt=limit.most)
    if not row.update(spent=F("spent") + 1):
        left = began + limit.window - at
        raise TooMany(retry_after=max(1, int(left.total_seconds())))
