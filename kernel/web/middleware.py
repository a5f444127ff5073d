"""What stands around every view: unreadable bytes stay out, and a refusal becomes an answer."""

import json
import logging
import re
from collections.abc import Callable
from datetime import UTC, datetime
from time import perf_counter
from uuid import uuid4

from django.conf import settings
from django.db import DataError, OperationalError
from django.http import HttpRequest, QueryDict
from django.http.request import RawPostDataException
from django.http.response import HttpResponseBase

from kernel import metrics, trace
from kernel.errors import BadInput, Busy, Refusal
from kernel.web import pages

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")

logger = logging.getLogger(__name__)
requests_log = logging.getLogger("quanyu.requests")

LOCK_NOT_AVAILABLE, DEADLOCK, TOO_MANY_CONNECTIONS = "55P03", "40P01", "53300"
BUSY = {LOCK_NOT_AVAILABLE, DEADLOCK, TOO_MANY_CONNECTIONS}

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
            requests_log.info(_line(request, response, request_id, seconds))
        match = request.resolver_match
        metrics.count_request(
            route=(match.view_name if match else "") or "none",
            method=request.method,
            status=response.status_code,
            seconds=seconds,
        )
        response["X-Request-Id"] = request_id
        return response


def _request_id(request: HttpRequest) -> str:
    """The id that a trusted proxy gave, or a new one: a stranger does not name our lines."""
    given = request.META.get("HTTP_X_REQUEST_ID", "") if settings.TRUSTED_PROXY_HOPS else ""
    return given if trace.is_id(given) else uuid4().hex


def _line(request: HttpRequest, response: HttpResponseBase, request_id: str, seconds: float) -> str:
    """One request as JSON. Made here, because the general way costs as much as a statement does."""
    return json.dumps(
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
    )


class UnreadableTextMiddleware:
    """Refuse text that PostgreSQL cannot store (NUL, lone surrogates) before any view sees it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if _is_unreadable(request):
            return pages.refuse(request, BadInput())
        return self.get_response(request)


class RefusalMiddleware:
    """Turn a refusal that a view let through into a page or problem+json.

    A lock or a connection that could not be had in time is `Busy`: the transaction was rolled back,
    so trying again is safe. A value that the database cannot hold is `BadInput`, and is logged
    because a form should have said so first.
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


def as_refusal(exception: Exception) -> Refusal | None:
    """The refusal that an exception stands for, or None when it is a fault."""
    if isinstance(exception, Refusal):
        return exception
    if isinstance(exception, OperationalError) and _sqlstate(exception) in BUSY:
        logger.warning("busy: %s", _sqlstate(exception))
        return Busy()
    if isinstance(exception, RawPostDataException):  # a form of files where a program should speak
        return BadInput()
    if isinstance(exception, DataError):
        logger.warning("the database cannot hold a value: %s", _sqlstate(exception))
        return BadInput()
    return None


def _sqlstate(exception: Exception) -> str | None:
    return getattr(exception.__cause__, "pgcode", None)


def _is_unreadable(request: HttpRequest) -> bool:
    if _UNSTORABLE.search(request.path) or _any_unstorable(request.GET):
        return True
    if request.content_type == "application/json":
        return b"\\u0000" in request.body
    return request.method == "POST" and _any_unstorable(request.POST)


def _any_unstorable(fields: QueryDict) -> bool:
    return any(
        _UNSTORABLE.search(text) for name, values in fields.lists() for text in (name, *values)
    )
