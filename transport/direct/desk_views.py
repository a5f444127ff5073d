"""The boarding queues for crews and operators: who waits, a vehicle leaves, one comes, one more is sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.organisations.access import member_required, organisation_ids
from accounts.organisations.models import DESK_ROLES, Role
from kernel import clock
from kernel.errors import NotFound, Refusal
from kernel.naming import say
from kernel.web.caching import never_cache
from kernel.web.polling import polled
from transport.direct import operations, pages, queries
from transport.direct.forms import ComingForm, DepartForm, TellForm, fresh, ids
from transport.direct.models import DirectShuttle
from transport.direct.queues import Queue, queues_of
from transport.lines import queries as lines
from transport.lines.ways import way

CREW = (*DESK_ROLES, Role.DRIVER)
FORMS: Mapping[str, type[TellForm]] = {
    "depart": DepartForm,
    "coming": ComingForm,
    "extra": ComingForm,
}


def _shuttle(request: HttpRequest, shuttle_id: int, *roles: Role) -> DirectShuttle:
    found = queries.of_organisations(organisation_ids(request, *roles)).filter(pk=shuttle_id)
    shuttle = found.first()
    if shuttle is None:
        raise NotFound
    return shuttle


@require_safe
@never_cache
@member_required(*CREW)
def queues(request: HttpRequest) -> HttpResponse:
    """The boarding points of the person's operators, with who waits now."""
    at = clock.now()
    shuttles = list(queries.of_organisations(organisation_ids(request, *CREW)))
    stops = lines.stops_of({shuttle.pattern_id for shuttle in shuttles})
    regions = {shuttle.line.region_id: shuttle.line.region for shuttle in shuttles}
    now: dict[int, Queue] = {}
    for pk, region in regions.items():
        now |= queues_of(region, [s for s in shuttles if s.line.region_id == pk], at=at)
    rows = [
        (shuttle, _way(stops.get(shuttle.pattern_id, ())), now[shuttle.pk]) for shuttle in shuttles
    ]
    return render(request, "transport_direct/queues.html", {"rows": rows})


@require_safe
@never_cache
@member_required(*CREW)
def queue(request: HttpRequest, shuttle_id: int) -> HttpResponse:
    """One boarding point."""
    return _page(request, _shuttle(request, shuttle_id, *CREW), {})


@require_safe
@member_required(*CREW)
def state(request: HttpRequest, shuttle_id: int) -> HttpResponse:
    """Its figures, for the page that asks again."""
    shuttle = _shuttle(request, shuttle_id, *CREW)
    now = queues_of(shuttle.line.region, [shuttle], at=clock.now())[shuttle.pk]
    return polled(request, pages.texts(now))


@require_POST
@never_cache
@member_required(*CREW)
def tell(request: HttpRequest, shuttle_id: int, verb: str) -> HttpResponse:
    """A vehicle leaves now, or comes; only the desk sends one more."""
    if verb not in FORMS:
        raise NotFound
    roles = DESK_ROLES if verb == "extra" else CREW
    shuttle, form = (
        _shuttle(request, shuttle_id, *roles),
        FORMS[verb](request.POST, auto_id=ids(verb)),
    )
    if form.is_valid():
        try:
            _carry_out(verb, shuttle, form, f"user:{request.user.pk}")
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("It is written down."))
            return redirect("direct:queue", shuttle.pk)
    return _page(request, shuttle, {verb: form})


def _carry_out(verb: str, shuttle: DirectShuttle, form: TellForm, actor: str) -> None:
    said, at = form.cleaned_data, clock.now()
    common = {
        "shuttle": shuttle, "seats": said["seats"], "request_key": said["request_key"],
        "actor": actor, "at": at,
    }  # fmt: skip
    if isinstance(form, ComingForm):
        verb_of = operations.send_extra if verb == "extra" else operations.say_coming
        verb_of(due_at=form.due_at(at), **common)
    else:
        operations.depart(people=said["people"], still_waiting=said["still_waiting"], **common)


def _page(
    request: HttpRequest, shuttle: DirectShuttle, tried: Mapping[str, TellForm]
) -> HttpResponse:
    at = clock.now()
    stops = lines.stops_of([shuttle.pattern_id]).get(shuttle.pattern_id, ())
    now = queues_of(shuttle.line.region, [shuttle], at=at)[shuttle.pk]
    may_send = shuttle.line.organisation_id in organisation_ids(request, *DESK_ROLES)
    context: dict[str, Any] = {
        "shuttle": shuttle,
        "way": _way(stops),
        "queue": now,
        "texts": pages.texts(now),
        "zone": shuttle.line.tz.key,
        "may_send": may_send,
        **{verb: tried.get(verb) or fresh(form, shuttle, verb) for verb, form in FORMS.items()},
    }
    return render(request, "transport_direct/queue.html", context)


def _way(stops: lines.Stops) -> str:
    return say(way(stops, 0, len(stops) - 1)) if stops else ""
