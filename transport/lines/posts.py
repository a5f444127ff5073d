"""The driver's posts: the runs of an organisation that leave about now."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from bookings.vouchers.posts import Post
from transport.lines.models import Run, RunState

_BEFORE, _AFTER = timedelta(hours=3), timedelta(hours=12)


def run_posts(*, organisation_ids: Collection[int], at: datetime, zone: str = "") -> Iterable[Post]:
    """Runs that left up to three hours ago or leave within twelve; with ``zone`` just that one."""
    runs = Run.objects.filter(
        line__organisation_id__in=organisation_ids, state=RunState.SCHEDULED
    ).select_related("line")
    if zone:
        kind, _colon, number = zone.partition(":")
        if kind != "run" or not (number.isascii() and number.isdigit() and len(number) <= 18):
            return []
        runs = runs.filter(pk=int(number))
    else:
        runs = runs.filter(departs_at__gte=at - _BEFORE, departs_at__lte=at + _AFTER)
    return [_post(run) for run in runs.order_by("departs_at", "pk")[:200]]


def _post(run: Run) -> Post:
    return Post(
        zone=run.zone,
        title=run.line.words,
        organisation_id=run.line.organisation_id,
        region_id=run.line.region_id,
        starts_at=run.departs_at,
    )
