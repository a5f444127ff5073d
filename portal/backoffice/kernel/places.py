"""Regions and places in the admin: for the platform's desk."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from accounts.organisations.scoping import PlatformOnlyAdmin
from kernel.places.models import Place, Region

_WHY = _("The gazetteer is shared by every organisation of a region.")


@admin.register(Region)
class RegionAdmin(PlatformOnlyAdmin, ModelAdmin):
    platform_only_because = _WHY
    list_display = ("slug", "name_zh", "name_en", "timezone", "horizon_days", "is_open")
    search_fields = ("slug", "name_zh", "name_en")


@admin.register(Place)
class PlaceAdmin(PlatformOnlyAdmin, ModelAdmin):
    platform_only_because = _WHY
    list_display = ("slug", "name_zh", "kind", "region", "confidence", "is_sample")
    list_filter = ("kind", "confidence")
    list_select_related = ("region",)
    search_fields = ("slug", "name_zh", "name_en")
    readonly_fields = ("source", "confidence", "confirmed_at", "confirmed_by")
