"""The evening report of a stop, for its operator: to read, and for a spreadsheet."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.organisations.access import member_required, organisation_ids
from accounts.organisations.models import DESK_ROLES
from kernel import clock
from kernel.web.caching import never_cache
from tourism.crowd import board
from tourism.tickets import stop_report
from tourism.tickets.stop_report import HEIGHT, WIDTH, Report


def _report(request: HttpRequest, area_id: int, stop_id: int) -> Report:
    area = board.get_area(area_id, organisation_ids=organisation_ids(request, *DESK_ROLES))
    return stop_report.report_of(stop_report.get_stop(stop_id, area))


@require_safe
@never_cache
@member_required(*DESK_ROLES)
def report(request: HttpRequest, area_id: int, stop_id: int) -> HttpResponse:
    """Who was met, what they chose, what it cost, who has not answered."""
    found = _report(request, area_id, stop_id)
    points, hours = stop_report.curve(found, at=clock.now())
    context = {
        "report": found,
        "stop": found.stop,
        "area": found.stop.area,
        "region": found.stop.area.region,
        "zone": found.stop.area.region.timezone,
        "points": points,
        "hours": hours,
        "width": WIDTH,
        "height": HEIGHT,
    }
    return render(request, "tourism_tickets/stop_report.html", context)


@require_safe
@never_cache
@member_required(*DESK_ROLES)
def report_table(request: HttpRequest, area_id: int, stop_id: int) -> HttpResponse:
    """All of it as CSV."""
    found = _report(request, area_id, stop_id)
    return HttpResponse(
        stop_report.report_csv(found),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="stop-{found.stop.pk}.csv"'},
    )
