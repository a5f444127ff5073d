from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InventoryConfig(AppConfig):
    name = "bookings.inventory"
    label = "bookings_inventory"
    verbose_name = _("Inventory")
