"""A person's inbox. Reading a page changes nothing: that a message was read is said by a form."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.messages import opening, operations, queries
from kernel import clock
from kernel.web.caching import never_cache
from kernel.web.paging import page_of


@require_GET
@never_cache
@login_required
def inbox(request: HttpRequest) -> HttpResponse:
    """The person's messages, newest first."""
    page = page_of(request, queries.inbox(user_id(request)), by=("-id",))
    return render(request, "accounts_messages/inbox.html", {"page": page, "tab": "me"})


@require_GET
@never_cache
@login_required
def message(request: HttpRequest, message_id: int) -> HttpResponse:
    """One message in full, and the way to what it is about."""
    found = queries.of_person(message_id, user_id(request))
    context = {
        "message": found,
        "body": opening.body_of(found),
        "link": opening.link_of(found),
        "tab": "me",
    }
    return render(request, "accounts_messages/message.html", context)


@require_POST
@login_required
def read(request: HttpRequest, message_id: int) -> HttpResponse:
    """Note that it was read; then back to the others."""
    queries.of_person(message_id, user_id(request))
    operations.read(message_id=message_id, user_id=user_id(request), at=clock.now())
    return redirect("messages:inbox")


@require_POST
@login_required
def read_all(request: HttpRequest) -> HttpResponse:
    """Note that everything was read."""
    operations.read_all(user_id=user_id(request), at=clock.now())
    return redirect("messages:inbox")


def user_id(request: HttpRequest) -> int:
    """The number of who is signed in: these pages are for nobody else."""
    assert request.user.pk is not None
    return int(request.user.pk)
