"""Buckets in the admin: to look at. Counts are moved by operations only."""

from django.contrib import admin
from unfold.admin import ModelAdmin

from accounts.organisations.scoping import PlatformOnlyAdmin, ReadOnlyAdmin
from bookings.inventory.models import Bucket


@admin.register(Bucket)
class BucketAdmin(ReadOnlyAdmin, PlatformOnlyAdmin, ModelAdmin):
    list_display = ("key", "capacity", "taken", "left")
    search_fields = ("key",)
    show_full_result_count = False
