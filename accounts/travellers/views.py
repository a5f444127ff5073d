"""The traveller book: see, enter, change, remove."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.identity import actors
from accounts.travellers import operations, queries
from accounts.travellers.forms import ChangeForm, TravellerForm
from kernel import clock
from kernel.errors import Refusal
from kernel.web.caching import never_cache
from kernel.web.redirects import safe_next


@require_GET
@never_cache
def book(request: HttpRequest) -> HttpResponseBase:
    context = {"travellers": queries.of(actors.all_of(request)), "tab": "me"}
    return render(request, "accounts_travellers/book.html", context)


@require_http_methods(["GET", "POST"])
@never_cache
def add(request: HttpRequest) -> HttpResponseBase:
    form = TravellerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            operations.remember(actor=actors.actor_of(request), at=clock.now(), **form.cleaned_data)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The traveller is in your list."))
            return redirect(safe_next(request, reverse("travellers:book")))
    return _page(request, form, _("Add a traveller"))


@require_http_methods(["GET", "POST"])
@never_cache
def change(request: HttpRequest, traveller_id: int) -> HttpResponseBase:
    who = actors.all_of(request)
    traveller = queries.get(traveller_id, actors=who)
    form = ChangeForm(
        request.POST or None,
        masked=traveller.document_masked,
        initial={
            "name": traveller.name,
            "kind": traveller.document_kind,
            "issuer": traveller.issuer,
            "birth_date": traveller.birth_date,
        },
    )
    if request.method == "POST" and form.is_valid():
        try:
            operations.change(traveller_id=traveller_id, actors=who, at=clock.now(), **_kept(form))
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("Changed."))
            return redirect("travellers:book")
    return _page(request, form, traveller.name, traveller_id)


@require_http_methods(["GET", "POST"])
@never_cache
def remove(request: HttpRequest, traveller_id: int) -> HttpResponseBase:
    """Ask once, then remove. Orders already placed keep the name they were sold with."""
    who = actors.all_of(request)
    traveller = queries.get(traveller_id, actors=who)
    if request.method == "POST":
        operations.forget(traveller_id=traveller_id, actors=who)
        messages.success(request, _("Removed from your list."))
        return redirect("travellers:book")
    context = {"traveller": traveller, "tab": "me"}
    return render(request, "accounts_travellers/remove.html", context)


def _kept(form: ChangeForm) -> dict[str, Any]:
    """An empty phone keeps the one that is there, like an empty number."""
    return form.cleaned_data | {"phone": form.cleaned_data["phone"] or None}


def _page(
    request: HttpRequest, form: TravellerForm, title: str, traveller_id: int | None = None
) -> HttpResponseBase:
    context = {"form": form, "title": title, "traveller_id": traveller_id, "tab": "me"}
    return render(request, "accounts_travellers/edit.html", context)
