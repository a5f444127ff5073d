"""The driver's posts: the runs of an organisation that leave about now, and the one to choose them from."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.urls import reverse

from bookings.vouchers.posts import Post
from kernel.naming import EN, ZH
from transport.lines.models import PatternStop, Run, RunState, ShuttleLine

_BEFORE, _AFTER = timedelta(hours=3), timedelta(hours=12)
_RUN, _ANY_RUN = "run", "runs"
_MOST = 200


def run_posts(*, organisation_ids: Collection[int], at: datetime, zone: str = "") -> Iterable[Post]:
    """The post of all runs of each organisation, and its runs of about now; with ``zone`` just that one.

    A run that was asked for by its zone has its post however long ago it left, cancelled or not: who was
    let in there is told afterwards.
    """
    if not zone:
        return [*_homes(organisation_ids), *_posts(runs_about(organisation_ids, at=at))]
    kind, _colon, number = zone.partition(":")
    if not (number.isascii() and number.isdigit() and len(number) <= 18):
        return []
    if kind == _ANY_RUN:
        return _homes({int(number)} & set(organisation_ids))
    runs = Run.objects.filter(line__organisation_id__in=organisation_ids, pk=int(number))
    return _posts(runs) if kind == _RUN else []


def runs_about(organisation_ids: Collection[int], *, at: datetime) -> QuerySet[Run]:
    """The runs of organisations that left up to three hours ago or leave within twelve."""
    coming = Run.objects.leaving_after(at - _BEFORE).filter(departs_at__lte=at + _AFTER)
    return coming.filter(
        line__organisation_id__in=organisation_ids, state=RunState.SCHEDULED
    ).order_by("departs_at", "pk")[:_MOST]


def with_ends(runs: QuerySet[Run]) -> QuerySet[Any]:
    """Each run with the names of its last stop: a driver must see which way it goes."""
    last = PatternStop.objects.filter(pattern=OuterRef("pattern"))
    zh, en = (last.order_by("-seq").values(f"place__name_{each}")[:1] for each in ("zh", "en"))
    ends = {"end_zh": Subquery(zh), "end_en": Subquery(en)}
    return runs.select_related("line__region").annotate(**ends)


def _posts(runs: QuerySet[Run]) -> list[Post]:
    return [_post(run) for run in with_ends(runs)]


def _post(run: Any) -> Post:
    return Post(
        zone=run.zone,
        title=run.line.words,
        subtitle=_subtitle(run),
        organisation_id=run.line.organisation_id,
        region_id=run.line.region_id,
        starts_at=run.leaves_at,
        lists_people=True,
        papers_url=reverse("lines:papers", args=[run.pk]),
    )


def _homes(organisation_ids: Collection[int]) -> list[Post]:
    """Where a driver's device stands before it has chosen: nobody boards there."""
    lines = ShuttleLine.objects.filter(
        organisation_id__in=organisation_ids, is_open=True, is_bookable=True
    )
    firsts = lines.order_by("organisation_id", "region_id", "pk").distinct("organisation_id")
    return [_home(line) for line in firsts.select_related("organisation")]


def _home(line: ShuttleLine) -> Post:
    return Post(
        zone=f"{_ANY_RUN}:{line.organisation_id}",
        title=line.organisation.words,
        subtitle={ZH: "班线上车：先选今天的班次", EN: "boarding: choose today's departure"},
        organisation_id=line.organisation_id,
        region_id=line.region_id,
        lists_people=True,
        roams=True,
    )


def _subtitle(run: Any) -> dict[str, str]:
    """Where it goes, and how late it is."""
    words = {ZH: f"→ {run.end_zh}", EN: f"→ {run.end_en or run.end_zh}"}
    if not run.delay_s:
        return words
    late = run.late_min
    return {ZH: f"{words[ZH]} · 晚点 {late} 分钟", EN: f"{words[EN]} · {late} min late"}
