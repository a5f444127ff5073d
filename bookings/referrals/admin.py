"""Distribution codes in the admin: make one, agree another rate, close it, and see what it earns."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet, Sum
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from accounts.identity import queries as identity
from accounts.organisations.scoping import PlatformOnlyAdmin, ReadOnlyAdmin
from bookings.referrals import operations
from bookings.referrals.forms import CodeForm, RateForm
from bookings.referrals.models import Code, Commission, Rate
from kernel import clock
from kernel.errors import Refusal
from kernel.web import columns
from kernel.web.templatetags.quanyu import money

_PERCENT = columns.percent("permille", _("Percent"))
_BECAUSE = _("A commission for recommendations is paid by the platform.")


@admin.register(Code)
class CodeAdmin(PlatformOnlyAdmin, ModelAdmin):
    """A code is made once; what it earns changes by another rate, and it can be closed."""

    platform_only_because = _BECAUSE
    form = CodeForm
    list_display = ("code", "name_zh", "region", "holder", "is_open", "earned")
    list_filter = ("is_open", "region")
    list_select_related = ("region", "holder")
    search_fields = ("code", "name_zh", "name_en")
    autocomplete_fields = ("region", "holder")
    date_hierarchy = "made_at"
    show_full_result_count = False
    actions = ("close",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Code]:
        rows: QuerySet[Code] = super().get_queryset(request)
        return rows.annotate(earned_fen=Sum("commissions__fen")).prefetch_related("rates")

    def get_fields(self, request: HttpRequest, obj: Code | None = None) -> Any:
        if obj is None:
            return ("region", ("name_zh", "name_en"), "holder", "permille")
        return (
            "code", "region", "name_zh", "name_en", "holder", "is_open", "rates_words", "earned",
            "who", "made_at",
        )  # fmt: skip

    def get_readonly_fields(self, request: HttpRequest, obj: Code | None = None) -> Any:
        return () if obj is None else self.get_fields(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Its fields stay; the action that closes it asks for the right itself."""
        return obj is None and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Code, form: Any, change: bool) -> None:
        made = operations.make_code(
            region_id=obj.region_id, holder_id=obj.holder_id, name_zh=obj.name_zh,
            name_en=obj.name_en, permille=form.cleaned_data["permille"], actor=_actor(request),
            at=clock.now(),
        )  # fmt: skip
        obj.pk, obj.code = made.pk, made.code

    @admin.action(description=_("Close these codes"))
    def close(self, request: HttpRequest, queryset: QuerySet[Code]) -> None:
        for code in queryset:
            try:
                operations.close(code_id=code.pk, actor=_actor(request), at=clock.now())
            except Refusal as refusal:
                messages.error(request, refusal.reason)
            else:
                messages.success(
                    request, _("The code is closed; what was bought by it still earns.")
                )

    @admin.display(description=_("what it earns"))
    def rates_words(self, code: Code) -> SafeString | str:
        rates = sorted(code.rates.all(), key=lambda rate: rate.valid_from, reverse=True)
        return format_html_join("", "<div>{}</div>", ((str(rate),) for rate in rates)) or "–"

    @admin.display(description=_("made by"))
    def who(self, code: Code) -> str:
        return identity.names_of([code.actor])[code.actor]

    @admin.display(description=_("earned"))
    def earned(self, code: Any) -> str:
        return money(code.earned_fen or 0)


@admin.register(Rate)
class RateAdmin(PlatformOnlyAdmin, ModelAdmin):
    """Written once, and only read from then on."""

    platform_only_because = _BECAUSE
    form = RateForm
    list_display = ("code", _PERCENT, "valid_from")
    list_select_related = ("code",)
    search_fields = ("code__code", "code__name_zh", "code__name_en")
    autocomplete_fields = ("code",)
    date_hierarchy = "valid_from"
    show_full_result_count = False

    def get_fields(self, request: HttpRequest, obj: Rate | None = None) -> Any:
        if obj is None:
            return ("code", "permille", "begins_on")
        return ("code", _PERCENT, "valid_from", "who", "made_at")

    def get_readonly_fields(self, request: HttpRequest, obj: Rate | None = None) -> Any:
        return () if obj is None else self.get_fields(request, obj)

    @admin.display(description=_("made by"))
    def who(self, rate: Rate) -> str:
        return identity.names_of([rate.actor])[rate.actor]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Rate, form: Any, change: bool) -> None:
        at = clock.now()
        try:
            made = operations.agree_rate(
                code_id=obj.code_id, permille=obj.permille, valid_from=form.begins_at(at),
                actor=_actor(request), at=at,
            )  # fmt: skip
        except Refusal as refusal:
            messages.error(request, refusal.reason)
        else:
            obj.pk = made.pk


@admin.register(Commission)
class CommissionAdmin(ReadOnlyAdmin, PlatformOnlyAdmin, ModelAdmin):
    platform_only_because = _BECAUSE
    list_display = (
        "earned_at", "code", columns.price("base_fen", _("Used")), _PERCENT,
        columns.price("fen", _("Commission")),
    )  # fmt: skip
    fields = (
        "code", "order_id", columns.price("base_fen", _("Used")), _PERCENT,
        columns.price("fen", _("Commission")), "changes", "earned_at",
    )  # fmt: skip
    readonly_fields = fields
    list_select_related = ("code",)
    search_fields = ("code__code", "code__name_zh", "code__name_en")
    date_hierarchy = "earned_at"
    show_full_result_count = False


def _actor(request: HttpRequest) -> str:
    return f"user:{request.user.pk}"
