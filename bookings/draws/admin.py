"""Operators' hands on draws: make one, enter its public value with a second person, look.

A draw is never changed here, and called off only before it is drawn; its seed is not to be seen before.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import ForeignKey
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline

from accounts.organisations import queries as organisations
from accounts.organisations.models import DESK_ROLES, Organisation
from accounts.organisations.scoping import Queue, ReadOnlyAdmin, ScopedAdmin
from bookings.draws import operations
from bookings.draws.forms import DrawForm, OffForm, ValueForm
from bookings.draws.models import Draw, DrawState, Vacancy
from kernel import clock
from kernel.errors import Refusal
from kernel.naming import say
from kernel.places.models import Region

_ASKED = ("region", "day", "thing", "places", "closes_at", "mixes_public")
_FIXED = ("region", "kind", "ref", "places", "closes_at", "mixes_public")
_SHOWN = (
    "what", "starts_at", "state", "commitment", "list_hash", "public_value", "seed",
    "closed_at", "drawn_at", "calls_until", "value_link", "off_link", "off_reason_zh", "off_reason_en",
)  # fmt: skip


class VacancyInline(ReadOnlyAdmin, ScopedAdmin, TabularInline):
    """Whose places were not taken, one after the other: who was next got them."""

    organisation_path = "draw__organisation"
    model = Vacancy
    fields = ("number", "slip", "at")
    readonly_fields = fields
    ordering = ("number",)
    extra = 0


@admin.register(Draw)
class DrawAdmin(ScopedAdmin, ModelAdmin):
    form = DrawForm
    add_form_template = "bookings_draws/admin_add.html"
    queues = (Queue(_("Draws that wait for their public value"), {"state__exact": "CLOSED"}),)
    list_display = ("__str__", "starts_at", "places", "state", "closes_at", "drawn_at")
    list_filter = ("state",)
    search_fields = ("kind", "ref", "commitment")
    date_hierarchy = "closes_at"
    show_full_result_count = False
    inlines = (VacancyInline,)

    def get_fields(self, request: HttpRequest, obj: Draw | None = None) -> tuple[str, ...]:
        return _ASKED if obj is None else (*_FIXED, *_SHOWN)

    def get_inlines(self, request: HttpRequest, obj: Draw | None) -> tuple[Any, ...]:
        return () if obj is None else self.inlines

    def get_readonly_fields(self, request: HttpRequest, obj: Draw | None = None) -> tuple[str, ...]:
        return () if obj is None else (*_FIXED, *_SHOWN)

    def get_form(
        self, request: HttpRequest, obj: Draw | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """The one for a new draw knows whose things may be chosen."""
        if obj is not None:
            return super().get_form(request, obj, change, form=forms.ModelForm, **kwargs)
        given = {**kwargs, "fields": DrawForm.Meta.fields}
        made = super().get_form(request, obj, change, **given)
        own = self._own(request)

        class Asked(made):  # type: ignore[misc,valid-type]
            def __init__(self, *args: Any, **given: Any) -> None:
                super().__init__(*args, organisation_ids=own, **given)

        return Asked

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Any:
        """A house draws in its own region; regions as such are the platform's."""
        if db_field.name == "region" and not self.is_platform(request):
            own = Organisation.objects.filter(pk__in=self._own(request))
            kwargs["queryset"] = Region.objects.filter(pk__in=own.values("region"))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    @admin.display(description=_("what is drawn"))
    def what(self, draw: Draw) -> str:
        return " · ".join(filter(None, (say(draw.title), say(draw.subtitle))))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is None and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Draw, form: Any, change: bool) -> None:
        """Only what is new is saved; what stands against it is the answer."""
        made = operations.open_draw(
            operations.Wanted(**form.wanted),
            organisation_ids=self._own(request),
            actor=f"user:{request.user.pk}",
            at=clock.now(),
        )
        obj.pk = made.pk
        obj.refresh_from_db()

    def _own(self, request: HttpRequest) -> frozenset[int]:
        if self.is_platform(request):
            return frozenset(Organisation.objects.values_list("pk", flat=True))
        return organisations.of_user(request.user, roles=DESK_ROLES)

    @admin.display(description=_("public value"))
    def value_link(self, row: Draw) -> SafeString | str:
        if not row.mixes_public or row.value_confirmed_by:
            return "–"
        url = reverse("admin:bookings_draws_draw_value", args=[row.pk])
        return format_html('<a class="text-link" href="{}">{}</a>', url, _("Enter it"))

    def _named(self, row: Draw) -> str:
        """What is drawn, and for when at its place."""
        return f"{self.what(row)} · {row.starts_at.astimezone(row.region.tz):%Y-%m-%d %H:%M}"

    @admin.display(description=_("call off"))
    def off_link(self, row: Draw) -> SafeString | str:
        if row.state not in (DrawState.OPEN, DrawState.CLOSED):
            return "–"
        url = reverse("admin:bookings_draws_draw_off", args=[row.pk])
        return format_html('<a class="text-link" href="{}">{}</a>', url, _("Call it off"))

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/value/", view(self.value), name="bookings_draws_draw_value"),
            path("<int:pk>/off/", view(self.off), name="bookings_draws_draw_off"),
            *super().get_urls(),
        ]

    def off(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Call a draw off, with a reason that everybody in it reads."""
        row = self.get_queryset(request).filter(pk=pk).first()
        if row is None or not self.has_add_permission(request):
            raise Http404
        form = OffForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                operations.call_off(
                    draw_id=row.pk, actor=f"user:{request.user.pk}", at=clock.now(),
                    **form.cleaned_data,
                )  # fmt: skip
            except Refusal as refusal:
                form.add_error(None, refusal.reason)
            else:
                messages.success(request, _("The draw is called off; everybody in it is told."))
                return redirect("admin:bookings_draws_draw_change", row.pk)
        title = _("Call off the draw: %(what)s") % {"what": self._named(row)}
        context = {**self.admin_site.each_context(request), "title": title, "form": form}
        return TemplateResponse(request, "bookings_draws/admin_off.html", context)

    def value(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The public value, by one person and then by another; a wrong one is corrected in between."""
        row = self.get_queryset(request).filter(pk=pk).first()
        if row is None:
            raise Http404
        form = ValueForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            verb = operations.correct_value if "correct" in request.POST else operations.add_value
            try:
                verb(
                    draw_id=row.pk, value=form.cleaned_data["value"],
                    actor=f"user:{request.user.pk}", at=clock.now(),
                )  # fmt: skip
            except Refusal as refusal:
                form.add_error(None, refusal.reason)
            else:
                messages.success(request, _("It is written down."))
                return redirect("admin:bookings_draws_draw_change", row.pk)
        title = _("Public value of the draw: %(what)s") % {"what": self._named(row)}
        context = {
            **self.admin_site.each_context(request), "title": title, "row": row, "form": form,
        }  # fmt: skip
        return TemplateResponse(request, "bookings_draws/admin_value.html", context)
