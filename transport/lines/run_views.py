"""Pages of people at work on a run: the boarding list on paper, and what an inspector asks for."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.organisations import queries as organisations
from accounts.organisations.access import member_required, organisation_ids
from accounts.organisations.models import Role
from kernel import clock
from kernel.web.caching import never_cache
from transport.lines import boarding_list, queries
from transport.lines.models import Run

STAFF = (Role.GATE, Role.DRIVER, Role.COUNTER, Role.OPERATOR, Role.ADMIN)
_WIDTHS = ("58", "80")


@require_safe
@never_cache
@member_required(*STAFF)
def print_list(request: HttpRequest, run_id: int) -> HttpResponse:
    """The boarding list, to print: on A4, or on a roll of ``w`` mm. Seats are given a while before."""
    run = _run(request, run_id)
    width = request.GET.get("w", "")
    context = {
        "run": run,
        "sheet": boarding_list.boarding_list(run),
        "width": width if width in _WIDTHS else "",
        "widths": _WIDTHS,
        "zone": run.line.tz.key,
        "at": clock.now(),
    }
    return render(request, "transport_lines/boarding_list.html", context)


@require_safe
@never_cache
@member_required(*STAFF)
def papers(request: HttpRequest, run_id: int) -> HttpResponse:
    """Names of the riders, vehicle, driver and every paper: one page for whoever inspects the run."""
    run = _run(request, run_id)
    context = {
        "run": run,
        "sheet": boarding_list.boarding_list(run),
        "crews": boarding_list.crews_of(run),
        "zone": run.line.tz.key,
        "at": clock.now(),
    }
    return render(request, "transport_lines/papers.html", context)


def _run(request: HttpRequest, run_id: int) -> Run:
    """A run of the person's own organisations. :raises Http404: it is another's, or there is none."""
    run = queries.run_for_work(run_id)
    own = organisation_ids(request, *STAFF)
    if run is None or not (run.line.organisation_id in own or organisations.sees_all(request.user)):
        raise Http404
    return run
