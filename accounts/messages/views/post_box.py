"""The local post box: everything that was sent, on local data only."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.messages import queries
from kernel.web.caching import never_cache


@require_GET
@never_cache
def outbox(request: HttpRequest) -> HttpResponse:
    """The newest messages in full. There is no such page on anybody else's data."""
    if not settings.QUANYU_LOCAL:
        raise Http404
    return render(request, "accounts_messages/outbox.html", {"letters": queries.newest()})
