"""The driver's posts: the runs of an organisation that leave about now."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from bookings.vouchers.posts import Post
from kernel.naming import EN, ZH
from transport.lines.models import LineStop, Run, RunState

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
    return [_post(run) for run in _with_ends(runs).order_by("departs_at", "pk")[:200]]


def _with_ends(runs: QuerySet[Run]) -> QuerySet[Any]:
    """Each run with the names of its last stop: a driver must see which way it goes."""
    last = LineStop.objects.filter(line=OuterRef("line"), direction=OuterRef("direction"))
    zh, en = (last.order_by("-seq").values(f"place__name_{each}")[:1] for each in ("zh", "en"))
    return runs.annotate(end_zh=Subquery(zh), end_en=Subquery(en))


def _post(run: Any) -> Post:
    return Post(
        zone=run.zone,
        title=run.line.words,
        subtitle={ZH: f"→ {run.end_zh}", EN: f"→ {run.end_en or run.end_zh}"},
        organisation_id=run.line.organisation_id,
        region_id=run.line.region_id,
        starts_at=run.departs_at,
    )
