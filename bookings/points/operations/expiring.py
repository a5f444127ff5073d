"""Points whose day has come are gone; who has some is told in time."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, QuerySet

from accounts.messages import operations as messages
from bookings.inventory import operations as inventory
from bookings.ledger import operations as ledger
from bookings.points import queries
from bookings.points.kinds import EXPIRING
from bookings.points.models import CURRENCY, Account, Batch, Scheme

_SOME = 500


def expire(*, at: datetime) -> int:
    """Take what is past its day from everybody who still has it; how many points.

    What came back by a cancelled order keeps its day: where that has passed, it goes now.
    """
    return sum(
        _expire(some, at) for some in _with_batches(Batch.objects.filter(expires_at__lte=at))
    )


def tell_expiring(*, at: datetime) -> int:
    """Tell everybody whose points are gone soon, once for each day on which some are; how many."""
    days = Scheme.objects.aggregate(most=Max("told_days"))["most"] or 0
    soon = Batch.objects.filter(told_at=None, expires_at__gt=at, points__gt=0)
    soon = soon.filter(expires_at__lte=at + timedelta(days=days))
    return sum(_tell(some, at) for some in _with_batches(soon))


def _with_batches(batches: QuerySet[Batch]) -> Iterator[list[Account]]:
    """The accounts that have some of these, a handful after the other."""
    having = Account.objects.filter(Exists(batches.filter(account=OuterRef("pk"))))
    after = 0
    while True:
        some = list(having.filter(pk__gt=after).select_related("region").order_by("pk")[:_SOME])
        if not some:
            return
        yield some
        after = some[-1].pk


def _expire(accounts: Sequence[Account], at: datetime) -> int:
    """Most have nothing left of it since the day itself: only who has is locked, and looked at again."""
    if not (seen := _due(accounts, at)):
        return 0
    with transaction.atomic():
        inventory.lock([each.bucket_id for each in seen])
        due = _due(list(Account.objects.filter(pk__in=[each.pk for each in seen])), at)
        grown = inventory.grow({each.bucket_id: -points for each, points in due.items()})
        ledger.post_many(_entry(each, -grown.get(each.bucket_id, 0), at) for each in due)
    return -sum(grown.values())


def _due(accounts: Collection[Account], at: datetime) -> dict[Account, int]:
    """What each of these still has of points whose day has come; who has none is absent."""
    left = queries.left_by_day(accounts)
    return {each: points for each in accounts if (points := _past(left[each.pk], at))}


def _past(left: Sequence[queries.Left], at: datetime) -> int:
    return sum(each.points for each in left if each.expires_at <= at)


def _entry(account: Account, points: int, at: datetime) -> ledger.NewEntry:
    return ledger.NewEntry(
        key=f"points:expired:{account.pk}:{at.isoformat()}",
        subject=account.subject,
        memo="points expired",
        postings=[(account.subject, points), (f"points-issued:{account.region_id}", -points)],
        region_id=account.region_id,
        currency=CURRENCY,
        at=at,
    )


def _tell(accounts: Sequence[Account], at: datetime) -> int:
    left = queries.left_by_day(accounts)
    notes, told = [], []
    for account in accounts:
        scheme = queries.scheme_at(account.region_id, at)
        last = at + timedelta(days=scheme.told_days if scheme else 0)
        for each in left[account.pk]:
            if at < each.expires_at <= last:
                notes.append(_note(account, each))
                told.append((account.pk, each.expires_at))
    with transaction.atomic():
        count = messages.tell(notes, at=at)
        for account_id, day in told:
            Batch.objects.filter(account=account_id, expires_at=day).update(told_at=at)
    return count


def _note(account: Account, left: queries.Left) -> messages.Note:
    last_day = (left.expires_at - timedelta(seconds=1)).astimezone(account.region.tz).date()
    return messages.Note(
        kind=EXPIRING.name,
        key=f"{EXPIRING.name}:{account.pk}:{last_day.isoformat()}",
        facts={"points": str(left.points), "until": last_day},
        user_id=account.user_id,
        link=messages.Link("rewards:points"),
        zone=account.region.timezone,
    )
