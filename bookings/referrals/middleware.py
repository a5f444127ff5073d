"""A link with ``?via=CODE``, to whatever page: the code is kept, the page is as it would be without."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from bookings.referrals import keeping, queries

PARAMETER = "via"


class ViaMiddleware:
    """One statement where a link names a code, none otherwise. An unknown code changes nothing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        text = request.GET.get(PARAMETER) if request.method == "GET" else None
        if text and (code := queries.find(text)) is not None:
            keeping.keep(response, code)
        return response
