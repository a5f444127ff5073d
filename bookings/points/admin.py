"""Points in the admin: the rules of a region by version, and what people have, to read."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from accounts.identity import queries as identity
from accounts.organisations.scoping import PlatformOnlyAdmin, ReadOnlyAdmin
from bookings.inventory import queries as inventory
from bookings.ledger.telling import memo_words
from bookings.points import operations, queries, tiers
from bookings.points.forms import SchemeForm
from bookings.points.models import Account, Scheme
from kernel import clock
from kernel.errors import Refusal

_LAST = 50
_WRITTEN = (
    "region", ("earned", "per_yuan"), "most_permille", ("years", "told_days"), "tiers", "begins_on",
)  # fmt: skip
_TOLD = (
    "region", "valid_from", "earned", "per_yuan", "most", "years", "told_days", "classes",
    "who", "made_at",
)  # fmt: skip


@admin.register(Scheme)
class SchemeAdmin(PlatformOnlyAdmin, ModelAdmin):
    """A version is written once, and only read from then on."""

    platform_only_because = _("Points are promised by the platform, for a whole region.")
    form = SchemeForm
    list_display = ("region", "valid_from", "earned", "per_yuan", "most", "years", "told_days")
    list_filter = ("region",)
    list_select_related = ("region",)
    search_fields = ("region__slug", "region__name_zh", "region__name_en")
    autocomplete_fields = ("region",)
    date_hierarchy = "valid_from"
    show_full_result_count = False

    def get_fields(self, request: HttpRequest, obj: Scheme | None = None) -> Any:
        return _WRITTEN if obj is None else _TOLD

    def get_readonly_fields(self, request: HttpRequest, obj: Scheme | None = None) -> Any:
        return () if obj is None else _TOLD

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Scheme, form: Any, change: bool) -> None:
        """Nothing is saved as such: the operation writes the version."""
        at = clock.now()
        try:
            made = operations.publish(
                region_id=obj.region_id, terms=form.terms, valid_from=form.begins_at(at),
                actor=f"user:{request.user.pk}", at=at,
            )  # fmt: skip
        except Refusal as refusal:
            messages.error(request, refusal.reason)
        else:
            obj.pk = made.pk

    @admin.display(description=_("made by"))
    def who(self, scheme: Scheme) -> str:
        return identity.names_of([scheme.actor])[scheme.actor]

    @admin.display(description=_("classes of members"))
    def classes(self, scheme: Scheme) -> SafeString | str:
        lines = tiers.write(scheme.classes).splitlines()
        return format_html_join("", "<div>{}</div>", ((line,) for line in lines)) or "–"

    @admin.display(description=_("at most of a price"))
    def most(self, scheme: Scheme) -> str:
        return f"{queries.percent(scheme.most_permille)} %"


@admin.register(Account)
class AccountAdmin(ReadOnlyAdmin, PlatformOnlyAdmin, ModelAdmin):
    platform_only_because = _("Points are what a person has from the platform.")
    list_display = ("holder", "region", "owed")
    fields = ("who", "region", "points", "owed", "moved")
    readonly_fields = fields
    list_filter = ("region",)
    list_select_related = ("region",)
    search_fields = ("holder",)
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Account]:
        return super().get_queryset(request).select_related("region")

    @admin.display(description=_("holder"))
    def who(self, account: Account) -> str:
        return identity.names_of([account.holder])[account.holder]

    @admin.display(description=_("points"))
    def points(self, account: Account) -> int:
        return inventory.left([account.bucket_id])[account.bucket_id] - account.owed

    @admin.display(description=_("last movements"))
    def moved(self, account: Account) -> SafeString | str:
        rows = queries.history(account).order_by("-pk")[:_LAST]
        told = (
            (
                f"{row.entry.at.astimezone(account.region.tz):%Y-%m-%d %H:%M}",
                memo_words(row.entry.memo),
                f"{-row.amount_fen:+d}",
            )
            for row in rows
        )
        return format_html_join("", "<div>{} · {} · {}</div>", told) or "–"
