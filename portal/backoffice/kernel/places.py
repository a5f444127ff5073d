"""Regions, places and calendars in the admin: for the platform's desk."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from accounts.organisations.scoping import PlatformOnlyAdmin
from kernel.places.models import CalendarDay, Place, Region

_WHY = _("The gazetteer is shared by every organisation of a region.")


@admin.register(Region)
class RegionAdmin(PlatformOnlyAdmin, ModelAdmin):
    platform_only_because = _WHY
    list_display = ("slug", "name_zh", "name_en", "timezone", "horizon_days", "is_open")
    search_fields = ("slug", "name_zh", "name_en")


@admin.register(Place)
class PlaceAdmin(PlatformOnlyAdmin, ModelAdmin):
    platform_only_because = _WHY
    list_display = ("slug", "name_zh", "kind", "region", "confidence", "is_confirmed")
    list_filter = ("kind", "confidence")
    list_select_related = ("region",)
    search_fields = ("slug", "name_zh", "name_en")
    autocomplete_fields = ("parent",)
    readonly_fields = ("source", "confidence", "confirmed_at", "confirmed_by")

    @admin.display(description=_("confirmed"), boolean=True)
    def is_confirmed(self, place: Place) -> bool:
        return not place.is_sample


@admin.register(CalendarDay)
class CalendarDayAdmin(PlatformOnlyAdmin, ModelAdmin):
    """The region's official calendar."""

    platform_only_because = "A holiday moves the prices of every supplier of the region."
    list_display = ("date", "day_type", "name_zh", "name_en", "region", "confidence")
    list_filter = ("region", "day_type")
    search_fields = ("name_zh", "name_en")
    list_select_related = ("region",)
    date_hierarchy = "date"
    readonly_fields = ("source", "confidence", "confirmed_at", "confirmed_by")
