"""What an operator shuts is suspended with all that depends on it, and resumed with it.

The operator's one action is the stop (tourism.crowd): what is sold for it hears of it here.
"""

from __future__ import annotations

from datetime import datetime, time

from django.db.models import Q

from accounts.messages import quiet
from kernel.places.models import Region
from tourism.areas.models import ScenicArea
from tourism.crowd import queries as crowd
from tourism.crowd.models import Stop
from tourism.tickets import queries
from tourism.tickets.facts import facts_now
from tourism.tickets.models import Product, Suspension
from tourism.tickets.operations.suspensions import (
    AlreadyStopped,
    EndsTooEarly,
    NothingSoldThere,
    resume,
    suspend,
)


def follow_stop(*, stop_id: int, at: datetime) -> int:
    """Suspend everything of its area that cannot be used now; how much was suspended by it.

    What is suspended already, or not sold at that time, is left. Again is nothing.
    """
    area = ScenicArea.objects.get(stops=stop_id)
    return sum(_suspend(area, zone, doors, at) for zone, doors in _sold_in(area))


def follow_opening(*, stop_id: int, at: datetime) -> int:
    """Resume what no stop of its area stands against any more; how much that is.

    What another one stands against from now on hangs on that one.
    """
    area = ScenicArea.objects.get(stops=stop_id)
    sold = dict(_sold_in(area))
    ended = Stop.objects.get(pk=stop_id)
    of_area = Q(cause__area=area) | Q(cause=None, zone__in=sold)
    resumed = 0
    for each in Suspension.objects.filter(of_area, restarted_at=None).order_by("pk"):
        found = crowd.shut_now(
            area_id=area.pk, zone=each.zone, doors=sold.get(each.zone, ()), at=at
        )
        if found is not None:
            Suspension.objects.filter(pk=each.pk, restarted_at=None).update(cause=found.stop)
        elif resume(zone=each.zone, actor=ended.ended_by, at=at) is not None:
            resumed += 1
    return resumed


def carry_over(*, at: datetime) -> int:
    """What was shut without an end on a day before and still is takes nobody today either: its visitors
    choose; how much was suspended.

    From midnight on it is not sold (``crowd.hindrance``). Its holders are asked at eight in the morning, or
    when the first of the day's times begins: nobody is woken up for it. Each day has a suspension of its own,
    so that who went over to this day from the last one is asked again.
    """
    suspended = 0
    for stop in crowd.standing_on(at=at):
        for zone, doors in _sold_in(stop.area):
            if _is_due(zone, stop.area.region, at):
                Suspension.objects.filter(zone=zone, restarted_at=None).update(restarted_at=at)
                suspended += _suspend(stop.area, zone, doors, at)
    return suspended


def _is_due(zone: str, region: Region, at: datetime) -> bool:
    """Whether a zone's holders of today are to be asked by now, and were not."""
    if Suspension.objects.filter(zone=zone, restarted_at=None, ends_at__gt=at).exists():
        return False
    midnight = region.at(region.local_date(at), time(0))
    first = (
        queries.slots_of_zone(zone).filter(starts_at__gte=midnight).order_by("starts_at").first()
    )
    if first is None or region.local_date(first.starts_at) != region.local_date(at):
        return False
    return first.starts_at <= at or not quiet.is_night(at, region.timezone)


def _sold_in(area: ScenicArea) -> list[tuple[str, tuple[str, ...]]]:
    """The zones of all that is sold in an area, each with the doors that it is good at."""
    products = Product.objects.filter(area=area).values_list("pk", flat=True)
    found = {facts.zone: facts.doors_in for facts in facts_now(products).values()}
    return sorted(found.items())


def _suspend(area: ScenicArea, zone: str, doors: tuple[str, ...], at: datetime) -> bool:
    found = crowd.shut_now(area_id=area.pk, zone=zone, doors=doors, at=at)
    if found is None:
        return False
    stop, region = found.stop, area.region
    today = region.at(region.local_date(at), time(0))
    try:
        suspend(
            zone=zone, starts=max(found.starts_at, today), until=found.ends_at, reason=stop.reason_zh,
            reason_en=stop.reason_en, actor=stop.made_by, at=at, cause=stop,
        )  # fmt: skip
    except (AlreadyStopped, NothingSoldThere, EndsTooEarly):
        return False
    return True
