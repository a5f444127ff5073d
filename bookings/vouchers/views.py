"""The staff's page at a gate, in a bus, at a counter: choose the post once, then scan."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.organisations.access import member_required, organisation_ids
from accounts.organisations.models import Role
from bookings.vouchers import operations, queries
from bookings.vouchers import posts as places_to_scan
from bookings.vouchers.posts import Post
from kernel import clock, codes
from kernel.errors import BadInput, Refusal
from kernel.naming import say
from kernel.places.models import Region
from kernel.web.caching import never_cache
from kernel.web.paging import page_of

STAFF = (Role.GATE, Role.DRIVER, Role.COUNTER, Role.OPERATOR, Role.ADMIN)
_MOST_TEXT = 400


@require_safe
@never_cache
@member_required(*STAFF)
def posts_page(request: HttpRequest) -> HttpResponse:
    """The posts of the person's organisations: those that stand, then what leaves soon."""
    at = clock.now()
    found = places_to_scan.list_all(organisation_ids=organisation_ids(request, *STAFF), at=at)
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
        "zone": Region.objects.get(pk=here.region_id).timezone,
        "at": at,
        "request_key": codes.new_token(),
    }
    if request.method == "POST":
        context |= _redeem(request, here, at)
    return render(request, "bookings_vouchers/scan.html", context)


@require_safe
@never_cache
@member_required(*STAFF)
def boarding_list(request: HttpRequest, post: str) -> HttpResponse:
    """Who is expected at a post, and who is in: names and the last letters of the document."""
    at, seen = clock.now(), request.GET.get("seen", "")
    here = _post(request, post, at)
    rows = queries.expected(here.zone, organisation_id=here.organisation_id, at=at, seen=seen)
    context = {
        "post": here,
        "title": say(here.title),
        "seen": seen if seen in queries.Seen.values else "",
        "choices": queries.Seen.choices,
        "page": page_of(request, rows, by=("pk",), size=50),
    }
    return render(request, "bookings_vouchers/list.html", context)


def _post(request: HttpRequest, key: str, at: datetime) -> Post:
    return places_to_scan.get(key=key, organisation_ids=organisation_ids(request, *STAFF), at=at)


def _redeem(request: HttpRequest, post: Post, at: datetime) -> dict[str, Any]:
    text = request.POST.get("code", "")
    request_key = request.POST.get("request_key", "")
    if not 1 <= len(text) <= _MOST_TEXT or not 8 <= len(request_key) <= 64:
        return {"tone": "stop", "word": _("STOP"), "text": BadInput(field="code").reason}
    try:
        done = operations.redeem(
            text=text,
            post=post,
            actor=f"user:{request.user.pk}",
            request_key=request_key,
            at=at,
        )
    except Refusal as refusal:
        return {"tone": "stop", "word": _("STOP"), "text": refusal.reason}
    return _result(done)


def _result(done: operations.Redeemed) -> dict[str, Any]:
    people = [
        {
            "name": voucher.carrier.holder or _("Holder of the order"),
            "kind": _kind(voucher.show),
        }
        for voucher in done.vouchers
    ]
    checks = [words for v in done.vouchers if (words := say(v.show.get("check") or {}))]
    count = len(done.vouchers)
    return {
        "tone": "check" if checks else "in",
        "word": _("CHECK") if checks else _("IN"),
        "count": ngettext("%(n)s person", "%(n)s people", count) % {"n": count},
        "text": _("Check the document: %(what)s") % {"what": "; ".join(checks)} if checks else "",
        "people": people,
        "is_repeat": done.is_repeat,
    }


def _kind(show: dict[str, Any]) -> str:
    """The class, and the age where it is known."""
    kind = say(show.get("class") or {})
    age = show.get("age")
    if age is None:
        return kind
    years = _("age %(age)s") % {"age": age}
    return f"{kind} · {years}"
