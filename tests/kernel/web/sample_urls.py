"""Views that say no in every way there is; the pages and middleware tests run on them."""

from typing import NoReturn

from django.conf.urls.i18n import i18n_patterns
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_protect

from kernel import clock
from kernel.errors import Busy, Refusal
from kernel.outbox import operations as outbox

handler400 = "kernel.web.pages.bad_request"
handler403 = "kernel.web.pages.permission_denied"
handler404 = "kernel.web.pages.page_not_found"
handler500 = "kernel.web.pages.server_error"


class SoldOut(Refusal):
    message = gettext_lazy("Only %(left)s left at %(title)s")


def fine(request: HttpRequest) -> HttpResponse:
    return HttpResponse("fine")


def sold_out(request: HttpRequest) -> NoReturn:
    raise SoldOut(left=3, title="<b>Hongcun</b>")


def busy(request: HttpRequest) -> NoReturn:
    raise Busy


def locked(request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '50ms'")
        cursor.execute("SELECT pg_advisory_lock(4711)")
    return HttpResponse("got it")


def lost(request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    return HttpResponse("still there")


def too_big(request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::integer", ["99999999999999999999"])
    return HttpResponse("fits")


def broken(request: HttpRequest) -> NoReturn:
    raise RuntimeError("a fault")


def record(request: HttpRequest) -> HttpResponse:
    with transaction.atomic():
        outbox.record(name="tests.trace.first", key="1", facts={}, at=clock.now())
    return HttpResponse("noted")


def forbidden(request: HttpRequest) -> NoReturn:
    raise PermissionDenied


@csrf_protect
def guarded(request: HttpRequest) -> HttpResponse:
    return HttpResponse("guarded")


_VIEWS = [
    path("fine/", fine),
    path("sold-out/", sold_out),
    path("busy/", busy),
    path("locked/", locked),
    path("lost/", lost),
    path("too-big/", too_big),
    path("broken/", broken),
    path("record/", record),
    path("forbidden/", forbidden),
    path("guarded/", guarded),
]
urlpatterns = [
    path("partner/v1/sold-out/", sold_out),
    path("partner/v1/broken/", broken),
    *i18n_patterns(*_VIEWS),
]
