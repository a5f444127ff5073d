"""What journeys have earned, as it stands: more with every use, less where money went back.

Set-based: what many journeys have earned is one call. The difference to what each had earned before
is booked, so that repeating it changes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from bookings.inventory import operations as inventory
from bookings.ledger import operations as ledger
from bookings.points.models import CURRENCY, Account, Batch

Holder = tuple[str, int]
"""Who, and in which region."""


@dataclass(frozen=True, slots=True)
class Earned:
    """What a journey has earned in all so far: the order it began with, for whom, how many points."""

    order_id: int
    holder: str
    region_id: int
    points: int
    expires_at: datetime

    @property
    def whose(self) -> Holder:
        return self.holder, self.region_id


def earn(earned: Sequence[Earned], *, at: datetime) -> int:
    """Give or take what these journeys have earned more or less than before; how many moved.

    Points that are to be taken back and are spent already are owed: what comes next fills that first.
    """
    if not earned:
        return 0
    with transaction.atomic():
        accounts = _open(earned)
        # The Buckets are what everything about points waits for: batches and debts come after them.
        inventory.lock([each.bucket_id for each in accounts.values()])
        known = {b.order_id: b for b in Batch.objects.filter(order_id__in=_ids(earned))}
        moved = [each for each in earned if _more(each, known)]
        _move(accounts, _by_account(moved, known))
        ledger.post_many(
            _booked(each, accounts[each.whose], "points earned", known, at)
            if _more(each, known) > 0
            else _booked(each, accounts[each.whose], "points taken back", known, at)
            for each in moved
        )
        _write(moved, accounts, known, at)
    return len(moved)


def _ids(earned: Sequence[Earned]) -> list[int]:
    return [each.order_id for each in earned]


def _more(each: Earned, known: dict[int, Batch]) -> int:
    before = known.get(each.order_id)
    return each.points - (before.points if before else 0)


def _open(earned: Sequence[Earned]) -> dict[Holder, Account]:
    """The accounts of these people, made where there are none."""
    wanted = sorted({each.whose for each in earned if each.points})
    keys = {whose: f"points:{whose[1]}:{whose[0]}" for whose in wanted}
    buckets = inventory.shape([inventory.BucketSpec(keys[w], w[1], 0) for w in wanted])
    Account.objects.bulk_create(
        [Account(holder=w[0], region_id=w[1], bucket_id=buckets[keys[w]]) for w in wanted],
        ignore_conflicts=True,
    )
    found = Account.objects.filter(holder__in={each.holder for each in earned})
    whose = {each.whose for each in earned}
    return {w: each for each in found if (w := (each.holder, each.region_id)) in whose}


def _by_account(moved: Sequence[Earned], known: dict[int, Batch]) -> Counter[Holder]:
    more: Counter[Holder] = Counter()
    for each in moved:
        more[each.whose] += _more(each, known)
    return more


def _move(accounts: dict[Holder, Account], more: Counter[Holder]) -> None:
    """What is owed first, then the Buckets; of what is taken away, what is not there is owed."""
    fresh = Account.objects.in_bulk([accounts[whose].pk for whose in more])
    rows = {whose: fresh[accounts[whose].pk] for whose in more}
    fills = {w: min(rows[w].owed, points) if points > 0 else 0 for w, points in more.items()}
    wanted = {rows[w].bucket_id: points - fills[w] for w, points in more.items()}
    grown = inventory.grow({bucket: units for bucket, units in wanted.items() if units})
    for whose, row in rows.items():
        short = grown.get(row.bucket_id, 0) - wanted[row.bucket_id]
        row.owed += short - fills[whose]
    Account.objects.bulk_update(rows.values(), ["owed"])


def _booked(
    each: Earned, account: Account, memo: str, known: dict[int, Batch], at: datetime
) -> ledger.NewEntry:
    before, more = known.get(each.order_id), _more(each, known)
    return ledger.NewEntry(
        key=f"points:earned:{each.order_id}:{before.changes if before else 0}",
        subject=account.subject,
        memo=memo,
        postings=[(account.subject, -more), (f"points-issued:{account.region_id}", more)],
        region_id=account.region_id,
        currency=CURRENCY,
        at=at,
    )


def _write(
    moved: Sequence[Earned],
    accounts: dict[Holder, Account],
    known: dict[int, Batch],
    at: datetime,
) -> None:
    """The batches as they stand now. What goes on being used is good until the later day."""
    rows = []
    for each in moved:
        before = known.get(each.order_id)
        rows.append(
            Batch(
                account=accounts[each.whose],
                order_id=each.order_id,
                points=each.points,
                changes=before.changes + 1 if before else 1,
                earned_at=before.earned_at if before else at,
                expires_at=max(each.expires_at, before.expires_at) if before else each.expires_at,
            )
        )
    Batch.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["order_id"],
        update_fields=["points", "changes", "expires_at"],
    )
