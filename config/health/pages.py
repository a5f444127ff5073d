"""For whoever watches the site: is it alive, is it ready, what does it count."""

import hmac
from ipaddress import ip_address, ip_network

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe
from redis.exceptions import RedisError

from config.health import gauges
from kernel import metrics
from kernel.web.pages import Forbidden
from kernel.web.requests import client_ip


def alive(request: HttpRequest) -> HttpResponse:
    """200 as long as the process answers."""
    return HttpResponse("ok", content_type="text/plain")


def ready(request: HttpRequest) -> JsonResponse:
    """200 when the database answers, else 503; the cache is reported but not needed."""
    parts = {"database": database(), "cache": cached()}
    return JsonResponse(parts, status=200 if parts["database"] else 503)


@require_safe
def measured(request: HttpRequest) -> HttpResponse:
    """Counters of all web processes and gauges of the whole, as Prometheus reads them.

    :raises Forbidden: for whoever is not to see them.
    """
    if not _may_see(request):
        raise Forbidden
    states = [
        metrics.Gauge("quanyu_database_up", "Whether the database answers.", {(): database()}),
        metrics.Gauge("quanyu_cache_up", "Whether the cache answers.", {(): cached()}),
    ]
    text = metrics.render() + "".join(gauge.text() for gauge in [*states, *gauges.read()])
    return HttpResponse(text, content_type="text/plain; version=0.0.4; charset=utf-8")


def _may_see(request: HttpRequest) -> bool:
    """Who brings the token, or asks from an address that the settings name.

    A proxy of ours on this machine does not make a stranger local: what was forwarded counts from
    where it was sent, and where no proxy is trusted nothing that was forwarded is let in.
    """
    token = settings.QUANYU_METRICS_TOKEN
    given = request.headers.get("Authorization", "")
    if token and hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
        return True
    if "X-Forwarded-For" in request.headers and not settings.TRUSTED_PROXY_HOPS:
        return False
    try:
        address = ip_address(client_ip(request))
    except ValueError:  # a unix socket has none
        return False
    return any(address in ip_network(net) for net in settings.QUANYU_METRICS_FROM)


def database() -> bool:
    """Whether the database answers."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def cached() -> bool:
    """Whether the cache answers."""
    try:
        cache.get("ready")
    except (RedisError, OSError):
        return False
    return True
