"""Refunds in the admin: to read, and to send again when one is stuck."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
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
from bookings.refunds.choosing import chosen_parts
from bookings.refunds.models import (
    BankDetails,
    Evidence,
    Refund,
    RefundRequest,
    RefundState,
    RequestState,
)
from bookings.vouchers import queries as vouchers
from kernel import clock
from kernel.errors import BadInput, Refusal
from kernel.money import parse_yuan
from kernel.naming import say
from kernel.web import columns
from kernel.web.requests import whole

_AMOUNT = columns.price("amount_fen", _("Amount"))
_MOST_ASKED = 20
"""So many refunds at once are asked about: the payment service may be slow."""
_BACK = columns.price("refund_fen", _("Comes back"))


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
                given = quote.returning(_sum(data.get("sum", ""), quote.refund_fen))
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
            "lost": _lost(quote, given, lines) if quote and given else (),
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


def _lost(
    terms: operations.Quote, given: operations.Quote, lines: Sequence[Line]
) -> list[tuple[str, bool, int]]:
    """Each supplier that another sum than the terms' touches: whether it loses, and how much."""
    lost = terms.lost_by(given, lines)
    return [(supplier.name, fen > 0, abs(fen)) for supplier, fen in lost.items()]


def _lost_by(asked: RefundRequest, quote: operations.Quote | None) -> list[tuple[str, bool, int]]:
    """Whose house loses by what somebody has decided and a second person is to approve."""
    if quote is None or asked.refund_fen is None:
        return []
    lines = list(asked.order.lines.select_related("supplier"))
    return _lost(quote, quote.returning(asked.refund_fen), lines)


def _is_seen(request: HttpRequest, terms: operations.Quote, given: operations.Quote) -> bool:
    """Whether it is the sum of the terms, or another one whose loss was shown."""
    is_usual = given.refund_fen == terms.refund_fen
    return is_usual or request.POST.get("seen_fen") == str(given.refund_fen)


def _why(refund: Refund) -> str:
    """What is the matter, in words: our own are translated, a payment service's stay as they came."""
    return gettext(refund.why) if refund.why else ""


def _sum(text: str, terms_fen: int) -> int:
    """Another sum than the terms give, in yuan; left empty, it is theirs."""
    if not text.strip():
        return terms_fen
    try:
        return parse_yuan(text.strip())
    except ValueError:
        raise BadInput(field="sum") from None


