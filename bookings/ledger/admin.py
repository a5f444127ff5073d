"""The ledger in the admin: to read, and to take a wrong entry back by one of its own."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline

from accounts.organisations.scoping import PlatformOnlyAdmin, ReadOnlyAdmin
from bookings.ledger import operations
from bookings.ledger.models import POINTS, Entry, Posting
from bookings.ledger.telling import account_words, memo_words
from kernel import clock
from kernel.errors import Refusal
from kernel.web.templatetags.quanyu import money


class PostingInline(ReadOnlyAdmin, PlatformOnlyAdmin, TabularInline):
    model = Posting
    hide_title = True
    extra = 0
    fields = ("account_link", "amount", "currency")
    readonly_fields = fields

    @admin.display(description=_("Amount"), ordering="amount_fen")
    def amount(self, posting: Posting) -> str:
        """In yuan; points as they are."""
        if posting.currency == POINTS:
            return str(posting.amount_fen)
        return money(posting.amount_fen)

    @admin.display(description=_("Account"))
    def account_link(self, posting: Posting) -> SafeString:
        """The account, leading to all of its entries."""
        url = reverse("admin:bookings_ledger_entry_changelist", query={"q": posting.account})
        words = account_words(posting.account)
        return format_html('<a class="text-link" href="{}">{}</a>', url, words)


@admin.register(Entry)
class EntryAdmin(ReadOnlyAdmin, PlatformOnlyAdmin, ModelAdmin):
    platform_only_because = _("An entry has legs of several organisations.")
    list_display = ("at", "what_for", "subject", "key")
    fields = ("at", "what_for", "subject", "key", "region_id", "correct_link")
    readonly_fields = fields
    search_fields = ("subject", "key")
    search_help_text = _("Subject or key, or a whole account such as provider:alipay")
    date_hierarchy = "at"
    show_full_result_count = False
    inlines = (PostingInline,)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Entry], search_term: str
    ) -> tuple[QuerySet[Entry], bool]:
        """By subject or key, or everything that moved an account."""
        rows, may_repeat = super().get_search_results(request, queryset, search_term)
        if ":" not in search_term:
            return rows, may_repeat
        moved = Posting.objects.filter(entry=OuterRef("pk"), account=search_term.strip())
        return rows | queryset.filter(Exists(moved)), may_repeat

    @admin.display(description=_("What for"), ordering="memo")
    def what_for(self, entry: Entry) -> str:
        return memo_words(entry.memo)

    @admin.display(description=_("Correct"))
    def correct_link(self, entry: Entry) -> SafeString:
        undone = Entry.objects.filter(key=f"reversal:{entry.pk}").first()
        if undone is not None:
            url = reverse("admin:bookings_ledger_entry_change", args=[undone.pk])
            words = _("Taken back by another entry")
            return format_html('<a class="text-link" href="{}">{}</a>', url, words)
        url = reverse("admin:bookings_ledger_entry_reverse", args=[entry.pk])
        return format_html('<a class="text-link" href="{}">{}</a>', url, _("Take it back"))

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(self.reverse)
        name = "bookings_ledger_entry_reverse"
        return [path("<int:entry_id>/reverse/", page, name=name), *super().get_urls()]

    def reverse(self, request: HttpRequest, entry_id: int) -> HttpResponse:
        """Say why an entry is wrong; it stays, and another one undoes it."""
        entry = self.get_queryset(request).filter(pk=entry_id).first()
        if entry is None:
            raise Http404
        if request.method == "POST":
            try:
                operations.reverse(
                    entry_id=entry.pk,
                    why=request.POST.get("why", ""),
                    actor=f"user:{request.user.pk}",
                    at=clock.now(),
                )
            except Refusal as refusal:
                messages.error(request, refusal.reason)
            else:
                messages.success(request, _("Taken back by an entry of its own."))
                return redirect("admin:bookings_ledger_entry_change", entry.pk)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Take an entry back"),
            "entry": entry,
            "what_for": memo_words(entry.memo),
            "postings": [
                (account_words(each.account), each.amount_fen)
                for each in entry.postings.order_by("pk")
            ],
        }
        return TemplateResponse(request, "bookings_ledger/admin_reverse.html", context)
