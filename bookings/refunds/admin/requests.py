"""Requests that a person decides about: what was asked and shown, what the terms give, the decision."""

from __future__ import annotations

from django.conf import settings
from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from accounts.identity import queries as identity
from accounts.organisations.scoping import PlatformOnlyAdmin, Queue, ReadOnlyAdmin
from bookings.refunds import operations
from bookings.refunds.admin.losses import lost_of
from bookings.refunds.choosing import sum_asked
from bookings.refunds.models import Evidence, RefundRequest, RequestState
from bookings.vouchers import queries as vouchers
from kernel import clock
from kernel.errors import BadInput, Refusal
from kernel.naming import say
from kernel.web import columns
from kernel.web.requests import whole

_BACK = columns.price("refund_fen", _("Comes back"))


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
            fen = sum_asked(request.POST.get("sum", ""), 0)
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


def _lost_by(asked: RefundRequest, quote: operations.Quote | None) -> list[tuple[str, bool, int]]:
    """Whose house loses by what somebody has decided and a second person is to approve."""
    if quote is None or asked.refund_fen is None:
        return []
    lines = list(asked.order.lines.select_related("supplier"))
    return lost_of(quote, quote.returning(asked.refund_fen), lines)
