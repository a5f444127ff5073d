"""Payouts in the admin: a second person's yes, the bank's files, what the bank says of each transfer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet, Sum
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
from bookings.settlement import operations
from bookings.settlement.downloads import bank_csv
from bookings.settlement.models import BankFile, Payout, PayoutState
from kernel import clock
from kernel.errors import BadInput, Refusal
from kernel.web import columns

_BECAUSE = _("Only the platform's own bank transfers to suppliers.")
_FEN = columns.price("fen", _("Amount"))


@admin.register(Payout)
class PayoutAdmin(ReadOnlyAdmin, PlatformOnlyAdmin, ModelAdmin):
    platform_only_because = _BECAUSE
    queues = (
        Queue(_("Payouts to suppliers that wait for a second person"), {"state__exact": "ASKED"}),
        Queue(_("Payouts to suppliers that are to be transferred"), {"state__exact": "DUE"}),
    )
    list_display = ("asked_at", "number", "statement", _FEN, "state", "file", "reference")
    fields = (
        "number", "statement", _FEN, "account", "state", "who_asked", "asked_at", "who_approved",
        "booked_at", "file", "reference", "sent_at", "why", "ended_at", "move_link",
    )  # fmt: skip
    readonly_fields = fields
    list_filter = ("state", "statement__organisation")
    list_select_related = ("statement__organisation", "file")
    search_fields = (
        "reference",
        "statement__organisation__name_zh",
        "statement__organisation__name_en",
    )
    date_hierarchy = "asked_at"
    show_full_result_count = False
    actions = ("approve", "drop")

    @admin.display(description=_("number"))
    def number(self, payout: Payout) -> str:
        return payout.number

    @admin.display(description=_("asked by"))
    def who_asked(self, payout: Payout) -> str:
        return identity.names_of([payout.asked_by])[payout.asked_by]

    @admin.display(description=_("approved by"))
    def who_approved(self, payout: Payout) -> str:
        return identity.names_of([payout.approved_by])[payout.approved_by]

    @admin.display(description=_("Next"))
    def move_link(self, payout: Payout) -> SafeString | str:
        if payout.state in (PayoutState.BACK, PayoutState.DROPPED):
            return ""
        url = reverse("admin:bookings_settlement_payout_move", args=[payout.pk])
        return format_html(
            '<a class="text-link" href="{}">{}</a>', url, _("Approve it, or say what the bank says")
        )

    @admin.action(description=_("Approve as the second person"))
    def approve(self, request: HttpRequest, queryset: QuerySet[Payout]) -> None:
        self._each(request, queryset, operations.approve_payout)

    @admin.action(description=_("Give up"))
    def drop(self, request: HttpRequest, queryset: QuerySet[Payout]) -> None:
        self._each(request, queryset, operations.drop_payout)

    @staticmethod
    def _each(
        request: HttpRequest, queryset: QuerySet[Payout], work: Callable[..., Payout]
    ) -> None:
        for payout in queryset.select_related("statement__organisation"):
            try:
                work(payout_id=payout.pk, actor=f"user:{request.user.pk}", at=clock.now())
            except Refusal as refusal:
                messages.error(request, f"{payout}: {refusal.reason}")
            else:
                messages.success(request, f"{payout}: {_('noted')}")

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(self.move)
        name = "bookings_settlement_payout_move"
        return [path("<int:payout_id>/move/", page, name=name), *super().get_urls()]

    def move(self, request: HttpRequest, payout_id: int) -> HttpResponse:
        """Approve or give up; or write down that the bank has transferred it, or sent it back."""
        rows = self.get_queryset(request).select_related("statement__organisation", "account")
        payout = rows.filter(pk=payout_id).first()
        if payout is None:
            raise Http404
        if request.method == "POST":
            try:
                _move(request, payout)
            except Refusal as refusal:
                messages.error(request, refusal.reason)
            else:
                messages.success(request, _("Noted."))
                return redirect("admin:bookings_settlement_payout_change", payout.pk)
        actor = f"user:{request.user.pk}"
        context = {
            **self.admin_site.each_context(request),
            "title": payout.number,
            "payout": payout,
            "names": [(_("asked by"), self.who_asked(payout)), (_("approved by"), self.who_approved(payout))],
            "may_approve": actor != payout.asked_by,
            "sent": request.POST,
        }  # fmt: skip
        return TemplateResponse(request, "bookings_settlement/admin_payout.html", context)


def _move(request: HttpRequest, payout: Payout) -> None:
    who: dict[str, Any] = {
        "payout_id": payout.pk,
        "actor": f"user:{request.user.pk}",
        "at": clock.now(),
    }
    match request.POST.get("step"):
        case "approve":
            operations.approve_payout(**who)
        case "drop":
            operations.drop_payout(**who)
        case "sent":
            operations.mark_sent(reference=request.POST.get("reference", "")[:80], **who)
        case "back":
            operations.came_back(why=request.POST.get("why", "")[:200], **who)
        case _:
            raise BadInput(field="step")


@admin.register(BankFile)
class BankFileAdmin(ReadOnlyAdmin, PlatformOnlyAdmin, ModelAdmin):
    """A new one is made of what is due; what was in one is in no other."""

    platform_only_because = _BECAUSE
    list_display = ("made_at", "__str__", "rows")
    fields = ("made_at", "who_made", "rows", "take_link")
    readonly_fields = fields
    search_fields = ("made_by",)
    date_hierarchy = "made_at"
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.is_platform(request)

    @admin.display(description=_("made by"))
    def who_made(self, file: BankFile) -> str:
        return identity.names_of([file.made_by])[file.made_by]

    @admin.display(description=_("Transfers"))
    def take_link(self, file: BankFile) -> SafeString:
        url = reverse("admin:bookings_settlement_bankfile_take", args=[file.pk])
        return format_html(
            '<a class="text-link" href="{}">{}</a>', url, _("Download, or mark as sent")
        )

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(self.take)
        name = "bookings_settlement_bankfile_take"
        return [path("<int:file_id>/take/", page, name=name), *super().get_urls()]

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """See what is due, and put it into a file."""
        if not self.has_add_permission(request):
            raise Http404
        if request.method == "POST":
            try:
                made = operations.make_file(actor=f"user:{request.user.pk}", at=clock.now())
            except Refusal as refusal:
                messages.error(request, refusal.reason)
            else:
                return redirect("admin:bookings_settlement_bankfile_take", made.pk)
        due = Payout.objects.filter(state=PayoutState.DUE, file=None)
        context = {
            **self.admin_site.each_context(request),
            "title": _("File for the bank"),
            "payouts": due.select_related("statement__organisation", "account").order_by("pk"),
            "sum_fen": due.aggregate(fen=Sum("fen"))["fen"] or 0,
        }
        return TemplateResponse(request, "bookings_settlement/admin_bank_file.html", context)

    def take(self, request: HttpRequest, file_id: int) -> HttpResponse:
        """Its transfers; take it as CSV, which is written down, or mark what is due as transferred."""
        file = self.get_queryset(request).filter(pk=file_id).first()
        if file is None:
            raise Http404
        actor, at = f"user:{request.user.pk}", clock.now()
        if request.POST.get("step") == "download":
            operations.note_download(file=file, actor=actor, at=at)
            return _download(file)
        if request.method == "POST":
            reference = request.POST.get("reference", "")[:80]
            try:
                sent = operations.mark_file_sent(
                    file_id=file.pk, reference=reference, actor=actor, at=at
                )
            except Refusal as refusal:
                messages.error(request, refusal.reason)
            else:
                messages.success(request, _("%(n)s marked as transferred.") % {"n": sent})
                return redirect("admin:bookings_settlement_bankfile_take", file.pk)
        payouts = file.payouts.select_related("statement__organisation", "account").order_by("pk")
        context = {
            **self.admin_site.each_context(request),
            "title": str(file),
            "file": file,
            "payouts": payouts,
            "is_due": any(each.state == PayoutState.DUE for each in payouts),
            "sum_fen": sum(each.fen for each in payouts),
        }
        return TemplateResponse(request, "bookings_settlement/admin_bank_file.html", context)


def _download(file: BankFile) -> HttpResponse:
    return HttpResponse(
        bank_csv(file),
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{file}.csv"',
            "Cache-Control": "no-store",
        },
    )
