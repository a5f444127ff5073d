"""Levels of load: crossed by compare-and-set, each crossing once with its duties and messages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from accounts.messages import operations as messages
from kernel.audit import operations as audit
from kernel.errors import Refusal
from tourism.crowd import figures, queries
from tourism.crowd.kinds import REACHED
from tourism.crowd.models import Crossing, Duty, Level, Measure, Standing, Watch
from tourism.crowd.queries import Inside


class NotYours(Refusal):
    """The duty is done already, or there is no such one here."""

    message = _("This is ticked off already.")


def judge(*, at: datetime) -> int:
    """Look at every area with a cap; how many came to another level."""
    watches = list(
        Watch.objects.filter(instant_cap__isnull=False).select_related("standing", "area__region")
    )
    counted = queries.inside([watch.area_id for watch in watches], at=at) if watches else {}
    return sum(_judge(watch, counted[watch.area_id], at) for watch in watches)


def _judge(watch: Watch, here: Inside, at: datetime) -> bool:
    """Whether the area came to another level; whoever looks at the same moment does not say so again."""
    known = getattr(watch, "standing", None)
    if known is None:
        known, _new = Standing.objects.get_or_create(watch=watch, defaults={"since": at})
    before = figures.State(known.level, known.calm_since)
    after = figures.judged(before, _rule(watch), count=here.people, cap=here.cap or 1, at=at)
    if after == before:
        return False
    with transaction.atomic():
        rows = Standing.objects.filter(watch=watch, level=before.level).filter(
            Q(calm_since=before.calm_since) if before.calm_since else Q(calm_since__isnull=True)
        )
        moved = {"since": at} if after.level != before.level else {}
        if not _move(rows, level=after.level, calm_since=after.calm_since, **moved):
            return False
        if after.level == before.level:
            return False
        _cross(watch, before.level, after.level, here, at)
    return True


def _move(rows: QuerySet[Standing], **moved: Any) -> int:
    """Compare and set: nothing where it is no longer as it was looked at."""
    return rows.update(**moved)


def _rule(watch: Watch) -> figures.Rule:
    return figures.Rule(watch.limits, watch.margin_percent, timedelta(minutes=watch.calm_min))


def _cross(watch: Watch, before: int, after: int, here: Inside, at: datetime) -> None:
    crossing = Crossing.objects.create(
        area=watch.area, level_from=before, level_to=after, people=here.people,
        cap=here.cap or 0, at=at,
    )  # fmt: skip
    if not crossing.is_up:
        return
    measures = Measure.objects.filter(area=watch.area, level__gt=before, level__lte=after)
    duties = Duty.objects.bulk_create(
        Duty(crossing=crossing, text=measure.words, owner_id=measure.owner_id)
        for measure in measures.order_by("level", "pk")
    )
    tell(duties, at=at)


def tell(duties: Sequence[Duty], *, at: datetime) -> None:
    """Say to each owner what there is to do, once a duty."""
    notes = [
        messages.Note(
            kind=REACHED.name,
            key=f"crowd-duty:{duty.pk}",
            facts={
                "area": duty.crossing.area.words,
                "level": _words(duty.crossing.level_to),
                "people": str(duty.crossing.people),
                "what": duty.text,
            },
            user_id=duty.owner_id,
            link=messages.Link("crowd:board", (str(duty.crossing.area_id),)),
            about=f"crowd-duty:{duty.pk}",
            zone=duty.crossing.area.region.timezone,
        )
        for duty in duties
    ]
    messages.tell(notes, at=at)


def _words(level: int) -> dict[str, str]:
    words = {}
    for language in ("zh-hans", "en"):
        with translation.override(language):
            words[language] = str(Level(level).label)
    return words


def tick(*, duty_id: int, area_id: int, actor: str, at: datetime) -> None:
    """Tick a duty off. Audited.

    :raises NotYours: somebody has done so, or it is not a duty of this area.
    """
    with transaction.atomic():
        rows = Duty.objects.filter(pk=duty_id, crossing__area=area_id, done_at__isnull=True)
        if not rows.update(done_at=at, done_by=actor):
            raise NotYours
        audit.record(actor=actor, action="crowd.duty.done", subject=f"crowd-duty:{duty_id}", at=at)
