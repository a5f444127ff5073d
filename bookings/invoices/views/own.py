"""My invoice titles: see, enter, change, take by default, remove."""

from __future__ import annotations

import msgspec
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.identity import actors
from bookings.invoices import operations, queries
from bookings.invoices.forms import TitleForm
from kernel import clock
from kernel.errors import Refusal


@require_safe
def titles(request: HttpRequest) -> HttpResponse:
    """All of mine, in plain: nobody else sees this page."""
    found = queries.titles_of(actors.all_of(request))
    return render(
        request, "bookings_invoices/titles.html", {"titles": [(t, t.facts) for t in found]}
    )


@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    form = TitleForm(request.POST or None)
    if form.is_valid():
        try:
            operations.keep(actor=actors.actor_of(request), facts=form.facts, at=clock.now())
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The title is saved."))
            return redirect("invoices:titles")
    return _page(request, form)


@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, title_id: int) -> HttpResponse:
    mine = actors.all_of(request)
    title = queries.title(title_id, actors=mine)
    form = TitleForm(request.POST or None, initial=msgspec.to_builtins(title.facts))
    if form.is_valid():
        operations.change(title_id=title_id, actors=mine, facts=form.facts, at=clock.now())
        messages.success(request, _("Changed."))
        return redirect("invoices:titles")
    return _page(request, form, title_id)


@require_POST
def make_default(request: HttpRequest, title_id: int) -> HttpResponse:
    operations.make_default(title_id=title_id, actors=actors.all_of(request))
    return redirect("invoices:titles")


@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: HttpRequest, title_id: int) -> HttpResponse:
    """Ask once, then remove. Invoices that were asked for keep the title."""
    mine = actors.all_of(request)
    title = queries.title(title_id, actors=mine)
    if request.method == "POST":
        operations.forget(title_id=title_id, actors=mine)
        messages.success(request, _("Removed from your list."))
        return redirect("invoices:titles")
    return render(request, "bookings_invoices/title_remove.html", {"title": title.facts})


def _page(request: HttpRequest, form: TitleForm, title_id: int | None = None) -> HttpResponse:
    return render(request, "bookings_invoices/title.html", {"form": form, "title_id": title_id})
