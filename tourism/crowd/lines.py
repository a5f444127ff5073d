"""What holds at every scenic area right now, in words: for the pages of whoever sells it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from bookings.warnings import queries as warnings
from kernel.naming import say
from kernel.places.live import Line
from tourism.areas.models import Notice, ScenicArea, Urgency
from tourism.crowd import queries
from tourism.crowd.models import Level, Stop, Watch
from tourism.crowd.queries import Inside


def live_lines(*, at: datetime) -> Iterator[Line]:
    """Two lines of each area, empty where there is nothing to say: how full it is, and what is shut."""
    areas = list(ScenicArea.objects.filter(region__is_open=True).order_by("pk"))
    loads = _loads(at)
    shut = _shut(at)
    for area in areas:
        load = loads.get(area.pk, "")
        yield Line(area.region_id, area.place_id, load)
        yield Line(area.region_id, area.place_id, " · ".join(shut.get(area.pk, ())), is_shut=True)
    for warning in warnings.standing(at):
        if warning.affects_from <= at:
            for place_id in warnings.places_of(warning):
                yield Line(warning.place.region_id, place_id, say(warning.title), is_shut=True)


def load_words(here: Inside, level: int) -> str:
    """How full an area is, as a tourist reads it."""
    if here.is_full:
        return _("Full: no more entry for the moment")
    word = str(Level(min(level, Level.THIRD)).label)
    if here.is_guess:
        return _("Now: %(level)s (about %(percent)s %% of an estimated limit)") % {
            "level": word, "percent": here.percent,
        }  # fmt: skip
    return _("Now: %(level)s (%(percent)s %%)") % {"level": word, "percent": here.percent}


def stop_words(stop: Stop, *, at: datetime) -> str:
    """What is shut, since when and why, and of a gate by which others people come in.

    "Yungu Cableway shut since 11:00: wind".
    """
    facts = {
        "name": stop.name,
        "when": queries.when_words(stop, stop.area.region),
        "reason": stop.reason,
    }
    others = queries.other_ways(stop, at=at) if stop.gate_id else {}
    if not others:
        return _("%(name)s shut %(when)s: %(reason)s") % facts
    facts["gates"] = ", ".join(others.values())
    return _("%(name)s shut %(when)s: %(reason)s (open: %(gates)s)") % facts


def _loads(at: datetime) -> dict[int, str]:
    watches = Watch.objects.filter(instant_cap__isnull=False).select_related("standing")
    by_area = {watch.area_id: watch for watch in watches}
    counted = queries.inside(list(by_area), at=at) if by_area else {}
    return {
        area_id: load_words(here, queries.level_of(here, by_area[area_id]))
        for area_id, here in counted.items()
        if is_counted(here)
    }


def is_counted(here: Inside) -> bool:
    """Whether there is something to say: of a loaded cap nothing before anybody was counted that day."""
    return not here.is_loaded or here.sums.entries > 0 or here.sums.set_right != 0


def _shut(at: datetime) -> dict[int, list[str]]:
    """Stops that hold now, then the warnings that the areas themselves give out."""
    found: dict[int, list[str]] = {}
    for stop in queries.standing(at):
        if stop.starts_at <= at:
            found.setdefault(stop.area_id, []).append(stop_words(stop, at=at))
    notices = Notice.objects.filter(urgency=Urgency.WARNING, valid_from__lte=at)
    for notice in notices.filter(Q(valid_until__isnull=True) | Q(valid_until__gt=at)):
        words = say({"zh-hans": notice.title_zh, "en": notice.title_en})
        found.setdefault(notice.area_id, []).append(words)
    return found
