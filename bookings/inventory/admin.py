"""Buckets in the admin: to look at. Counts are moved by operations only."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from accounts.organisations.scoping import PlatformOnlyAdmin, ReadOnlyAdmin
from bookings.inventory.models import Bucket


@admin.register(Bucket)
class BucketAdmin(ReadOnlyAdmin, PlatformOnlyAdmin, ModelAdmin):
    platform_only_because = _("A bucket knows nothing of what it counts; sellers show their own.")
    list_display = ("key", "capacity", "taken", "room")
    search_fields = ("key",)
    show_full_result_count = False

    @admin.display(description=_("free"))
    def room(self, bucket: Bucket) -> int:
        return bucket.left
