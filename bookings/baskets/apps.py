from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BasketsConfig(AppConfig):
    name = "bookings.baskets"
    label = "bookings_baskets"
    verbose_name = _("Baskets")
