"""The ledger in the admin: to read, and to take a wrong entry back by one of its own."""

from __future__ import annotations

from django.contrib import admin, messages
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
from bookings.ledger.models import Entry, Posting
from kernel import clock
from kernel.errors import Refusal
from kernel.web import columns


class PostingInline(ReadOnlyAdmin, PlatformOnlyAdmin, TabularInline):
    model = Posting
    extra = 0
    fields = ("account", columns.price("amount_fen", _("Amount")), "currency")
    readonly_fields = fields


@admin.register(Entry)
class EntryAdmin(ReadOnlyAdmin, PlatformOnlyAdmin, ModelAdmin):
    platform_only_because = _("An entry has legs of several organisations.")
    list_display = ("at", "memo", "subject", "key")
    fields = ("at", "memo", "subject", "key", "region_id", "correct_link")
    readonly_fields = fields
    search_fields = ("subject", "key")
    date_hierarchy = "at"
    show_full_result_count = False
    inlines = (PostingInline,)

    @admin.display(description=_("Correct"))
    def correct_link(self, entry: Entry) -> SafeString:
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
            "postings": entry.postings.order_by("pk"),
        }
        return TemplateResponse(request, "bookings_ledger/admin_reverse.html", context)
