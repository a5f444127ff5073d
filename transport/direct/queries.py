"""Reads of direct shuttles: windows, fares of a day, what is left."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from bookings.contracts import GroupPrice
from bookings.inventory import queries as inventory
from bookings.pricing import queries as pricing
from kernel.errors import Refusal
from kernel.places import calendar
from kernel.places.models import CalendarDay, DayType, Region
from transport.direct.models import DirectShuttle, Window, WindowState
from transport.lines import fares
from transport.lines import queries as lines
from transport.lines.models import FareRule, GroupFare
from transport.lines.queries import Stops


class NoSuchShuttle(Refusal):
    """There is no such direct shuttle in this region."""

    code = "no_such_shuttle"
    status = 404
    message = _("There is no such direct shuttle.")


@dataclass(frozen=True, slots=True)
class DayFare:
    """What the day of a window makes of the fare: thousandths, and the group fares that hold."""

    permille: int
    groups: tuple[GroupPrice, ...]


Fares = Mapping[int, DayFare]
"""By the id of the window."""


def open_shuttles(region: Region) -> QuerySet[DirectShuttle]:
    """The region's shuttles that are on sale, with their lines, by line and way."""
    found = DirectShuttle.objects.filter(
        line__region=region, line__is_open=True, is_on_sale=True
    ).select_related("line__region", "line__organisation", "pattern")
    return found.order_by("line__slug", "-pattern__direction", "pk")


def get_shuttle(region: Region, slug: str) -> DirectShuttle:
    """A shuttle on sale by its address in the region.

    :raises NoSuchShuttle: there is none.
    """
    found = next((one for one in open_shuttles(region) if one.slug == slug), None)
    if found is None:
        raise NoSuchShuttle
    return found


def of_organisations(organisation_ids: Collection[int]) -> QuerySet[DirectShuttle]:
    """The shuttles of these operators, whether on sale or not."""
    found = DirectShuttle.objects.filter(line__organisation_id__in=organisation_ids)
    return found.select_related("line__region", "pattern").order_by("line__slug", "pk")


def windows_by_id(ids: Collection[int]) -> dict[int, Window]:
    """Windows with their shuttles and lines. One statement, or none."""
    if not ids:
        return {}
    rows = Window.objects.filter(pk__in=ids).select_related(
        "shuttle__line__region", "shuttle__pattern"
    )
    return {window.pk: window for window in rows}


def windows_on(shuttle: DirectShuttle, *, day: date, at: datetime) -> list[tuple[Window, int]]:
    """The windows of a day that are not over, with the places left."""
    rows = Window.objects.filter(
        shuttle=shuttle, service_date=day, ends_at__gt=at, state=WindowState.SCHEDULED
    )
    return _with_left(list(rows.order_by("starts_at", "pk")))


def windows_with_room(
    shuttle_ids: Collection[int], *, after: datetime, until: datetime
) -> list[tuple[Window, int]]:
    """The windows that end later than ``after`` and begin by ``until``, with the places left."""
    rows = Window.objects.filter(
        shuttle_id__in=shuttle_ids,
        ends_at__gt=after,
        starts_at__lte=until,
        state=WindowState.SCHEDULED,
    )
    return _with_left(list(rows.order_by("starts_at", "pk")))


def _with_left(windows: list[Window]) -> list[tuple[Window, int]]:
    left = inventory.left({window.bucket_id for window in windows})
    return [(window, max(0, left.get(window.bucket_id, 0))) for window in windows]


def fares_of(windows: Iterable[Window]) -> dict[int, DayFare]:
    """What their days make of the fares, by window. One statement, or none."""
    ids = [window.pk for window in windows]
    if not ids:
        return {}
    line = OuterRef("shuttle__line_id")
    day = CalendarDay.objects.filter(
        region_id=OuterRef("shuttle__line__region_id"), date=OuterRef("service_date")
    )
    rows = Window.objects.filter(pk__in=ids).annotate(
        rule_rows=pricing.rules_column(FareRule.objects.filter(line=line), permille="permille"),
        group_rows=pricing.groups_column(GroupFare.objects.filter(line=line)),
        day_type=Subquery(day.values("day_type")),
    )
    return {row.pk: _day_fare(row) for row in rows}


def _day_fare(row: Any) -> DayFare:
    day = row.service_date
    day_type = DayType(row.day_type) if row.day_type else calendar.by_weekday(day).day_type
    rules = [pricing.read_rule(each) for each in row.rule_rows]
    groups = [pricing.read_group(each) for each in row.group_rows]
    return DayFare(
        fares.day_permille(rules, day, day_type), pricing.groups_on(groups, day, day_type)
    )


def fare_fen(stops: Stops, permille: int = fares.USUAL) -> int:
    """The fare of the whole way, in fen."""
    return lines.fare_of(stops, 0, len(stops) - 1, permille)


def cancelled_among(window_ids: Iterable[int]) -> set[int]:
    """Which of these windows are cancelled. One statement."""
    rows = Window.objects.filter(pk__in=set(window_ids), state=WindowState.CANCELLED)
    return set(rows.values_list("pk", flat=True))


def windows_of_day(shuttle_ids: Collection[int], *, day: date) -> list[Window]:
    """When these shuttles carry people on a service day, by time. One statement."""
    rows = Window.objects.filter(
        shuttle_id__in=shuttle_ids, service_date=day, state=WindowState.SCHEDULED
    )
    return list(rows.order_by("starts_at", "pk"))
