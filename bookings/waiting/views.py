"""Pages of the waiting room: join, see your place, be called, come in.

A poll costs no statement: the browser's signed number and the line's counts, which each process reads
once a second, say everything.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from accounts.identity import actors
from bookings.waiting import operations, queries, seals
from bookings.waiting.models import Sale, Turn
from bookings.waiting.queries import Stage, Standing
from bookings.waiting.words import ahead_words, wait_words
from kernel import clock
from kernel.errors import NotFound, Refusal
from kernel.memo import Memo
from kernel.moments import moment_words
from kernel.places import queries as places
from kernel.places.models import Region
from kernel.web.redirects import safe_next

_lines: Memo[int, Sale] = Memo(seconds=1)


def _line(region: Region, sale_id: int, at: datetime) -> Sale:
    """The sale with its counts, called up to about now. :raises NotFound: there is none."""
    queries.find_sale(region.pk, sale_id)
    return _lines.get(sale_id, lambda pk: operations.advance(sale_id=pk, at=at))


@require_safe
def room(request: HttpRequest, region: str, sale: int) -> HttpResponse:
    """The page to wait on. Whoever has a place here keeps it, however often they load it."""
    place, at = places.get_region(region), clock.now()
    line = _line(place, sale, at)
    number = seals.number_of(request, line)
    standing = queries.standing(line, number, at=at) if number else None
    if standing is None or standing.stage is Stage.CALLED:
        turn = queries.find_turn(line.pk, actors.all_of(request))
        is_good = turn is not None and not turn.is_over(at)
        standing = queries.standing(line, turn.number, at=at) if turn and is_good else None
        return _show(request, place, line, standing, at, turn)
    return _show(request, place, line, standing, at)


def _show(
    request: HttpRequest, region: Region, sale: Sale, standing: Standing | None, at: datetime,
    turn: Turn | None = None,
) -> HttpResponse:  # fmt: skip
    """``turn`` is what the rows say, where they were asked: for a browser without its number (after
    signing in, on another tab), or whose number is called and may have been used.
    """
    context: dict[str, Any] = {
        "region": region,
        "sale": sale,
        "standing": standing,
        "ahead": ahead_words(standing) if standing else "",
        "wait": wait_words(standing) if standing else "",
        "turn": turn,
        "is_over": not sale.is_announced or at >= sale.closes_at,
        "is_forming": at >= sale.gathers_at,
        "wanted": _wanted(request, region),
    }
    response = render(request, "bookings_waiting/room.html", context)
    if standing is not None:
        response["Retry-After"] = str(standing.poll_s)
        key = request.session.session_key or ""
        seals.keep_number(response, sale, session_key=key, number=standing.number, at=at)
    return response


@require_safe
def state(request: HttpRequest, region: str, sale: int) -> JsonResponse:
    """Where this browser stands, for the page's script and for programs.

    :raises NotFound: it has no place in this line.
    """
    at = clock.now()
    place = places.get_region(region)
    line = _line(place, sale, at)
    number = seals.number_of(request, line)
    if number is None:
        raise NotFound
    standing = queries.standing(line, number, at=at)
    told = {
        "stage": standing.stage,
        "number": standing.number,
        "place": standing.place,
        "ahead": standing.ahead,
        "wait_s": standing.wait_s,
        "in_line": standing.in_line,
        "poll_s": standing.poll_s,
        "ahead_words": ahead_words(standing),
        "wait_words": wait_words(standing),
        "opens_words": moment_words(line.opens_at.astimezone(place.tz)),
    }
    return JsonResponse(told, headers={"Retry-After": str(standing.poll_s)})


@require_POST
def join(request: HttpRequest, region: str, sale: int) -> HttpResponse:
    """Take a place, or find one's own again."""
    place, at = places.get_region(region), clock.now()
    line = queries.find_sale(place.pk, sale)
    actors.actor_of(request)
    response = redirect(_room(request, place, line))
    try:
        number = operations.join(sale=line, people=actors.all_of(request), at=at)
    except operations.NoLine as refusal:
        messages.error(request, refusal.reason)
        return response
    if request.session.session_key is None:
        request.session.create()
    key = request.session.session_key or ""
    seals.keep_number(response, line, session_key=key, number=number, at=at)
    return response


@require_POST
def enter(request: HttpRequest, region: str, sale: int) -> HttpResponse:
    """Come in: the pass is handed out, and the way leads to what was wanted."""
    place, at = places.get_region(region), clock.now()
    line = queries.find_sale(place.pk, sale)
    if not line.is_on(at):
        return redirect(_wanted(request, place))
    try:
        turn = operations.enter(sale=line, people=actors.all_of(request), at=at)
    except Refusal as refusal:
        messages.error(request, refusal.reason)
        return redirect(_room(request, place, line))
    response = redirect(_wanted(request, place))
    seals.keep_pass(response, line, person=turn.person, number=turn.number, at=at)
    return response


@require_POST
def leave(request: HttpRequest, region: str, sale: int) -> HttpResponse:
    """Give the place up, waiting or inside."""
    place, at = places.get_region(region), clock.now()
    line = queries.find_sale(place.pk, sale)
    operations.leave(sale=line, people=actors.all_of(request), at=at)
    response = redirect(place.get_absolute_url())
    seals.forget(response, line)
    return response


def _wanted(request: HttpRequest, region: Region) -> str:
    return safe_next(request, region.get_absolute_url())


def _room(request: HttpRequest, region: Region, sale: Sale) -> str:
    room = reverse("waiting:room", args=[region.slug, sale.pk])
    wanted = request.POST.get("next")
    return f"{room}?{urlencode({'next': wanted})}" if wanted else room
