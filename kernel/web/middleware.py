"""What stands around every view: what is unreadable stays out, and a refusal becomes an answer."""

import logging
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from time import perf_counter
from typing import NamedTuple

import msgspec
from django.conf import settings
from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase

from kernel import metrics, trace, turns
from kernel.errors import BadInput
from kernel.randomness import random_bytes
from kernel.web import pages
from kernel.web.refusals import as_refusal

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_FORM, _MOST_DIGITS = "application/x-www-form-urlencoded", 18

requests_log = logging.getLogger("quanyu.requests")

GetResponse = Callable[[HttpRequest], HttpResponseBase]


class RequestLogMiddleware:
    """One line and one count a request, and its id on every line that is written on the way.

    The line names the route, never the path or the query: those may carry an order's token.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        began, request_id = perf_counter(), _request_id(request)
        with trace.following(request_id):
            response = self.get_response(request)
        seconds = perf_counter() - began
        turns.once_a_round(_note, _Seen(request, response, request_id, seconds))
        response["X-Request-Id"] = request_id
        return response


class _Seen(NamedTuple):
    """A request that has its answer."""

    request: HttpRequest
    response: HttpResponseBase
    request_id: str
    seconds: float


def _note(all_seen: Sequence[_Seen]) -> None:
    """Write the lines of requests that were answered together at once, and count them."""
    requests_log.info("\n".join(map(_line, all_seen)))
    for request, response, _id, seconds in all_seen:
        match = request.resolver_match
        metrics.count_request(
            route=(match.view_name if match else "") or "none",
            method=request.method,
            status=response.status_code,
            seconds=seconds,
        )


def _request_id(request: HttpRequest) -> str:
    """The id that a trusted proxy gave, or a new one: a stranger does not name our lines."""
    given = request.META.get("HTTP_X_REQUEST_ID", "") if settings.TRUSTED_PROXY_HOPS else ""
    return given if trace.is_id(given) else random_bytes(16).hex()


def _line(seen: _Seen) -> str:
    """One request as JSON. Made here, because the general way costs as much as a statement does."""
    request, response, request_id, seconds = seen
    return msgspec.json.encode(
        {
            "event": "request",
            "method": request.method,
            "route": request.resolver_match.route if request.resolver_match else None,
            "status": response.status_code,
            "ms": round(seconds * 1000, 1),
            "request_id": request_id,
            "level": "info",
            "logger": "quanyu.requests",
            "timestamp": datetime.now(UTC).isoformat(),
        }
    ).decode()


class UnreadableTextMiddleware:
    """Refuse text that PostgreSQL cannot store (NUL, lone surrogates) before any view sees it.

    And a form whose sender hung up on the way: the server gives what came as if it were all, and half
    a form is another form.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if _is_unreadable(request):
            return pages.refuse(request, BadInput())
        return self.get_response(request)


class RefusalMiddleware:
    """Turn a refusal that a view let through into a page or problem+json.

    Which exception is one, kernel.web.refusals says.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponseBase | None:
        refusal = as_refusal(exception)
        return pages.refuse(request, refusal) if refusal else None


def _is_unreadable(request: HttpRequest) -> bool:
    if _is_cut_short(request):
        return True
    if _UNSTORABLE.search(request.path) or _any_unstorable(request.GET):
        return True
    if request.content_type == "application/json":
        return b"\\u0000" in request.body
    return request.method == "POST" and _any_unstorable(request.POST)


def _is_cut_short(request: HttpRequest) -> bool:
    """Whether less came than was announced, or a length was announced that nobody can read."""
    announced = request.META.get("CONTENT_LENGTH") or "0"
    if len(announced) > _MOST_DIGITS or not announced.isdecimal():
        return True
    return request.content_type == _FORM and len(request.body) < int(announced)


def _any_unstorable(fields: QueryDict) -> bool:
    return any(
        _UNSTORABLE.search(text) for name, values in fields.lists() for text in (name, *values)
    )