@admin.register(RefundRequest)
class RefundRequestAdmin(ReadOnlyAdmin, PlatformOnlyAdmin, ModelAdmin):
    platform_only_because = _("What a buyer tells of a hardship is for the platform's desk alone.")
    queues = (
        Queue(_("Refund requests to be decided"), {"state__exact": RequestState.ASKED}),
        Queue(_("Refunds that wait for a second person"), {"state__exact": RequestState.DECIDED}),
    )
    list_display = ("asked_at", "order", "state", _BACK, "words")
    fields = (
        "order", "words", "parts_words", "who_asked", "asked_at", "state", _BACK, "answer",
        "who_decided", "who_approved", "closed_at", "decide_link",
    )  # fmt: skip
    readonly_fields = fields
    list_filter = ("state",)
    list_select_related = ("order",)
    search_fields = ("order__code",)
    date_hierarchy = "asked_at"
    show_full_result_count = False

    @admin.display(description=_("parts"))
    def parts_words(self, asked: RefundRequest) -> str:
        holders = vouchers.holders(asked.order)
        parts = (
            (line, part)
            for line in asked.order.lines.order_by("position")
            for part in line.frozen_parts
            if part.key in asked.part_keys.get(line.pk, ())
        )
        names = (
            f"{line} · {say(part.title)} {holders.get((line.pk, part.key), '')}".strip()
            for line, part in parts
        )
        return ", ".join(names)

    @admin.display(description=_("asked by"))
    def who_asked(self, asked: RefundRequest) -> str:
        return identity.names_of([asked.asked_by])[asked.asked_by]

    @admin.display(description=_("decided by"))
    def who_decided(self, asked: RefundRequest) -> str:
        return identity.names_of([asked.decided_by])[asked.decided_by]

    @admin.display(description=_("approved by"))
    def who_approved(self, asked: RefundRequest) -> str:
        return identity.names_of([asked.approved_by])[asked.approved_by]

    @admin.display(description=_("Decision"))
    def decide_link(self, asked: RefundRequest) -> SafeString | str:
        if asked.state not in (RequestState.ASKED, RequestState.DECIDED):
            return ""
        url = reverse("admin:bookings_refunds_refundrequest_decide", args=[asked.pk])
        return format_html('<a class="text-link" href="{}">{}</a>', url, _("Decide about it"))

    def get_urls(self) -> list[URLPattern]:
        decide = self.admin_site.admin_view(self.decide)
        evidence = self.admin_site.admin_view(self.evidence)
        name = "bookings_refunds_refundrequest"
        return [
            path("<int:request_id>/decide/", decide, name=f"{name}_decide"),
            path("<int:request_id>/evidence/", evidence, name=f"{name}_evidence"),
            *super().get_urls(),
        ]

    def decide(self, request: HttpRequest, request_id: int) -> HttpResponse:
        """See the request, its evidence and what the terms give; agree to a sum, approve, or say no."""
        asked = self.get_queryset(request).filter(pk=request_id).first()
        if asked is None:
            raise Http404
        try:
            if request.method == "POST":
                self._decide(request, asked)
                return redirect("admin:bookings_refunds_refundrequest_change", asked.pk)
        except Refusal as refusal:
            messages.error(request, refusal.reason)
        actor = f"user:{request.user.pk}"
        quote = self._quoted(request, asked)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Refund request for order %(code)s") % {"code": asked.order.code},
            "asked": asked,
            "quote": quote,
            "lost": _lost_by(asked, quote),
            "holders": vouchers.holders(asked.order),
            "decided_by": identity.names_of([asked.decided_by])[asked.decided_by],
            "may_approve": actor not in (asked.decided_by, asked.asked_by),
            "sent": request.POST,
            "limit_fen": settings.REFUND_LIMIT_FEN,
        }
        return TemplateResponse(request, "bookings_refunds/admin_decide.html", context)

    @staticmethod
    def _quoted(request: HttpRequest, asked: RefundRequest) -> operations.Quote | None:
        """What the terms give, while there is something to decide; None with a message: nothing."""
        if asked.state not in (RequestState.ASKED, RequestState.DECIDED):
            return None
        try:
            return operations.quote(order=asked.order, parts=asked.part_keys, at=clock.now())
        except Refusal as refusal:
            messages.error(request, refusal.reason)
        return None

    @staticmethod
    def _decide(request: HttpRequest, asked: RefundRequest) -> None:
        actor, at = f"user:{request.user.pk}", clock.now()
        answer = request.POST.get("answer", "")[:500]
        step = request.POST.get("step")
        if step == "agree":
            fen = _sum(request.POST.get("sum", ""), 0)
            done = operations.decide(
                request_id=asked.pk, refund_fen=fen, answer=answer, actor=actor, at=at
            )
            if done.state == RequestState.DECIDED:
                messages.warning(request, _("Above the limit: a second person must approve it."))
        elif step == "approve":
            operations.approve(request_id=asked.pk, actor=actor, at=at)
        elif step == "refuse":
            operations.refuse(request_id=asked.pk, answer=answer, actor=actor, at=at)
        else:
            raise BadInput(field="step")

    def evidence(self, request: HttpRequest, request_id: int) -> HttpResponse:
        """The n-th file as it was sent, to be saved, never shown inside our own pages."""
        asked = self.get_queryset(request).filter(pk=request_id)
        number = whole(request.GET.get("n", "1"), field="n", least=1, most=100)
        files = Evidence.objects.filter(request__in=asked).order_by("pk")[number - 1 : number]
        if not files:
            raise Http404
        found = files[0]
        raw = operations.read_evidence(
            evidence=found, actor=f"user:{request.user.pk}", at=clock.now()
        )
        ending = found.content_type.rpartition("/")[2]
        return HttpResponse(
            raw,
            content_type=found.content_type,
            headers={
                "Content-Disposition": f'attachment; filename="evidence-{found.pk}.{ending}"',
                "Cache-Control": "no-store",
                "X-Content-Type-Options": "nosniff",
            },
        )
