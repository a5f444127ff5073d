"""What admins of price lists wear: nothing is published before somebody has seen what it changes.

The page of a price list is saved as ever; where that moves a price, it is taken back and the operator
sees every price before and after. Only the same change, agreed to, is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from bookings.pricing import months, tariffs
from bookings.pricing.tariffs import Season
from kernel import clock
from kernel.audit import operations as audit

_BACK = "_edit"
_AGREED = "shown_prices"


class _StillWritten:
    """A form that somebody came back to: shown as it was sent, and not saved."""

    def is_valid(self) -> bool:
        return False


class PublishesPrices(ModelAdmin):
    """Asks before a price that depends on its rows changes."""

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **more: Any
    ) -> Any:
        form = super().get_form(request, obj, change, **more)
        if _BACK not in request.POST:
            return form
        return type(form.__name__, (_StillWritten, form), {})

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        obj.tariff_before = tariffs.tariff_of(obj, lock=True)
        super().save_model(request, obj, form, change)

    def saved(self, request: HttpRequest, obj: Any) -> None:
        """What else follows once a row is really saved."""

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> Any:
        if asked := self._asked(request, obj):
            return asked
        self.saved(request, obj)
        return super().response_add(request, obj, post_url_continue)

    def response_change(self, request: HttpRequest, obj: Any) -> Any:
        if asked := self._asked(request, obj):
            return asked
        self.saved(request, obj)
        return super().response_change(request, obj)

    def _asked(self, request: HttpRequest, obj: Any) -> HttpResponse | None:
        """The page that asks, with nothing saved; None: no price moves, or this was agreed to."""
        at = clock.now()
        after = tariffs.tariff_of(obj)
        if after is None:
            return None
        first = after.region.local_date(at)
        seasons = tariffs.compare(obj.tariff_before, after, first=first)
        shown, agreed = tariffs.fingerprint(seasons), request.POST.get(_AGREED)
        if not seasons:
            return None
        if shown == agreed:
            audit.record(
                actor=f"user:{request.user.pk}", action="prices.publish", at=at,
                subject=f"{self.opts.model_name}:{obj.pk}", facts={"prices": _told(seasons)},
            )  # fmt: skip
            return None
        if agreed:
            messages.warning(request, _("Something else has changed meanwhile: please look again."))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Publish these prices?"),
            "subtitle": after.title,
            "seasons": seasons,
            "shown": shown,
            "sent": _sent(request),
        }
        transaction.set_rollback(True)
        return TemplateResponse(request, "bookings_pricing/admin_publish.html", context)


def _sent(request: HttpRequest) -> list[tuple[str, Sequence[str]]]:
    """What the form was filled in with, to be sent again."""
    ours = ("csrfmiddlewaretoken", _AGREED)
    return [(name, values) for name, values in request.POST.lists() if name not in ours]


def _told(seasons: Sequence[Season]) -> list[list[str]]:
    """Every price that moves: on which days, of which kind, whose, before and after."""
    return [
        [_days(season), season.kind, move.name, move.before, move.after]
        for season in seasons
        for move in season.moves
        if not move.is_same
    ]


def _days(season: Season) -> str:
    return " ".join(f"{span.first}/{span.last}" for span in season.spans) or "always"


class HasPriceCalendar(ModelAdmin):
    """A page with what each day of a month costs, and by which rule."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.prices)
        return [path("<int:pk>/prices/", view, name=self._prices_name), *super().get_urls()]

    @admin.display(description=_("prices by day"))
    def prices_link(self, row: Any) -> SafeString | str:
        if row.pk is None:
            return ""
        url = reverse(f"admin:{self._prices_name}", args=[row.pk])
        return format_html('<a class="text-link" href="{}">{}</a>', url, _("Calendar of prices"))

    @property
    def _prices_name(self) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_prices"

    def prices(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The month that is asked for, or this one."""
        row = self.get_queryset(request).filter(pk=pk).first()
        tariff = tariffs.tariff_of(row) if row is not None else None
        if tariff is None:
            raise Http404
        change = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[pk])
        context = {
            **self.admin_site.each_context(request),
            "title": _("Calendar of prices"),
            "subtitle": tariff.title,
            "change_url": change,
            "page": months.month_of(tariff, request.GET.get("month", ""), at=clock.now()),
        }
        return TemplateResponse(request, "bookings_pricing/admin_calendar.html", context)
