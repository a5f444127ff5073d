"""How far ahead everything on sale is laid out: extend it when idle, say where it runs short."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from kernel.leases import operations as leases
from kernel.outbox import operations as outbox
from kernel.places import loading, queries
from kernel.places.models import Region

ALARM_BELOW_DAYS = 14
_STEP = timedelta(days=10)
"""So many days are laid out in one transaction: nobody waits long for its locks."""


@dataclass(frozen=True, slots=True)
class Short:
    """A seller of a region that has fewer days laid out than it should."""

    region: Region
    seller: str
    last: date
    days_left: int


def extend_all(*, at: datetime) -> list[Short]:
    """Lay out every open region's days up to its own horizon; return what runs short even then.

    Short transactions, so that a worker does this beside its other work. Each shortage is news once
    a day: ``kernel.horizon.ran-short``.
    """
    for region in queries.open_regions():
        for until in _steps(region, at):
            with transaction.atomic(durable=True):
                loading.extend(region=region, until=until, at=at)
    found = short(at=at)
    with transaction.atomic(durable=True):
        for one in found:
            _tell(one, at)
    return found


def short(*, at: datetime) -> list[Short]:
    """Sellers of open regions with fewer than ALARM_BELOW_DAYS days laid out from today."""
    found = []
    for region in queries.open_regions():
        today = region.local_date(at)
        for seller, last in loading.horizons(region).items():
            days_left = max((last - today).days, 0)
            if days_left < ALARM_BELOW_DAYS:
                found.append(Short(region, seller, last, days_left))
    return found


def _steps(region: Region, at: datetime) -> Iterator[date]:
    """From what is laid out in ten-day steps to the horizon, which is always the last one."""
    today = region.local_date(at)
    last = today + timedelta(days=region.horizon_days)
    reached = min(loading.horizons(region).values(), default=last)
    step = max(reached, today) + _STEP
    while step < last:
        yield step
        step += _STEP
    yield last


def _tell(one: Short, at: datetime) -> None:
    subject = f"{one.region.slug}:{one.seller}"
    today = one.region.local_date(at).isoformat()
    if leases.first(job=f"short horizon of {subject}", period=today, at=at):
        facts = {"region_id": one.region.pk, "seller": one.seller, "days_left": one.days_left}
        outbox.record(name="kernel.horizon.ran-short", key=f"{subject}:{today}", facts=facts, at=at)
