"""Personal data in the back office: masked, and shown in full only after a reason was given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.contrib.admin.utils import unquote
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminTextInputWidget

from kernel import clock
from kernel.audit import operations as audit
from kernel.web.caching import never_cache


class ReasonForm(forms.Form):
    """Why somebody must see it."""

    reason = forms.CharField(
        label=_("Why do you need it?"),
        min_length=5,
        max_length=200,
        widget=UnfoldAdminTextInputWidget(),
    )


class RevealingAdmin(ModelAdmin):
    """A page "show in full" for one row. Each look is one audit row: who, whose, what, why, when.

    A subclass says in ``hidden`` what the page shows: a label and how the plain value is had. Put
    ``reveal_link`` among its fields. Stands behind ScopedAdmin, whose scope holds here too.
    """

    hidden: ClassVar[Mapping[str, tuple[str | Promise, Any]]] = {}

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.model._meta.app_label}_{self.model._meta.model_name}_reveal"
        page = self.admin_site.admin_view(self.reveal)
        return [path("<path:object_id>/reveal/", page, name=name), *super().get_urls()]

    @method_decorator(never_cache)
    def reveal(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """A get asks for the reason; only a post notes it and shows the values, once."""
        row = self.get_object(request, unquote(object_id))
        if row is None or not self.has_view_permission(request, row):
            raise Http404
        form = ReasonForm(request.POST or None)
        values: list[tuple[str, str]] = []
        if request.method == "POST" and form.is_valid():
            self._note(request, row, form.cleaned_data["reason"])
            values = [(str(label), str(read(row))) for label, read in self.hidden.values()]
        context = {
            **self.admin_site.each_context(request),
            "title": _("Show in full"),
            "opts": self.model._meta,
            "row": row,
            "form": form,
            "values": values,
        }
        return render(request, "accounts_organisations/reveal.html", context)

    def _note(self, request: HttpRequest, row: Any, reason: str) -> None:
        audit.record(
            actor=f"user:{request.user.pk}",
            action="accounts.revealed",
            subject=f"{row._meta.label_lower}:{row.pk}",
            facts={"fields": sorted(self.hidden), "reason": reason},
            at=clock.now(),
        )

    def reveal_link(self, row: Any) -> str:
        """For ``readonly_fields``: the way to that page."""
        options = self.model._meta
        name = f"{self.admin_site.name}:{options.app_label}_{options.model_name}_reveal"
        return format_html('<a href="{}">{}</a>', reverse(name, args=[row.pk]), _("Show in full"))

    reveal_link.short_description = _("In full")  # type: ignore[attr-defined]
