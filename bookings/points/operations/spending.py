"""Points on their way into an order and out of it: the books follow what the order holds.

The units themselves are taken and given back with the places, by ``inventory``. What is booked is the
difference to what was booked before, in the same transaction: so nothing is booked twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bookings.inventory import operations as inventory
from bookings.ledger import operations as ledger
from bookings.ledger import queries as ledger_of
from bookings.points.models import CURRENCY, Account
from bookings.points.queries import by_bucket
from kernel import codes


@dataclass(frozen=True, slots=True)
class Held:
    """So many points of one Bucket that an order holds."""

    order_id: int
    bucket_id: int
    points: int


def spend(held: Sequence[Held], *, at: datetime) -> None:
    """Book what orders that are just being placed hold. In the transaction that takes the units."""
    accounts = by_bucket(each.bucket_id for each in held) if held else {}
    ledger.post_many(
        _entry(accounts[each.bucket_id], _key(each, accounts), "points spent", each.points, at)
        for each in held
    )


def follow(held: Sequence[Held], *, at: datetime) -> None:
    """Book what orders hold now, more or less than before. The caller has their rows locked."""
    accounts = by_bucket(each.bucket_id for each in held) if held else {}
    entries = []
    for each in held:
        account, key = accounts[each.bucket_id], _key(each, accounts)
        more = each.points - ledger_of.moved(account.subject, key=key)
        key = f"{key}:{codes.new_token()}"
        if more > 0:
            entries.append(_entry(account, key, "points spent", more, at))
        elif more < 0:
            entries.append(_entry(account, key, "points returned", more, at))
    if ledger.post_many(entries):
        fill([account for account in accounts.values() if account.owed])


def keep(*, order_id: int, key: str, points: Mapping[int, int], at: datetime) -> None:
    """Of what has just come back by an order, the terms keep so many points (by Bucket).

    Called in the transaction that gave them back, whose Buckets are locked by that.
    """
    accounts = by_bucket(points) if points else {}
    kept = inventory.grow({bucket: -units for bucket, units in points.items() if units})
    ledger.post_many(
        _entry(
            accounts[bucket], f"points:kept:{order_id}:{key}:{bucket}", "points kept", -units, at
        )
        for bucket, units in kept.items()
    )


def fill(accounts: Sequence[Account]) -> None:
    """What these people have again goes against what they owe. Their Buckets are locked first."""
    if not accounts:
        return
    inventory.lock([each.bucket_id for each in accounts])
    owing = list(Account.objects.filter(pk__in=[each.pk for each in accounts], owed__gt=0))
    grown = inventory.grow({each.bucket_id: -each.owed for each in owing})
    for each in owing:
        each.owed += grown.get(each.bucket_id, 0)
    Account.objects.bulk_update(owing, ["owed"])


def _key(held: Held, accounts: Mapping[int, Account]) -> str:
    return f"points:order:{held.order_id}:{accounts[held.bucket_id].pk}"


def _entry(account: Account, key: str, memo: str, points: int, at: datetime) -> ledger.NewEntry:
    """Above zero the holder has so many less."""
    return ledger.NewEntry(
        key=key,
        subject=account.subject,
        memo=memo,
        postings=[(account.subject, points), (f"points-issued:{account.region_id}", -points)],
        region_id=account.region_id,
        currency=CURRENCY,
        at=at,
    )
