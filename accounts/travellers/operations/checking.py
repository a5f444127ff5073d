"""Ask whether names and numbers belong together: outside any transaction, and never too often.

Nobody waits for the answer. Until it is there, and where the service is down or has no record, the
traveller is to be compared at the gate.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Q

from accounts.identity import limits
from accounts.travellers import checks
from accounts.travellers.checks import Checker, Outcome
from accounts.travellers.models import Traveller
from accounts.travellers.operations.book import plain_number
from accounts.travellers.operations.expecting import CHECKABLE
from kernel.errors import TooMany
from kernel.http import NoAnswer
from kernel.outbox import operations as outbox

CHECKED = "accounts.traveller.checked"

MOST_A_DAY, MOST_A_NUMBER = 30, 5
"""By one owner of a book, and of one number by anybody: the service is not for trying out names."""

_DAY = timedelta(days=1)
_LEASE = timedelta(seconds=60)
_FIRST_WAIT, _LONGEST_WAIT, _MOST_TRIES = timedelta(minutes=1), timedelta(hours=6), 12

_SOME = 20
_UNANSWERED = (Outcome.NONE, Outcome.UNKNOWN)

_CLAIM = """
    UPDATE accounts_travellers_traveller
    SET check_due_at = %(lease)s, check_tries = check_tries + 1
    WHERE id IN (
        SELECT id FROM accounts_travellers_traveller
        WHERE check_due_at <= %(at)s AND (%(ids)s::bigint[] IS NULL OR id = ANY(%(ids)s))
        ORDER BY check_due_at LIMIT %(most)s FOR NO KEY UPDATE SKIP LOCKED
    ) RETURNING id
"""


def ask_due(*, at: datetime, traveller_ids: Collection[int] | None = None, most: int = 200) -> int:
    """Ask about those whose time has come; how many were taken up. Two workers take none twice."""
    checker = checks.find()
    if checker is None:
        return 0
    ids = _claim(at, traveller_ids, most)
    for traveller in Traveller.objects.filter(pk__in=ids).order_by("pk"):
        _ask(traveller, checker, at)
    return len(ids)


def ask_now(ids: Collection[int], *, at: datetime) -> int:
    """Ask about those of these travellers who were never answered for, without waiting; how many.

    Some at a time: where all of those stay without an answer, the rest are left for later.
    """
    waiting = Traveller.objects.filter(
        pk__in=ids, document_kind__in=CHECKABLE, checked_by="", check_outcome__in=_UNANSWERED
    )
    wanted, asked = sorted(waiting.values_list("pk", flat=True)), 0
    for start in range(0, len(wanted) if checks.find() else 0, _SOME):
        some = wanted[start : start + _SOME]
        _make_due(some, at)
        asked += ask_due(at=at, traveller_ids=some)
        if not Traveller.objects.filter(pk__in=some).exclude(checked_by="").exists():
            break
    return asked


def _make_due(ids: Collection[int], at: datetime) -> None:
    """But for those who are being asked about just now."""
    is_asked = Q(check_due_at__gt=at, check_due_at__lte=at + _LEASE)
    Traveller.objects.filter(~is_asked | Q(check_due_at=None), pk__in=ids).update(check_due_at=at)


def _claim(at: datetime, ids: Collection[int] | None, most: int) -> list[int]:
    given = None if ids is None else list(ids)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"lease": at + _LEASE, "at": at, "ids": given, "most": most})
        return [row[0] for row in cursor.fetchall()]


def _ask(traveller: Traveller, checker: Checker, at: datetime) -> None:
    try:
        limits.spend(_limits(traveller), at=at)
        outcome = checker.check(name=traveller.name, number=plain_number(traveller))
    except TooMany as no:
        _note(traveller, Outcome.UNKNOWN, at=at, again=at + timedelta(seconds=no.retry_after))
    except NoAnswer:
        _note(traveller, Outcome.UNKNOWN, at=at, again=_next_try(traveller.check_tries, at))
    else:
        _note(traveller, outcome, at=at, checked_by=checker.name)


def _limits(traveller: Traveller) -> tuple[limits.Limit, ...]:
    return (
        limits.per("identity-check", traveller.owner, MOST_A_DAY, _DAY),
        limits.per("identity-check-of", traveller.document_index, MOST_A_NUMBER, _DAY),
    )


def _next_try(tries: int, at: datetime) -> datetime | None:
    """Twice as long each time; None: it stays for the gate."""
    if tries >= _MOST_TRIES:
        return None
    wait_s = int(_FIRST_WAIT.total_seconds()) << max(tries - 1, 0)
    return at + min(timedelta(seconds=wait_s), _LONGEST_WAIT)


def _note(
    traveller: Traveller,
    outcome: Outcome,
    *,
    at: datetime,
    again: datetime | None = None,
    checked_by: str = "",
) -> None:
    """Keep the answer, unless name or number were changed while it was under way."""
    asked = Traveller.objects.filter(
        pk=traveller.pk, name=traveller.name, document_index=traveller.document_index
    )
    with transaction.atomic():
        is_kept = asked.update(
            check_outcome=outcome,
            check_due_at=again,
            checked_at=at if checked_by else None,
            checked_by=checked_by,
        )
        if is_kept and outcome != traveller.check_outcome:
            outbox.record(
                name=CHECKED,
                key=f"checked:{traveller.pk}:{traveller.check_tries}:{traveller.changed_at.isoformat()}",
                facts={"traveller_id": traveller.pk},
                at=at,
            )
