"""Operators' hands on announced sales: plan one, announce it, set its pace, watch the line."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Field, QuerySet
from django.forms import ChoiceField, ModelForm
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminSelectWidget

from accounts.identity import phones
from accounts.identity.models import User
from accounts.organisations.scoping import Queue, ReadOnlyAdmin, ScopedAdmin
from bookings import registry
from bookings.waiting import operations, queries
from bookings.waiting.models import Sale, Turn
from kernel import clock

_COUNTS = (
    "is_announced", "is_paused", "joined", "early", "in_line", "called", "let_in", "inside", "bought",
    "gone", "progress",
)  # fmt: skip
_MOST_DIGITS = 7


@admin.register(Sale)
class SaleAdmin(ScopedAdmin, ModelAdmin):
    """Settings are fields; announcing and pausing are actions; the counts are only shown."""

    list_display = (
        "name_zh", "organisation", "opens_at", "is_announced", "is_paused", "in_line", "called",
        "let_in", "inside", "bought", "gone", "progress",
    )  # fmt: skip
    list_filter = ("is_announced", "is_paused", "organisation")
    list_select_related = ("organisation",)
    search_fields = ("name_zh", "name_en", "organisation__slug")
    autocomplete_fields = ("organisation",)
    date_hierarchy = "opens_at"
    readonly_fields = _COUNTS
    actions = ("announce", "withdraw", "pause", "resume")
    show_full_result_count = False
    queues = (Queue(_("Lines that are paused"), {"is_paused__exact": 1}),)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Sale]:
        return queries.with_counts(super().get_queryset(request), at=clock.now())

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def formfield_for_dbfield(
        self, db_field: Field[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Any:
        """The kind is chosen among those that are sold."""
        if db_field.name != "kind":
            return super().formfield_for_dbfield(db_field, request, **kwargs)
        kinds = [seller.kind for seller in registry.list_all()]
        return ChoiceField(
            label=db_field.verbose_name, help_text=db_field.help_text, required=False,
            choices=[("", "—"), *zip(kinds, kinds, strict=True)], widget=UnfoldAdminSelectWidget,
        )  # fmt: skip

    def save_model(
        self, request: HttpRequest, obj: Sale, form: ModelForm[Sale], change: bool
    ) -> None:
        changed = {name: form.cleaned_data[name] for name in form.changed_data}
        operations.save(sale=obj, changed=changed, actor=_actor(request), at=clock.now())

    @admin.display(description=_("in line now"))
    def in_line(self, row: Any) -> int:
        return int(row.waiting)

    @admin.display(description=_("called"), ordering="served")
    def called(self, row: Any) -> int:
        return int(row.served)

    @admin.display(description=_("let in"))
    def let_in(self, row: Any) -> int:
        return int(row.entered)

    @admin.display(description=_("inside now"))
    def inside(self, row: Any) -> int:
        return int(row.within)

    @admin.display(description=_("bought"))
    def bought(self, row: Any) -> int:
        return int(row.bought)

    @admin.display(description=_("left, or let the time go by"))
    def gone(self, row: Any) -> str:
        return f"{row.left}, {row.lapsed}"

    @admin.display(description=_("called of those who joined"))
    def progress(self, row: Sale) -> SafeString:
        return format_html(
            '<progress max="{}" value="{}"></progress> {} / {}',
            max(1, row.joined), row.served, row.served, row.joined,
        )  # fmt: skip

    @admin.action(description=_("Announce: the line forms"))
    def announce(self, request: HttpRequest, queryset: QuerySet[Sale]) -> None:
        self._switch(request, queryset, is_announced=True)

    @admin.action(description=_("Withdraw: no line, everybody may order"))
    def withdraw(self, request: HttpRequest, queryset: QuerySet[Sale]) -> None:
        self._switch(request, queryset, is_announced=False)

    @admin.action(description=_("Pause: nobody more is let in"))
    def pause(self, request: HttpRequest, queryset: QuerySet[Sale]) -> None:
        self._switch(request, queryset, is_paused=True)

    @admin.action(description=_("Go on letting in"))
    def resume(self, request: HttpRequest, queryset: QuerySet[Sale]) -> None:
        self._switch(request, queryset, is_paused=False)

    def _switch(self, request: HttpRequest, queryset: QuerySet[Sale], **fields: bool) -> None:
        at = clock.now()
        for sale in queryset:
            operations.switch(sale=sale, actor=_actor(request), at=at, **fields)
        messages.success(request, _("Done. Every web process knows within ten seconds."))


@admin.register(Turn)
class TurnAdmin(ReadOnlyAdmin, ScopedAdmin, ModelAdmin):
    """Who stands where, to answer a question on the phone."""

    organisation_path = "sale__organisation"
    list_display = ("number", "sale", "person", "joined_at", "entered_at", "finished_at")
    list_filter = ("sale",)
    list_select_related = ("sale",)
    search_fields = ("person",)
    search_help_text = _("A number in line, or a person’s whole phone number")
    ordering = ("sale", "number")
    show_full_result_count = False

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Turn], search_term: str
    ) -> tuple[QuerySet[Turn], bool]:
        """By number in line, or by phone: whole, since only its blind index is stored."""
        term = search_term.strip()
        if term.isdecimal() and len(term) <= _MOST_DIGITS:
            return queryset.filter(number=int(term)), False
        try:
            phone = phones.read_phone(term)
        except ValidationError:
            rows: tuple[QuerySet[Turn], bool] = super().get_search_results(
                request, queryset, search_term
            )
            return rows
        people = User.objects.filter(phone_index=phones.index_of(phone))
        return queryset.filter(person__in=[one.actor for one in people]), False


def _actor(request: HttpRequest) -> str:
    return f"user:{request.user.pk}"
