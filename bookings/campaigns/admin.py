"""Operators' hands on campaigns: write a draft, see what it does, publish it, watch the counts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from accounts.organisations.scoping import PlatformOnlyAdmin, Queue
from bookings.campaigns import operations, queries
from bookings.campaigns.forms import CampaignForm
from bookings.campaigns.models import Campaign, State
from bookings.campaigns.preview import examples
from bookings.campaigns.telling import effect_words, period_words, scope_words, stacking_words
from kernel import clock
from kernel.errors import Refusal
from kernel.web.templatetags.quanyu import money

_WRITTEN = (
    ("name_zh", "name_en"), "region", "supplier", ("kinds", "refs"), "places", ("reach", "tier"), "effect",
    ("amount_fen", "permille"), ("tiers", "repeats"), ("threshold_fen", "most_fen"),
    ("step", "group", "is_alone"), "supplier_permille", ("funder", "is_real_name"),
    ("total", "uses", "period"), "budget_fen", ("starts_at", "ends_at"),
)  # fmt: skip
_TOLD = (
    "words", "state", ("starts_at", "ends_at"), "claimed", "spent", "before", "published_at",
    "next_steps",
)  # fmt: skip


@admin.register(Campaign)
class CampaignAdmin(PlatformOnlyAdmin, ModelAdmin):
    """A draft is written; what was published is only read, ended, or written anew."""

    platform_only_because = _("A campaign promises prices for the whole region and its money.")
    form = CampaignForm
    list_display = ("name_zh", "region", "words", "state", "claimed", "spent", "ends_at")
    list_filter = ("state", "reach", "region")
    list_select_related = ("region", "supplier")
    search_fields = ("name_zh", "name_en", "funder")
    autocomplete_fields = ("region", "supplier")
    date_hierarchy = "starts_at"
    show_full_result_count = False
    queues = (Queue(_("Campaigns to be published"), {"state__exact": State.DRAFT}),)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Campaign]:
        return queries.with_counts(super().get_queryset(request))

    def get_fields(self, request: HttpRequest, obj: Campaign | None = None) -> Any:
        if obj is None:
            return _WRITTEN
        return (*_WRITTEN, "next_steps") if obj.state == State.DRAFT else _TOLD

    def get_readonly_fields(self, request: HttpRequest, obj: Campaign | None = None) -> Any:
        if obj is None or obj.state == State.DRAFT:
            return ("next_steps",)
        return ("words", "state", "starts_at", "ends_at", *_TOLD[3:])

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        is_draft = obj is None or obj.state == State.DRAFT
        return is_draft and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        is_draft = obj is not None and obj.state == State.DRAFT
        return is_draft and super().has_delete_permission(request, obj)

    @admin.display(description=_("what it does"))
    def words(self, row: Campaign) -> SafeString:
        rule = queries.rule_of(row)
        told = (effect_words(rule), scope_words(row), stacking_words(rule), period_words(row))
        return format_html_join("", "<div>{}</div>", ((each,) for each in told))

    @admin.display(description=_("claimed"))
    def claimed(self, row: Any) -> SafeString | str:
        return _bar(row.total, row.claimed_count, str)

    @admin.display(description=_("budget spent"))
    def spent(self, row: Any) -> SafeString | str:
        return _bar(row.budget_fen, row.spent_fen, money)

    @admin.display(description=_("what comes next"))
    def next_steps(self, row: Campaign) -> SafeString | str:
        if row.pk is None:
            return ""
        if row.state == State.DRAFT:
            url = reverse("admin:bookings_campaigns_campaign_publish", args=[row.pk])
            return format_html(
                '<a class="text-link" href="{}">{}</a>', url, _("See what it does, and publish it")
            )
        anew = reverse("admin:bookings_campaigns_campaign_anew", args=[row.pk])
        uses = f"{reverse('admin:bookings_campaigns_coupon_uses', args=[row.pk])}"
        links = [(anew, _("End it, or write a new version")), (uses, _("Every use, as a table"))]
        return format_html_join("", '<div><a class="text-link" href="{}">{}</a></div>', links)

    def get_urls(self) -> list[URLPattern]:
        name = "bookings_campaigns_campaign"
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/publish/", view(self.publish), name=f"{name}_publish"),
            path("<int:pk>/anew/", view(self.anew), name=f"{name}_anew"),
            *super().get_urls(),
        ]

    def publish(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What it takes off real prices; a post publishes what was shown."""
        row, at = self._row(request, pk), clock.now()
        if request.method == "POST":
            return self._do(request, row, at)
        return self._page(
            request, row, "admin_publish.html",
            examples=examples(row, at=at), shown=operations.fingerprint(row),
        )  # fmt: skip

    def _do(self, request: HttpRequest, row: Campaign, at: datetime) -> HttpResponse:
        try:
            shown = request.POST.get("shown", "")
            operations.publish(campaign=row, actor=_actor(request), at=at, shown=shown)
        except Refusal as refusal:
            messages.error(request, refusal.reason)
        else:
            messages.success(request, _("It is published."))
        return redirect("admin:bookings_campaigns_campaign_change", row.pk)

    def anew(self, request: HttpRequest, pk: int) -> HttpResponse:
        """End it, or write another version that takes its place once it is published."""
        row, at = self._row(request, pk), clock.now()
        if request.method != "POST":
            return self._page(request, row, "admin_anew.html")
        try:
            if "end" in request.POST:
                operations.end(campaign=row, actor=_actor(request), at=at)
            else:
                row = operations.write_anew(campaign=row, actor=_actor(request), at=at)
        except Refusal as refusal:
            messages.error(request, refusal.reason)
        return redirect("admin:bookings_campaigns_campaign_change", row.pk)

    def _row(self, request: HttpRequest, pk: int) -> Campaign:
        rows = self.get_queryset(request).select_related("region", "supplier")
        row: Campaign | None = rows.filter(pk=pk).first()
        if row is None:
            raise Http404
        return row

    def _page(
        self, request: HttpRequest, row: Campaign, template: str, **more: Any
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": row.name,
            "campaign": row,
            "words": self.words(row),
            **more,
        }
        return TemplateResponse(request, f"bookings_campaigns/{template}", context)


def _bar(most: int | None, taken: int | None, say: Callable[[int], str]) -> SafeString | str:
    """How much of so much is taken, drawn and said."""
    if most is None or taken is None:
        return "–"
    return format_html(
        '<progress max="{}" value="{}"></progress> {} / {}', most, taken, say(taken), say(most)
    )


def _actor(request: HttpRequest) -> str:
    return f"user:{request.user.pk}"
