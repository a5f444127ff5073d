"""What is shown when the answer is no: refusals, missing pages, faults; each with a way out."""

import sys
from urllib.parse import urlsplit

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template import loader
from django.utils.translation import gettext_lazy as _

from kernel import metrics, trace
from kernel.errors import BadInput, NotFound, Refusal
from kernel.web import overload, problems, redirects
from kernel.web.refusals import Interrupted, as_refusal


class Forbidden(Refusal):
    """The page exists, and is for somebody else."""

    status = 403
    message = _("This page is for another account. Sign in with the account that may see it.")


class StaleForm(Refusal):
    """The form's protection token is missing or too old."""

    code = "stale_form"
    status = 403
    message = _("This form is too old, or cookies are off. Go back, load the page again and retry.")


class Fault(Refusal):
    """Something is wrong on our side."""

    status = 500
    message = _("Something went wrong on our side. Look at your orders before you pay again.")


def refuse(
    request: HttpRequest, refusal: Refusal, *, page: str = "kernel_web/refusal.html"
) -> HttpResponseBase:
    """Answer a refusal as the asker can read it: problem+json, an htmx fragment or a page."""
    metrics.REFUSALS.add(refusal.code)
    if isinstance(refusal, Interrupted):
        return _plain(request, refusal)
    if problems.wants_json(request):
        return problems.problem(refusal)
    by_htmx = request.headers.get("HX-Request") == "true"
    template = "components/_refusal.html" if by_htmx else page
    context = {"refusal": refusal, "way_back": way_back(request), "number": _number(refusal)}
    response = render(request, template, context, status=refusal.status)
    if by_htmx:
        response["HX-Retarget"] = "#q-messages"
        response["HX-Reswap"] = "innerHTML show:top"
    problems.say_when_to_retry(response, refusal)
    return response


def _number(refusal: Refusal) -> str:
    """What a person can quote, where the trouble may be ours."""
    return trace.current() if refusal.status >= 500 else ""


def way_back(request: HttpRequest) -> str:
    """The page of ours that the person came from, or the home page."""
    referer = urlsplit(request.headers.get("Referer", ""))
    try:
        host = request.get_host()
    except DisallowedHost:  # what is being refused may be the host itself
        return "/"
    if referer.netloc != host:
        return "/"
    return redirects.safe_next(request, "/", url=referer._replace(fragment="").geturl())


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponseBase:
    return refuse(request, BadInput(), page="400.html")


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponseBase:
    return refuse(request, Forbidden(), page="403.html")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponseBase:
    return refuse(request, StaleForm(), page="403_csrf.html")


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponseBase:
    return refuse(request, NotFound(), page="404.html")


def server_error(request: HttpRequest) -> HttpResponseBase:
    """The last page, also for what is raised outside the views."""
    if isinstance(sys.exception(), MemoryError):
        overload.leave()
    return _plain(request, as_refusal(sys.exception()) or Fault())


def _plain(request: HttpRequest, refusal: Refusal) -> HttpResponseBase:
    """A page that asks nothing of the database, the session or a context processor."""
    if problems.wants_json(request):
        return problems.problem(refusal)
    page = loader.render_to_string("500.html", {"number": trace.current()})
    response = HttpResponse(page, status=refusal.status)
    problems.say_when_to_retry(response, refusal)
    return response
