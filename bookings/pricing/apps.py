from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PricingConfig(AppConfig):
    name = "bookings.pricing"
    label = "bookings_pricing"
    verbose_name = _("Prices")
