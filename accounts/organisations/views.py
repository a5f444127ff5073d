"""The way to work: straight to the only page a person works at, or a choice of them."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.organisations import access, queries, workplaces
from kernel.web.caching import never_cache
from kernel.web.pages import Forbidden


@require_GET
@never_cache
def work(request: HttpRequest) -> HttpResponseBase:
    """Lead a member or back-office person on; strangers are refused."""
    if not request.user.is_authenticated:
        return access.to_sign_in(request)
    places = _places(request)
    if not places:
        raise Forbidden
    if not access.is_verified(request):
        return access.to_sign_in(request)
    if len(places) == 1:
        return redirect(places[0][1])
    return render(request, "accounts_organisations/work.html", {"places": places})


def _places(request: HttpRequest) -> list[tuple[str, str, str]]:
    """(title, address, icon) of every page the person works at."""
    user = request.user
    found = [
        (str(place.title), place.url, place.icon)
        for place in workplaces.of_roles(queries.roles_of(user))
    ]
    if user.is_authenticated and user.is_staff:
        return [(_("Back office"), reverse("admin:index"), "list"), *found]
    return found
