"""Deposits in the admin: who is held what, and a page to keep a part with a reason."""

from __future__ import annotations

from datetime import timedelta

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

from accounts.organisations.scoping import PlatformOnlyAdmin, Queue, ReadOnlyAdmin
from bookings.deposits import operations
from bookings.deposits.models import Deposit, State
from kernel import clock
from kernel.errors import BadInput, Refusal
from kernel.money import parse_yuan
from kernel.web import columns

SLOW_AFTER = timedelta(hours=1)


class SlowFilter(admin.SimpleListFilter):
    """What should have been over long ago."""

    title = _("being returned")
    parameter_name = "slow"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return [("1", str(_("for more than an hour")))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Deposit]) -> QuerySet[Deposit]:
        if self.value() != "1":
            return queryset
        slow_since = clock.now() - SLOW_AFTER
        return queryset.filter(state=State.SETTLING, decided_at__lt=slow_since)


_AMOUNT = columns.price("amount_fen", _("Amount"))
_KEPT = columns.price("kept_fen", _("Kept"))


@admin.register(Deposit)
class DepositAdmin(ReadOnlyAdmin, PlatformOnlyAdmin, ModelAdmin):
    platform_only_because = _("A deposit is held of a buyer by the platform.")
    queues = (
        Queue(_("Deposits that could not be taken"), {"state__exact": State.LOST}),
        Queue(_("Deposits held"), {"state__exact": State.HELD}),
        Queue(_("Deposits being returned"), {"state__exact": State.SETTLING}),
    )
    list_display = ("return_at", "order", _AMOUNT, _KEPT, "state")
    fields = (
        "order", _AMOUNT, _KEPT, "reason", "actor", "state", "return_at", "decided_at", "attempt",
        "tries", "next_at", "keep_link",
    )  # fmt: skip
    readonly_fields = fields
    list_filter = ("state", SlowFilter)
    list_select_related = ("order",)
    search_fields = ("order__code",)
    date_hierarchy = "return_at"
    show_full_result_count = False

    @admin.display(description=_("Return or keep"))
    def keep_link(self, deposit: Deposit) -> SafeString | str:
        if deposit.state != State.HELD:
            return ""
        url = reverse("admin:bookings_deposits_deposit_settle", args=[deposit.pk])
        return format_html('<a class="text-link" href="{}">{}</a>', url, _("Decide about it"))

    def get_urls(self) -> list[URLPattern]:
        settle = self.admin_site.admin_view(self.settle)
        name = "bookings_deposits_deposit_settle"
        return [path("<int:deposit_id>/settle/", settle, name=name), *super().get_urls()]

    def settle(self, request: HttpRequest, deposit_id: int) -> HttpResponse:
        """Say how much is kept and why; the rest goes back at once."""
        deposit = self.get_queryset(request).filter(pk=deposit_id).first()
        if deposit is None:
            raise Http404
        if request.method == "POST":
            try:
                self._settle(request, deposit)
            except Refusal as refusal:
                messages.error(request, refusal.reason)
            else:
                messages.success(request, _("Decided. The deposit is on its way back."))
                return redirect("admin:bookings_deposits_deposit_change", deposit.pk)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Deposit of order %(code)s") % {"code": deposit.order.code},
            "deposit": deposit,
        }
        return TemplateResponse(request, "bookings_deposits/admin_settle.html", context)

    @staticmethod
    def _settle(request: HttpRequest, deposit: Deposit) -> None:
        try:
            keep_fen = parse_yuan(request.POST.get("keep", ""))
        except ValueError:
            raise BadInput(field="keep") from None
        operations.settle(
            deposit_id=deposit.pk,
            keep_fen=keep_fen,
            reason=request.POST.get("reason", "")[:200],
            actor=f"user:{request.user.pk}",
            at=clock.now(),
        )
