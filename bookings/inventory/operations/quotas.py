"""A bucket divided among channels: one bucket a channel, their sum never above the whole.

A sale takes of the whole and of its channel. What the named channels do not get is for ``own``. The rule
is in docs/algorithms/quotas.md.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection, transaction
from django.db.models import F

from bookings.inventory.models import Bucket, Channel, Quota
from bookings.inventory.operations.awaited import lock, move
from bookings.inventory.operations.counts import NOTE_FREED, BelowTaken, BucketSpec, shape

_RESHAPE_ALL = f"""
    WITH moved AS (
        UPDATE bookings_inventory_bucket AS b SET capacity = n.capacity, divided = n.divided,
            kept = CASE WHEN b.is_awaited AND n.capacity > was.capacity
                THEN b.kept + n.capacity - was.capacity
                ELSE least(b.kept, n.capacity - b.taken) END
        FROM unnest(%s::bigint[], %s::int[], %s::int[]) AS n(id, capacity, divided)
        JOIN bookings_inventory_bucket AS was USING (id)
        WHERE b.id = n.id
        RETURNING b.id, b.region_id, b.is_awaited, b.capacity - was.capacity AS units
    )
{NOTE_FREED}"""  # noqa: S608 - a constant


@dataclass(frozen=True, slots=True)
class Share:
    """So many units for a channel; what it has not sold at ``release_at`` goes back to own sale."""

    units: int
    release_at: datetime | None = None

    def at(self, moment: datetime) -> int:
        """What is still set aside for the channel."""
        return 0 if self.release_at is not None and self.release_at <= moment else self.units


@dataclass(frozen=True, slots=True)
class Division:
    """How a bucket is to be divided: without shares it stays whole, or all of it is for own sale.

    ``shares`` None: as it is divided now. ``capacity``: how many units it has from now on; None: as many
    as before. ``until``: when the time that it counts is over.
    """

    whole_id: int
    until: datetime
    shares: Mapping[Channel, Share] | None = field(default_factory=dict)
    capacity: int | None = None

    def wanted_for(self, channel: Channel, now: int, at: datetime) -> int:
        """What a channel that has ``now`` units is to have."""
        if self.shares is None:
            return now
        share = self.shares.get(channel)
        return share.at(at) if share else 0


@dataclass(frozen=True, slots=True)
class _Count:
    capacity: int
    taken: int
    divided: int


def divide(divisions: Sequence[Division], *, at: datetime) -> list[bool | BelowTaken]:
    """Give channels their shares, as far as there is room: what is sold stays sold by whom it was.

    Per division whether anything changed, or why it may not: its new capacity is below what is taken. A
    handful of statements for any number; the buckets stay locked until the caller's transaction ends.
    """
    with transaction.atomic():
        _make_missing(divisions)
        channels = _channels_of([one.whole_id for one in divisions])
        counts = _locked([one.whole_id for one in divisions], channels)
        wanted: dict[int, tuple[int, int]] = {}
        answers = [_plan(one, channels[one.whole_id], counts, wanted, at) for one in divisions]
        if wanted:
            sums = [list(column) for column in zip(*wanted.values(), strict=True)]
            with connection.cursor() as cursor:
                cursor.execute(_RESHAPE_ALL, [list(wanted), *sums, at])
    return answers


def set_aside(
    *, bucket_id: int, channel: Channel, units: int, until: datetime, at: datetime
) -> int:
    """Give a channel so many units of a bucket, beside what the others have; how many it has then.

    They are never released until somebody says so (``release``): fewer than asked for where there are
    fewer.
    """
    with transaction.atomic():
        lock([bucket_id])
        rows = Quota.objects.filter(whole=bucket_id).exclude(channel=Channel.OWN)
        shares = {
            Channel(name): Share(capacity, release_at)
            for name, capacity, release_at in rows.values_list(
                "channel", "bucket__capacity", "release_at"
            )
        }
        divide([Division(bucket_id, until=until, shares={**shares, channel: Share(units)})], at=at)
        [given] = rows.filter(channel=channel).values_list("bucket__capacity", flat=True)
    return int(given)


def release(*, bucket_id: int, channel: Channel, release_at: datetime) -> None:
    """From then on what a channel has not sold of a bucket is for own sale."""
    Quota.objects.filter(whole=bucket_id, channel=channel).update(release_at=release_at)


def resize(*, bucket_id: int, capacity: int, at: datetime) -> None:
    """Change the capacity of a bucket, divided or not: channels keep what they have, own gets the rest.

    Where own has no rest to give, the others' unsold units go.

    :raises BelowTaken: the new capacity is below what is taken; nothing has changed.
    """
    [answer] = divide([Division(bucket_id, until=at, shares=None, capacity=capacity)], at=at)
    if isinstance(answer, BelowTaken):
        raise answer


def prolong(*, bucket_id: int, until: datetime) -> None:
    """What a bucket counts is over at another time; its channels keep what they have."""
    Quota.objects.filter(whole=bucket_id).update(until=until)


def release_due(*, at: datetime) -> int:
    """Move what channels have not sold by their time into own sale; how many units went over.

    Each whole by one guarded statement, so that nobody sells a unit on its way; again is nothing. What
    comes back to such a channel later goes the same way.
    """
    rows = Quota.objects.filter(release_at__lte=at, until__gt=at)
    free = rows.filter(bucket__capacity__gt=F("bucket__taken") + F("bucket__kept"))
    sources: dict[int, list[int]] = defaultdict(list)
    for whole_id, bucket_id in free.values_list("whole_id", "bucket_id"):
        sources[whole_id].append(bucket_id)
    own = Quota.objects.filter(whole__in=sources, channel=Channel.OWN)
    targets = own.values_list("whole_id", "bucket_id").order_by("whole_id")
    return sum(
        move(sources=sources[whole_id], target=bucket_id, at=at) for whole_id, bucket_id in targets
    )


def _make_missing(divisions: Sequence[Division]) -> None:
    """A bucket with nothing in it for every channel that has none, and the terms of its quota."""
    named = [one for one in divisions if one.shares]
    if not named:
        return
    regions = dict(
        Bucket.objects.filter(pk__in=[one.whole_id for one in named]).values_list("pk", "region_id")
    )
    terms = {
        (one.whole_id, channel): (share.release_at, one.until)
        for one in named
        for channel, share in ({Channel.OWN: Share(0)} | dict(one.shares or {})).items()
    }
    keys = {pair: f"quota:{pair[0]}:{pair[1]}" for pair in terms}
    ids = shape([BucketSpec(keys[pair], regions[pair[0]], 0) for pair in terms])
    Quota.objects.bulk_create(
        (
            Quota(
                whole_id=whole_id, channel=channel, bucket_id=ids[keys[whole_id, channel]],
                release_at=release_at, until=until,
            )
            for (whole_id, channel), (release_at, until) in sorted(terms.items())
        ),
        update_conflicts=True,
        unique_fields=["whole", "channel"],
        update_fields=["release_at", "until"],
        batch_size=1000,
    )  # fmt: skip


def _channels_of(whole_ids: Iterable[int]) -> dict[int, dict[str, int]]:
    """Bucket id per channel, per whole."""
    found: dict[int, dict[str, int]] = defaultdict(dict)
    rows = Quota.objects.filter(whole__in=list(whole_ids)).order_by("channel")
    for whole_id, channel, bucket_id in rows.values_list("whole_id", "channel", "bucket_id"):
        found[whole_id][channel] = bucket_id
    return found


def _locked(
    whole_ids: Iterable[int], channels: Mapping[int, Mapping[str, int]]
) -> dict[int, _Count]:
    ids = {*whole_ids, *(bucket for some in channels.values() for bucket in some.values())}
    lock(ids)
    rows = Bucket.objects.filter(pk__in=ids).values_list("pk", "capacity", "taken", "divided")
    return {pk: _Count(*count) for pk, *count in rows}


def _plan(
    one: Division,
    channels: Mapping[str, int],
    counts: Mapping[int, _Count],
    wanted: dict[int, tuple[int, int]],
    at: datetime,
) -> bool | BelowTaken:
    """Note what changes, (capacity, divided) by bucket, in ``wanted``; whether anything does, or why not."""
    whole = counts[one.whole_id]
    capacity = whole.capacity if one.capacity is None else one.capacity
    if capacity < whole.taken:
        return BelowTaken(field="capacity", taken=whole.taken, capacity=capacity)
    free, divided, parts = capacity - whole.taken, 0, dict[int, tuple[int, int]]()
    for channel, bucket_id in sorted(channels.items(), key=lambda pair: pair[0] == Channel.OWN):
        now = counts[bucket_id]
        units = one.wanted_for(Channel(channel), now.capacity, at)
        more = free if channel == Channel.OWN else min(max(units - now.taken, 0), free)
        free -= more
        divided += now.taken + more
        parts[bucket_id] = (now.taken + more, 0)
    parts[one.whole_id] = (capacity, divided)
    new = {b: part for b, part in parts.items() if part != (counts[b].capacity, counts[b].divided)}
    wanted |= new
    return bool(new)
