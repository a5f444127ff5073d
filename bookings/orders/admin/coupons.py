"""Every use of a campaign's coupons, for whoever gave the money: as a list, and as a table to download."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin

from accounts.identity import queries as identity
from accounts.organisations.scoping import PlatformOnlyAdmin, ReadOnlyAdmin
from bookings.campaigns.models import Campaign, Coupon
from bookings.campaigns.queries import code_of
from bookings.orders.models import HOLDING, Hold, Line
from kernel.money import yuan
from kernel.web.tables import csv_text, plain


@admin.register(Coupon)
class CouponAdmin(ReadOnlyAdmin, PlatformOnlyAdmin, ModelAdmin):
    platform_only_because = gettext_lazy("A coupon is what a person has from the platform.")
    list_display = ("campaign", "holder", "name_masked", "period", "claimed_at")
    fields = ("campaign", "who", "name_masked", "period", "claimed_at", "orders")
    readonly_fields = fields
    list_filter = ("campaign__state", "period")
    list_select_related = ("campaign",)
    search_fields = ("holder", "campaign__name_zh", "campaign__name_en")
    date_hierarchy = "claimed_at"
    show_full_result_count = False

    @admin.display(description=gettext_lazy("holder"))
    def who(self, coupon: Coupon) -> str:
        return identity.names_of([coupon.holder])[coupon.holder]

    @admin.display(description=gettext_lazy("orders"))
    def orders(self, coupon: Coupon) -> SafeString | str:
        lines = Line.objects.filter(holds__bucket_id=coupon.bucket_id).select_related("order")
        told = ((line.order.code, line.get_state_display()) for line in lines.order_by("pk"))
        return format_html_join("", "<div>{} · {}</div>", told) or "–"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.uses)
        name = "bookings_campaigns_coupon_uses"
        return [path("uses/<int:campaign_id>.csv", view, name=name), *super().get_urls()]

    def uses(self, request: HttpRequest, campaign_id: int) -> HttpResponse:
        """The audit file of one campaign."""
        campaign = Campaign.objects.select_related("region").filter(pk=campaign_id).first()
        if campaign is None or not self.is_platform(request):
            raise Http404
        response = HttpResponse(uses_csv(campaign), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="campaign-{campaign.pk}.csv"'
        return response


def uses_csv(campaign: Campaign) -> str:
    """Each part that a coupon of a campaign made cheaper: when, in whose real name, by how much and
    what has become of it. Sums in yuan. The last row adds up what stands."""
    rows = list(_uses(campaign))
    standing = sum(use.fen for use in rows if use.is_standing)
    return csv_text(
        [
            [plain(campaign.name), plain(campaign.funder), f"{campaign.pk}"],
            [
                _("Date"), _("Coupon"), _("Real name"), _("Order number"), _("What for"),
                _("State"), _("Discount (yuan)"),
            ],
            *([*map(plain, use.cells), yuan(use.fen)] for use in rows),
            [_("Standing"), "", "", "", "", "", yuan(standing)],
        ]
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Use:
    """One part that a coupon made cheaper, in words; whether it stands, and by how many fen."""

    cells: tuple[str, ...]
    is_standing: bool
    fen: int


def _uses(campaign: Campaign) -> Iterator[_Use]:
    """In the order of the orders."""
    coupons = {code_of(campaign.pk, c.pk): c for c in campaign.coupons.all()}
    buckets = [coupon.bucket_id for coupon in coupons.values()]
    orders = Hold.objects.filter(bucket_id__in=buckets).values("line__order_id")
    lines = Line.objects.filter(order_id__in=orders).select_related("order")
    for line in lines.order_by("order_id", "position"):
        for key, discount in line.discounts:
            if coupon := coupons.get(discount.code):
                yield _use(campaign, coupon, line, key, discount.fen)


def _use(campaign: Campaign, coupon: Coupon, line: Line, key: str, fen: int) -> _Use:
    is_standing = line.state in HOLDING and key not in line.cancelled_parts
    return _Use(
        cells=(
            f"{line.order.placed_at.astimezone(campaign.region.tz):%Y-%m-%d %H:%M}",
            f"{coupon.pk}",
            coupon.name_masked,
            line.order.code,
            str(line),
            line.get_state_display() if is_standing else _("given back"),
        ),
        is_standing=is_standing,
        fen=fen,
    )
