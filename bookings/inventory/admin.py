"""Buckets and returns in the admin: to look at. Counts are moved by operations only."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from accounts.organisations.scoping import PlatformOnlyAdmin, ReadOnlyAdmin
from bookings.inventory.models import Bucket, Quota, Return


@admin.register(Bucket)
class BucketAdmin(ReadOnlyAdmin, PlatformOnlyAdmin, ModelAdmin):
    platform_only_because = _("A bucket knows nothing of what it counts; sellers show their own.")
    list_display = ("key", "capacity", "taken", "kept", "room", "is_awaited")
    list_filter = ("is_awaited",)
    search_fields = ("key",)
    show_full_result_count = False

    @admin.display(description=_("free"))
    def room(self, bucket: Bucket) -> int:
        return bucket.left


@admin.register(Quota)
class QuotaAdmin(ReadOnlyAdmin, PlatformOnlyAdmin, ModelAdmin):
    platform_only_because = _("A bucket knows nothing of what it counts; sellers show their own.")
    list_display = ("whole", "channel", "capacity", "taken", "release_at", "until")
    list_filter = ("channel",)
    list_select_related = ("whole", "bucket")
    search_fields = ("whole__key",)
    date_hierarchy = "until"
    show_full_result_count = False

    @admin.display(description=_("capacity"), ordering="bucket__capacity")
    def capacity(self, quota: Quota) -> int:
        return quota.bucket.capacity

    @admin.display(description=_("taken"), ordering="bucket__taken")
    def taken(self, quota: Quota) -> int:
        return quota.bucket.taken


@admin.register(Return)
class ReturnAdmin(ReadOnlyAdmin, PlatformOnlyAdmin, ModelAdmin):
    platform_only_because = _(
        "What comes free of several sellers' buckets is one step of one stream."
    )
    list_display = ("id", "region", "what", "given_at", "served_at")
    list_select_related = ("region",)
    list_filter = (("served_at", admin.EmptyFieldListFilter),)
    search_fields = ("region__slug",)
    date_hierarchy = "given_at"
    show_full_result_count = False

    @admin.display(description=_("units by bucket"))
    def what(self, step: Return) -> str:
        return ", ".join(f"{units} × {bucket}" for bucket, units in sorted(step.units.items()))
