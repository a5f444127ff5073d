"""Operators' hands on warnings: a draft, sent after it was seen whom it reaches."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from accounts.identity import queries as identity
from accounts.organisations import queries as organisations
from accounts.organisations.models import DESK_ROLES, Organisation
from accounts.organisations.scoping import ScopedAdmin
from bookings.warnings import operations, queries
from bookings.warnings.models import PlaceWarning
from kernel import clock
from kernel.errors import Refusal
from kernel.places.models import Place


@admin.register(PlaceWarning)
class PlaceWarningAdmin(ScopedAdmin, ModelAdmin):
    list_display = ("__str__", "place", "level", "affects_from", "affects_until", "sent_at", "told")
    list_filter = ("level", ("sent_at", admin.EmptyFieldListFilter))
    list_select_related = ("place", "organisation")
    search_fields = ("title_zh", "title_en")
    date_hierarchy = "affects_from"
    show_full_result_count = False
    fields = (
        "organisation", "place", "radius_m", "level", "title_zh", "title_en", "text_zh", "text_en",
        "affects_from", "affects_until", "send_link", "sent_at", "who", "told", "withdrawn_at",
    )  # fmt: skip
    readonly_fields = ("send_link", "sent_at", "who", "told", "withdrawn_at")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        is_draft = obj is None or obj.sent_at is None
        return is_draft and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        is_draft = obj is not None and obj.sent_at is None
        return is_draft and super().has_delete_permission(request, obj)

    def get_field_queryset(
        self, db: str | None, db_field: Any, request: HttpRequest
    ) -> QuerySet[Any] | None:
        """The places of one's own region: the gazetteer is everybody's."""
        if db_field.remote_field.model is not Place or self.is_platform(request):
            return super().get_field_queryset(db, db_field, request)
        own = organisations.of_user(request.user, roles=DESK_ROLES)
        regions = Organisation.objects.filter(pk__in=own).values("region")
        return Place.objects.filter(region__in=regions).order_by("name_zh")

    def get_form(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """Only the platform writes to everybody's guests."""
        form = super().get_form(request, obj, **kwargs)
        if "organisation" in form.base_fields:
            form.base_fields["organisation"].required = not self.is_platform(request)
        return form

    def save_model(self, request: HttpRequest, obj: PlaceWarning, form: Any, change: bool) -> None:
        try:
            operations.save_draft(warning=obj, actor=f"user:{request.user.pk}", at=clock.now())
        except Refusal as refusal:
            messages.error(request, refusal.reason)

    @admin.display(description=_("sent by"))
    def who(self, row: PlaceWarning) -> str:
        return identity.names_of([row.sent_by])[row.sent_by] if row.sent_by else ""

    @admin.display(description=_("send"))
    def send_link(self, row: PlaceWarning) -> SafeString | str:
        if row.pk is None:
            return str(_("Save it first; then you see whom it reaches."))
        url = reverse("admin:bookings_warnings_placewarning_send", args=[row.pk])
        words = _("See whom it reaches, and send it") if row.sent_at is None else _("Withdraw it")
        return format_html('<a class="text-link" href="{}">{}</a>', url, words)

    def get_urls(self) -> list[URLPattern]:
        send = self.admin_site.admin_view(self.send)
        name = "bookings_warnings_placewarning_send"
        return [path("<int:pk>/send/", send, name=name), *super().get_urls()]

    def send(self, request: HttpRequest, pk: int) -> HttpResponse:
        """How it reads, whom it reaches; then it is sent, or taken back."""
        row = self.get_queryset(request).select_related("place__region").filter(pk=pk).first()
        if row is None:
            raise Http404
        reach = queries.reach(row)
        if request.method == "POST" and self._do(request, row, reach):
            return redirect("admin:bookings_warnings_placewarning_change", row.pk)
        context = {
            **self.admin_site.each_context(request),
            "title": row,
            "row": row,
            "reach": reach,
            "places": Place.objects.filter(pk__in=queries.places_of(row)).order_by("name_zh"),
        }
        return TemplateResponse(request, "bookings_warnings/admin_send.html", context)

    @staticmethod
    def _do(request: HttpRequest, row: PlaceWarning, reach: queries.Reach) -> bool:
        """Whether it was done; otherwise the page says why not."""
        actor, at = f"user:{request.user.pk}", clock.now()
        if request.POST.get("step") == "withdraw":
            operations.withdraw(warning_id=row.pk, actor=actor, at=at)
            return True
        if request.POST.get("seen") != str(reach.people):
            messages.warning(
                request, _("Somebody has booked or cancelled meanwhile. Please look again.")
            )
            return False
        try:
            operations.send(warning_id=row.pk, actor=actor, at=at)
        except Refusal as refusal:
            messages.error(request, refusal.reason)
            return False
        messages.success(request, _("It is on its way."))
        return True
