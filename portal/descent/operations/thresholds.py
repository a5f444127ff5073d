"""Lay out the thresholds of a mountain's day, and keep them at what is carried down."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction

from bookings.inventory import operations as inventory
from bookings.inventory import queries as counts
from kernel.audit import operations as audit
from portal.descent import figures, queries
from portal.descent.models import Mountain, Threshold


def lay_out(*, mountain: Mountain, day: date, at: datetime) -> list[Threshold]:
    """Make the thresholds of a day that there are not yet, and bring all of them up to date.

    A day without a way down has none.
    """
    ways = queries.ways_of(mountain)
    moments = figures.thresholds(queries.carried_down(ways, day))
    with transaction.atomic():
        ids = inventory.shape(
            [
                inventory.BucketSpec(_key(mountain, moment), mountain.region_id, 0)
                for moment in moments
            ]
        )
        Threshold.objects.bulk_create(
            [
                Threshold(
                    mountain=mountain,
                    date=day,
                    from_at=moment,
                    bucket_id=ids[_key(mountain, moment)],
                )
                for moment in moments
            ],
            ignore_conflicts=True,
        )
    follow(mountain=mountain, day=day, at=at)
    return queries.thresholds_on([mountain.pk], [day])


def confirm(*, mountain: Mountain, actor: str, at: datetime) -> bool:
    """Somebody who knows stands by the figures: from now on they stop sales. Audited; twice is once."""
    with transaction.atomic():
        rows = Mountain.objects.filter(pk=mountain.pk, confirmed_at__isnull=True)
        moved = rows.update(confirmed_at=at, confirmed_by=actor)
        if moved:
            subject = f"mountain:{mountain.pk}"
            audit.record(actor=actor, action="descent.confirm", subject=subject, at=at)
    return bool(moved)


def _key(mountain: Mountain, moment: datetime) -> str:
    return f"portal.descent:{mountain.pk}:{moment.isoformat()}"


def follow(*, mountain: Mountain, day: date, at: datetime) -> None:
    """Set how many may be sold who come down from each threshold on.

    That is what is carried from then on, without the walkers' reserve and without who was sold up before
    the thresholds counted. Never below what they count: then nobody more is sold.
    """
    ways = queries.ways_of(mountain)
    carried = queries.carried_down(ways, day)
    ascents = queries.sold_up(ways, day, stay=timedelta(minutes=mountain.stay_min))
    rows = queries.thresholds_on([mountain.pk], [day])
    moments = [row.from_at for row in rows]
    for row in sorted(rows, key=lambda one: one.bucket_id):
        places = figures.remaining(carried, row.from_at) - mountain.reserve
        ups = {
            ascent.bucket_id
            for ascent in ascents
            if row.from_at in figures.counted_in(moments, ascent.ready_at)
        }
        _fit(row, places, ups, at)


def _fit(row: Threshold, places: int, ups: set[int], at: datetime) -> None:
    """One bucket. A sale moves ``ups`` and the bucket in one transaction: read by one statement, what was
    sold before it counted is their difference, whoever buys meanwhile."""
    for _try in range(3):
        now = counts.counts({row.bucket_id, *ups})
        capacity, taken = now[row.bucket_id]
        uncounted = max(0, sum(now[up][1] for up in ups) - taken)
        wanted = max(taken, places - uncounted)
        if wanted == capacity:
            return
        try:
            with transaction.atomic():
                inventory.reshape(bucket_id=row.bucket_id, capacity=wanted, at=at)
        except inventory.BelowTaken:
            continue
        return
