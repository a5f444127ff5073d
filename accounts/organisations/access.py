"""Who may open a work page: members in one of its roles, with a verified second factor."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from accounts.organisations import queries
from accounts.organisations.models import Role
from kernel.web.pages import Forbidden

Given = ParamSpec("Given")
View = Callable[Concatenate[HttpRequest, Given], HttpResponseBase]


def member_required(*roles: Role) -> Callable[[View[Given]], View[Given]]:
    """Let only members in one of ``roles`` into a view; others sign in first, or are refused.

    Inside, ``organisation_ids(request, *roles)`` says whose rows the person may touch.
    """

    def guard(view: View[Given]) -> View[Given]:
        @wraps(view)
        def guarded(
            request: HttpRequest, *args: Given.args, **kwargs: Given.kwargs
        ) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return to_sign_in(request)
            if not organisation_ids(request, *roles):
                raise Forbidden
            if not is_verified(request):
                return to_sign_in(request)
            return view(request, *args, **kwargs)

        guarded.roles = roles  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return guard


def organisation_ids(request: HttpRequest, *roles: Role) -> frozenset[int]:
    """The organisations that the person works for in one of these roles."""
    return queries.of_user(request.user, roles=roles or tuple(Role))


def is_verified(request: HttpRequest) -> bool:
    """Whether a second factor was proved in this browser (an authenticator or a trusted device)."""
    user: Any = request.user
    return bool(user.is_authenticated and user.is_verified())


def to_sign_in(request: HttpRequest) -> HttpResponseBase:
    """To the page where people at work sign in, and back here afterwards."""
    here = urlencode({"next": request.get_full_path()})
    return redirect(f"{reverse('identity:staff')}?{here}")
