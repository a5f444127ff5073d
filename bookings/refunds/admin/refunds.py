"""Refunds: to read, to ask about, to send again; by hand where one is stuck, and parts cancelled by staff."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from accounts.identity import queries as identity
from accounts.organisations.scoping import PlatformOnlyAdmin, Queue, ReadOnlyAdmin
from bookings.orders.models import Line, Order
from bookings.refunds import operations
from bookings.refunds.admin.losses import lost_of
from bookings.refunds.choosing import chosen_parts, sum_asked
from bookings.refunds.models import BankDetails, Refund, RefundState
from bookings.vouchers import queries as vouchers
from kernel import clock
from kernel.errors import BadInput, Refusal
from kernel.web import columns
from kernel.web.requests import whole

_AMOUNT = columns.price("amount_fen", _("Amount"))
_MOST_ASKED = 20
"""So many refunds at once are asked about: the payment service may be slow."""


class Overdue(admin.SimpleListFilter):
    """Refunds that were promised for a day that is over and are still on their way."""

    title = _("overdue")
    parameter_name = "is_overdue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("True", _("should be there by now"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Refund]) -> QuerySet[Refund]:
        return queryset.filter(Q(is_overdue=True)) if self.value() else queryset


@admin.register(Refund)
class RefundAdmin(ReadOnlyAdmin, PlatformOnlyAdmin, ModelAdmin):
    platform_only_because = _("A refund is for a whole order, which may have several suppliers.")
    queues = (
        Queue(_("Refunds that are stuck"), {"state__exact": RefundState.FAILED}),
        Queue(
            _("Refunds without an answer"), {"state__exact": RefundState.SENDING, "tries__gte": 3}
        ),
        Queue(_("Refunds being sent"), {"state__exact": RefundState.SENDING}),
        Queue(_("Refunds that are overdue"), {Overdue.parameter_name: "True"}),
    )
    list_display = ("created_at", "order", _AMOUNT, "reason", "state", "why_words", "promised_at")
    fields = (
        "order", _AMOUNT, "reason", "state", "why_words", "tries", "next_at", "promised_at",
        "hand_link", "paid_out_ref", "twice_at", "parts_words", "who", "created_at", "done_at",
        "attempt", "key", "token",
    )  # fmt: skip
    readonly_fields = fields
    list_filter = ("state", "reason", Overdue)
    list_select_related = ("order",)
    search_fields = ("order__code",)
    date_hierarchy = "created_at"
    show_full_result_count = False
    actions = ("send_again", "ask_now")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Refund]:
        rows: QuerySet[Refund] = super().get_queryset(request)
        late = Q(state__in=operations.ON_ITS_WAY, promised_at__lt=clock.now())
        return rows.annotate(is_overdue=ExpressionWrapper(late, output_field=BooleanField()))

    @admin.action(description=_("Send stuck ones again"))
    def send_again(self, request: HttpRequest, queryset: QuerySet[Refund]) -> None:
        for refund in queryset:
            if operations.send_again(refund_id=refund.pk, at=clock.now()):
                messages.success(request, _("%(what)s is being sent again.") % {"what": refund})
            else:
                self._say_state(request, refund)

    @admin.action(description=_("Ask the payment service about it now"))
    def ask_now(self, request: HttpRequest, queryset: QuerySet[Refund]) -> None:
        """Refunds without an answer are asked about at once, not at their next time."""
        for refund in queryset[:_MOST_ASKED]:
            operations.send(refund_id=refund.pk, at=clock.now())
            refund.refresh_from_db()
            self._say_state(request, refund)

    @staticmethod
    def _say_state(request: HttpRequest, refund: Refund) -> None:
        words = _("%(what)s: %(state)s. %(why)s")
        facts = {"what": refund, "state": refund.get_state_display(), "why": _why(refund)}
        messages.info(request, (words % facts).strip())

    @admin.display(description=_("what is the matter"), ordering="why")
    def why_words(self, refund: Refund) -> str:
        return _why(refund)

    @admin.display(description=_("asked by"))
    def who(self, refund: Refund) -> str:
        return identity.names_of([refund.actor])[refund.actor]

    @admin.display(description=_("parts"))
    def parts_words(self, refund: Refund) -> str:
        """The lines it is for, by what they were sold as."""
        lines = Line.objects.filter(pk__in=[int(line_id) for line_id in refund.parts])
        return ", ".join(str(line) for line in lines.order_by("position"))

    @admin.display(description=_("By hand"))
    def hand_link(self, refund: Refund) -> SafeString | str:
        if refund.state != RefundState.FAILED:
            return ""
        url = reverse("admin:bookings_refunds_refund_by_hand", args=[refund.pk])
        return format_html('<a class="text-link" href="{}">{}</a>', url, _("Pay out another way"))

    def get_urls(self) -> list[URLPattern]:
        cancel = self.admin_site.admin_view(self.cancel)
        by_hand = self.admin_site.admin_view(self.by_hand)
        return [
            path("cancel/<int:order_id>/", cancel, name="bookings_refunds_refund_cancel"),
            path("<int:refund_id>/by-hand/", by_hand, name="bookings_refunds_refund_by_hand"),
            *super().get_urls(),
        ]

    def by_hand(self, request: HttpRequest, refund_id: int) -> HttpResponse:
        """Ask the buyer for an account, see what was given, note the transfer."""
        refund = self.get_queryset(request).filter(pk=refund_id).first()
        if refund is None:
            raise Http404
        account = None
        if request.method == "POST":
            try:
                account = self._by_hand(request, refund)
            except Refusal as refusal:
                messages.error(request, refusal.reason)
            if account is None:
                return redirect("admin:bookings_refunds_refund_by_hand", refund.pk)
        asked = BankDetails.objects.filter(refund=refund).first()
        context = {
            **self.admin_site.each_context(request),
            "title": _("Refund of order %(code)s by hand") % {"code": refund.order.code},
            "refund": refund,
            "why": _why(refund),
            "asked": asked,
            "link": request.build_absolute_uri(reverse("refunds:account", args=[asked.token]))
            if asked
            else "",
            "account": account,
            "at": clock.now(),
        }
        return TemplateResponse(request, "bookings_refunds/admin_by_hand.html", context)

    @staticmethod
    def _by_hand(request: HttpRequest, refund: Refund) -> operations.Account | None:
        actor, at = f"user:{request.user.pk}", clock.now()
        step = request.POST.get("step")
        if step == "ask":
            operations.ask_for_account(refund_id=refund.pk, actor=actor, at=at)
        elif step == "see":
            return operations.reveal_account(refund_id=refund.pk, actor=actor, at=at)
        elif step == "paid":
            reference = request.POST.get("reference", "")[:80]
            operations.pay_out(refund_id=refund.pk, reference=reference, actor=actor, at=at)
            messages.success(request, _("Noted. What was known of the account is wiped."))
        else:
            raise BadInput(field="step")
        return None

    def cancel(self, request: HttpRequest, order_id: int) -> HttpResponse:
        """Choose parts of the lines of one's own organisation, see the refund, agree."""
        order, lines = self._mine(request, order_id)
        data = request.POST if request.method == "POST" else request.GET
        chosen = chosen_parts(data, {line.pk for line in lines})
        quote = given = None
        try:
            if chosen:
                quote = operations.quote(order=order, parts=chosen, at=clock.now())
                given = quote.returning(sum_asked(data.get("sum", ""), quote.refund_fen))
            if request.method == "POST" and quote and given and _is_seen(request, quote, given):
                self._cancel(request, order, chosen, given.refund_fen)
                return redirect("admin:bookings_orders_order_change", order.pk)
        except Refusal as refusal:
            messages.error(request, refusal.reason)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Cancel parts of order %(code)s") % {"code": order.code},
            "order": order,
            "lines": lines,
            "chosen": chosen,
            "quote": quote,
            "given": given if given != quote else None,
            "lost": lost_of(quote, given, lines) if quote and given else (),
            "sent": data,
            "holders": vouchers.holders(order),
        }
        return TemplateResponse(request, "bookings_refunds/admin_cancel.html", context)

    def _mine(self, request: HttpRequest, order_id: int) -> tuple[Order, list[Line]]:
        """The order, when the person's organisations sell in it, and those of its lines they sell."""
        orders = self.admin_site.get_model_admin(Order).get_queryset(request)
        order = orders.filter(pk=order_id).first()
        if order is None:
            raise Http404
        return order, list(order.lines.all())

    @staticmethod
    def _cancel(
        request: HttpRequest, order: Order, chosen: dict[int, list[str]], refund_fen: int
    ) -> None:
        waits = operations.by_staff(
            order=order,
            parts=chosen,
            shown_fen=whole(request.POST.get("shown_fen"), field="shown_fen"),
            refund_fen=refund_fen,
            words=request.POST.get("words", "")[:500],
            actor=f"user:{request.user.pk}",
            at=clock.now(),
        )
        if waits:
            messages.warning(request, _("Above the limit: a second person must approve it."))
        else:
            messages.success(request, _("Cancelled. The refund is on its way."))


def _is_seen(request: HttpRequest, terms: operations.Quote, given: operations.Quote) -> bool:
    """Whether it is the sum of the terms, or another one whose loss was shown."""
    is_usual = given.refund_fen == terms.refund_fen
    return is_usual or request.POST.get("seen_fen") == str(given.refund_fen)


def _why(refund: Refund) -> str:
    """What is the matter, in words: our own are translated, a payment service's stay as they came."""
    return gettext(refund.why) if refund.why else ""
