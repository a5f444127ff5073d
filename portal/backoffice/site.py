"""The operators' desk: Django's admin behind a second factor, opening on the work that waits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.admin.utils import prepare_lookup_value
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from unfold.sites import UnfoldAdminSite

from accounts.identity import actors, sessions
from accounts.identity import operations as identity
from accounts.identity.models import Authenticator
from accounts.organisations import access
from accounts.organisations import queries as organisations
from accounts.organisations.scoping import Queue, ScopedAdmin, works_at_a_desk
from bookings.cash import queries as cash
from kernel import clock
from kernel.places import horizons
from kernel.web.caching import never_cache
from kernel.web.pages import Forbidden


@dataclass(frozen=True, slots=True)
class Waiting:
    """A queue as the index shows it."""

    title: str
    count: int
    url: str


class BackOffice(UnfoldAdminSite):
    """One site for every room's admin.

    Nobody sees any page of it without a desk to work at and an authenticator proved in this browser;
    a trusted device, as gates have, is not enough. Signing in and out are the site's own pages.
    """

    index_template = "portal_backoffice/index.html"
    enable_nav_sidebar = True

    def has_permission(self, request: HttpRequest) -> bool:
        user: Any = request.user
        return bool(
            user.is_authenticated
            and user.is_active
            and user.is_staff
            and isinstance(getattr(user, "otp_device", None), Authenticator)
            and works_at_a_desk(request)
        )

    @never_cache
    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponseBase:
        """To the page where people at work sign in; who is in already and may not be here hears so."""
        if self.has_permission(request):
            return redirect(f"{self.name}:index")
        if access.is_verified(request):
            raise Forbidden
        wanted = request.GET.get("next") or reverse(f"{self.name}:index")
        return redirect(f"{reverse('identity:staff')}?{urlencode({'next': wanted})}")

    def logout(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponseBase:
        """Sign out, by a post only."""
        if request.method != "POST":
            return HttpResponse(status=405, headers={"Allow": "POST"})
        sessions.leave(request, at=clock.now())
        return redirect("identity:staff")

    def password_change(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponseBase:
        """To the page that sets it, good once; a new password signs out everywhere."""
        user: Any = request.user
        if not self.has_permission(request):
            return self.login(request)
        return redirect(identity.password_path(user))

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponseBase:
        waiting = sorted(self._waiting(request), key=lambda queue: (not queue.count, queue.title))
        more = {"queues": waiting, "alarms": _alarms(request), "drawer": _drawer(request)}
        return super().index(request, {**more, **(extra_context or {})})

    def _waiting(self, request: HttpRequest) -> Iterator[Waiting]:
        """Every queue of every admin that the person may see, counted in their own scope."""
        for model_admin in self._registry.values():
            if not isinstance(model_admin, ScopedAdmin):
                continue
            if model_admin.queues and model_admin.has_view_permission(request):
                rows = model_admin.get_queryset(request)
                for queue in model_admin.queues:
                    yield _count(queue, rows, self._list_url(model_admin))

    def _list_url(self, model_admin: Any) -> str:
        options = model_admin.model._meta
        return reverse(f"{self.name}:{options.app_label}_{options.model_name}_changelist")


def _alarms(request: HttpRequest) -> list[horizons.Short]:
    """What is running out of days to sell in the regions that the person works in."""
    found = horizons.short(at=clock.now())
    if organisations.sees_all(request.user):
        return found
    own = organisations.regions_of(request.user)
    return [one for one in found if one.region.pk in own]


def _drawer(request: HttpRequest) -> dict[str, Any] | None:
    """The way to the counter's drawer, and the shift that is open there; None: not for this person."""
    if not access.organisation_ids(request, *cash.STAFF):
        return None
    return {"url": reverse("cash:counter"), "shift": cash.open_of(actors.actor_of(request))}


def _count(queue: Queue, rows: Any, url: str) -> Waiting:
    """A queue's filter speaks the language of the list's address: state__exact=FAILED, a__in=1,2."""
    where = {name: prepare_lookup_value(name, value) for name, value in queue.where.items()}
    return Waiting(
        str(queue.title), rows.filter(**where).count(), f"{url}?{urlencode(queue.where)}"
    )
