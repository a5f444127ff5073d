"""The staff's page at a gate, in a bus, at a counter: choose the post once, then scan."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.organisations.access import member_required, organisation_ids
from accounts.organisations.models import Role
from bookings.contracts import Direction
from bookings.vouchers import operations, queries, showing
from bookings.vouchers import posts as places_to_scan
from bookings.vouchers.models import Fallback
from bookings.vouchers.operations import Scan
from bookings.vouchers.posts import Post
from kernel import clock, codes
from kernel.errors import BadInput, Refusal
from kernel.naming import say
from kernel.places.models import Region
from kernel.web.caching import never_cache
from kernel.web.paging import page_of
from kernel.web.requests import whole

STAFF = (Role.GATE, Role.DRIVER, Role.COUNTER, Role.OPERATOR, Role.ADMIN)
CHIEFS = (Role.OPERATOR, Role.ADMIN)
_MOST_TEXT, _MOST_WORDS, _MOST_PERSONS = 600, 60, 99


@require_safe
@never_cache
@member_required(*STAFF)
def posts_page(request: HttpRequest) -> HttpResponse:
    """The posts of the person's organisations: those that stand, then what leaves soon."""
    at = clock.now()
    listed = places_to_scan.list_all(organisation_ids=organisation_ids(request, *STAFF), at=at)
    found = [post for post in listed if not post.roams]
    zones = dict(Region.objects.values_list("pk", "timezone"))
    leaving: dict[tuple[str, str], list[tuple[Post, str]]] = defaultdict(list)
    for post in found:
        if post.starts_at:
            heading = say(post.title), say(post.subtitle)
            leaving[heading].append((post, zones[post.region_id]))
    context = {
        "standing": [(p, say(p.title), say(p.subtitle)) for p in found if not p.starts_at],
        "leaving": leaving.items(),
    }
    return render(request, "bookings_vouchers/posts.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@member_required(*STAFF)
def scan(request: HttpRequest, post: str) -> HttpResponse:
    """The scanning page of one post. A post shows one result, in one colour and one word."""
    at = clock.now()
    here = _post(request, post, at)
    context: dict[str, Any] = {
        "post": here,
        "title": say(here.title),
        "subtitle": say(here.subtitle),
        "place": " · ".join(filter(None, (say(here.title), say(here.subtitle)))),
        "zone": Region.objects.get(pk=here.region_id).timezone,
        "at": at,
        "way": _way(request, here).value,
        "ways": [(Direction.IN.value, _("Way in")), (Direction.OUT.value, _("Way out"))],
        "who": request.GET.get("who", "")[:_MOST_WORDS],
        "request_key": codes.new_token(),
        "is_chief": here.organisation_id in organisation_ids(request, *CHIEFS),
    }
    if request.method == "POST":
        context |= _redeem(request, here, at)
    return render(request, "bookings_vouchers/scan.html", context)


@require_POST
@never_cache
@member_required(*CHIEFS)
def undo(request: HttpRequest, post: str, redemption_id: int) -> HttpResponse:
    """The chief takes a wrong scan back, and says why."""
    row = queries.scan_of(redemption_id, organisation_ids=organisation_ids(request, *CHIEFS))
    operations.undo(
        redemption_id=row.pk,
        actor=f"user:{request.user.pk}",
        reason=request.POST.get("reason", "")[:200],
        at=clock.now(),
    )
    messages.success(request, _("The scan was taken back. The code is good again."))
    return redirect("scan:scan", post)


@require_safe
@never_cache
@member_required(*STAFF)
def boarding_list(request: HttpRequest, post: str) -> HttpResponse:
    """Who is expected at a post, and who is in: names and the last letters of the document."""
    at, seen = clock.now(), request.GET.get("seen", "")
    here, words = _post(request, post, at), request.GET.get("q", "").strip()[:_MOST_WORDS]
    rows = queries.expected(
        here.zone, organisation_id=here.organisation_id, at=at, seen=seen, words=words
    )
    seen = seen if seen in queries.Seen.values else ""
    context = {
        "post": here,
        "title": say(here.title),
        "seen": seen,
        "words": words,
        "keep": urlencode({"seen": seen, "q": words}) + "&" if seen or words else "",
        "choices": queries.Seen.choices,
        "page": page_of(request, rows, by=("pk",), size=50),
    }
    return render(request, "bookings_vouchers/list.html", context)


def _post(request: HttpRequest, key: str, at: datetime) -> Post:
    return places_to_scan.get(key=key, organisation_ids=organisation_ids(request, *STAFF), at=at)


def _way(request: HttpRequest, post: Post) -> Direction:
    way = request.GET.get("way", "")
    return Direction(way) if way in Direction.__members__ else post.direction


def _redeem(request: HttpRequest, post: Post, at: datetime) -> dict[str, Any]:
    """What the page says of the code that was sent; a step before it, where somebody has to decide."""
    is_sure = not post.asks_first or "sure" in request.POST
    sent: dict[str, Any] = {}
    try:
        asked = _scan(request, post, at)
        sent = {"code": asked.text, "fallback": asked.fallback, "sent_key": asked.request_key}
        done = operations.redeem_together(asked) if is_sure else operations.look(asked)
    except operations.HowMany as party:
        return showing.how_many(party) | sent
    except Refusal as refusal:
        return showing.stop(refusal)
    return showing.passed(done, asked, is_sure=is_sure) | sent


def _scan(request: HttpRequest, post: Post, at: datetime) -> Scan:
    """The scan that a page asks for. :raises BadInput: it cannot be read."""
    text, key = request.POST.get("code", ""), request.POST.get("request_key", "")
    if not 1 <= len(text) <= _MOST_TEXT or not 8 <= len(key) <= 64:
        raise BadInput(field="code")
    fallback = request.POST.get("fallback", "")
    shown = Fallback(fallback) if fallback in Fallback.values else Fallback.CODE
    return Scan(
        post,
        f"user:{request.user.pk}",
        key,
        at,
        text=text,
        persons=_persons(request.POST.get("persons", "")),
        asks_many=True,
        direction=_way(request, post),
        fallback=shown,
    )


def _persons(text: str) -> int | None:
    if not text:
        return None
    return whole(text, field="persons", least=1, most=_MOST_PERSONS)
