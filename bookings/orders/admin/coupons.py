"""Every use of a campaign's coupons, for whoever gave the money: as a list, and as a table to download."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

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
from bookings.campaigns.queries import code_of, rule_of
from bookings.campaigns.rules import Effect
from bookings.campaigns.telling import effect_words, scope_words
from bookings.contracts import Discount, Payer
from bookings.inventory import queries as inventory
from bookings.ledger import queries as ledger
from bookings.orders.models import HOLDING, Hold, Line, State
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
        campaign = (
            Campaign.objects.select_related("region", "supplier").filter(pk=campaign_id).first()
        )
        if campaign is None or not self.is_platform(request):
            raise Http404
        response = HttpResponse(uses_csv(campaign), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="campaign-{campaign.pk}.csv"'
        return response


def uses_csv(campaign: Campaign) -> str:
    """Each part that a coupon of a campaign made cheaper, in the order in which they were bought.

    When and in whose real name (masked, and the document's blind index, by which one person is found
    again without a number), where and for what, when it was used, by how much and what is left of the
    budget after it; what was given back says so and takes nothing. Sums in yuan, times by the region's
    clock. The last rows add up: what stands, what of it the platform has paid for what is delivered (as
    the books have it), what came back, and what is left as the budget's own count has it.
    """
    uses = list(_uses(campaign))
    return csv_text(
        [
            [plain(campaign.name), plain(campaign.funder), f"{campaign.pk}", campaign.region.name],
            [_("Applies to"), plain(scope_words(campaign)), plain(effect_words(rule_of(campaign)))],
            [
                _("Date"), _("Coupon"), _("Real name"), _("Document (blind index)"),
                _("Order number"), _("Supplier"), _("What for"), _("State"), _("Used at"),
                _("Face value (yuan)"), _("Discount (yuan)"), _("Given back (yuan)"),
                _("Borne by the platform (yuan)"), _("Budget left (yuan)"),
            ],
            *_rows(campaign, uses),
            *_sums(campaign, uses),
        ]
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Use:
    """One part that a coupon made cheaper: in words, and what it took off, by whom it is borne, in fen."""

    cells: tuple[str, ...]
    is_standing: bool
    is_delivered: bool
    fen: int
    platform_fen: int

    @property
    def standing_fen(self) -> int:
        return self.fen if self.is_standing else 0

    @property
    def back_fen(self) -> int:
        return self.fen - self.standing_fen

    @property
    def paid_fen(self) -> int:
        """What the platform has paid of it by now."""
        return self.platform_fen if self.is_standing and self.is_delivered else 0


def _rows(campaign: Campaign, uses: Sequence[_Use]) -> Iterator[list[str]]:
    """Each use, with what is left of the budget once it and those before it are taken off."""
    face = yuan(campaign.amount_fen) if campaign.effect == Effect.AMOUNT else ""
    left = campaign.budget_fen
    for use in uses:
        left = None if left is None else left - use.standing_fen
        yield [
            *map(plain, use.cells),
            face,
            yuan(use.standing_fen),
            yuan(use.back_fen),
            yuan(use.paid_fen),
            "" if left is None else yuan(left),
        ]


def _sums(campaign: Campaign, uses: Sequence[_Use]) -> Iterator[list[str]]:
    yield [_("Given back"), yuan(sum(use.back_fen for use in uses))]
    yield [_("Paid by the platform"), yuan(sum(use.paid_fen for use in uses))]
    if campaign.budget_bucket_id is not None and campaign.budget_fen is not None:
        left = inventory.left([campaign.budget_bucket_id])[campaign.budget_bucket_id]
        yield [_("Budget"), yuan(campaign.budget_fen)]
        yield [_("Budget left"), yuan(left)]
    yield [_("Standing"), yuan(sum(use.standing_fen for use in uses))]


def _uses(campaign: Campaign) -> Iterator[_Use]:
    """In the order of the orders; of one part, what platform and supplier bear is one use."""
    coupons = {code_of(campaign.pk, c.pk): c for c in campaign.coupons.all()}
    buckets = [coupon.bucket_id for coupon in coupons.values()]
    orders = Hold.objects.filter(bucket_id__in=buckets).values("line__order_id")
    lines = list(
        Line.objects.filter(order_id__in=orders)
        .select_related("order", "supplier")
        .order_by("order_id", "position")
    )
    used = _used_at(lines)
    for line in lines:
        by_part: dict[tuple[str, str], list[Discount]] = {}
        for key, discount in line.discounts:
            if discount.code in coupons:
                by_part.setdefault((key, discount.code), []).append(discount)
        for (key, code), some in by_part.items():
            yield _use(campaign, coupons[code], line, key, some, used.get((line.pk, key)))


def _used_at(lines: Sequence[Line]) -> dict[tuple[int, str], datetime]:
    """When each part was used, as the books have it."""
    return ledger.uses({f"order:{line.order_id}" for line in lines})


def _use(
    campaign: Campaign,
    coupon: Coupon,
    line: Line,
    key: str,
    discounts: Sequence[Discount],
    used_at: datetime | None,
) -> _Use:
    is_standing = line.state in HOLDING and key not in line.cancelled_parts
    return _Use(
        cells=(
            _moment(campaign, line.order.placed_at),
            f"{coupon.pk}",
            coupon.name_masked,
            coupon.person_index,
            line.order.code,
            str(line.supplier),
            str(line),
            line.get_state_display() if is_standing else _("given back"),
            _moment(campaign, used_at) if used_at else "",
        ),
        is_standing=is_standing,
        is_delivered=line.state in (State.CONFIRMED, State.USED),
        fen=sum(each.fen for each in discounts),
        platform_fen=sum(each.fen for each in discounts if each.payer is Payer.PLATFORM),
    )


def _moment(campaign: Campaign, at: datetime) -> str:
    return f"{at.astimezone(campaign.region.tz):%Y-%m-%d %H:%M}"
