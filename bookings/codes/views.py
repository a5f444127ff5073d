"""What a partner's own gate needs to verify our codes, and what keeps a holder's page: no names."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from bookings.codes import operations, queries
from kernel import clock

_WORKER = settings.BASE_DIR.joinpath("static", "js", "codes", "worker.js")
_shortly = cache_control(public=True, max_age=30)


@require_safe
@_shortly
def keys(request: HttpRequest) -> JsonResponse:
    """Every issuer key, with how long it signed and whether it is revoked."""
    return JsonResponse({"keys": queries.key_set()})


@require_safe
@_shortly
def revoked(request: HttpRequest) -> JsonResponse:
    """Which keys and codes are dead, signed."""
    return JsonResponse(operations.dead_codes(at=clock.now()))


@require_safe
@cache_control(no_cache=True)
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker of holders' pages: from here, so that it may serve more than its folder."""
    body = _WORKER.read_text(encoding="utf-8")
    headers = {"Service-Worker-Allowed": "/"}
    return HttpResponse(body, content_type="text/javascript; charset=utf-8", headers=headers)
