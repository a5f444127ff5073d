"""Travellers in the back office: masked, to read."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.organisations.revealing import RevealingAdmin
from accounts.organisations.scoping import PlatformOnlyAdmin, ReadOnlyAdmin
from accounts.travellers.models import Traveller
from accounts.travellers.operations import plain_number


@admin.register(Traveller)
class TravellerAdmin(ReadOnlyAdmin, PlatformOnlyAdmin, RevealingAdmin):
    platform_only_because = _("A traveller belongs to a tourist's own book, to no organisation.")
    hidden = {"document": (_("Document number"), plain_number)}
    list_display = (
        "name",
        "document_kind",
        "document_masked",
        "check_outcome",
        "owner",
        "changed_at",
    )
    list_filter = ("document_kind", "check_outcome")
    search_fields = ("owner",)
    date_hierarchy = "created_at"
    show_full_result_count = False
    fields = (
        "name", "document_kind", "issuer", "document_masked", "reveal_link", "birth_date",
        "check_outcome", "checked_at", "checked_by", "phone_masked", "owner", "created_at", "changed_at",
    )  # fmt: skip
    readonly_fields = ("reveal_link",)
