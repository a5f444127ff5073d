"""The calendar of everything that an area sells: ninety days, one statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from kernel import clock
from kernel.web.requests import day as read_day
from kernel.web.requests import whole
from tourism.areas.models import ScenicArea
from tourism.tickets.models import Product
from tourism.tickets.overview import DayOverview, overview

DAYS = 90


@dataclass(frozen=True, slots=True)
class Row:
    """One day with what is left of each product, in the order of the products; None: not laid out."""

    day: date
    cells: Sequence[DayOverview | None]


class HasCalendar:
    """An admin of products with a page that shows how full they are."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.calendar)  # type: ignore[attr-defined]
        urls: list[URLPattern] = super().get_urls()  # type: ignore[misc]
        return [path("calendar/", view, name="tourism_tickets_product_calendar"), *urls]

    def calendar(self, request: HttpRequest) -> HttpResponse:
        """Of one area, from a day on; ``area`` and ``day`` choose."""
        own = self.get_queryset(request).select_related("area__region")  # type: ignore[attr-defined]
        areas = list(ScenicArea.objects.filter(pk__in=own.values("area")).order_by("slug"))
        area_id = whole(request.GET.get("area") or "0", field="area", least=0)
        area = next(
            (each for each in areas if each.pk == area_id), None if area_id else _first(areas)
        )
        if area is None:
            raise Http404
        products = list(own.filter(area=area).order_by("kind", "position", "pk"))
        at = clock.now()
        text = request.GET.get("day", "")
        first = read_day(text, field="day") if text else area.region.local_date(at)
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),  # type: ignore[attr-defined]
            "title": _("How full it is"),
            "area": area,
            "areas": areas,
            "products": products,
            "rows": _rows(products, first, at),
            "first": first,
            "later": first + timedelta(days=DAYS),
        }
        return TemplateResponse(request, "tourism_tickets/admin_calendar.html", context)


def _first(areas: Sequence[ScenicArea]) -> ScenicArea | None:
    return areas[0] if areas else None


def _rows(products: Sequence[Product], first: date, at: Any) -> list[Row]:
    last = first + timedelta(days=DAYS - 1)
    ids = [product.pk for product in products]
    found = {
        (each.date, each.product_id): each
        for each in overview(product_ids=ids, first=first, last=last, at=at)
    }
    days = (first + timedelta(days=offset) for offset in range(DAYS))
    return [Row(day, [found.get((day, pk)) for pk in ids]) for day in days]
