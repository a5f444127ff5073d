from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CodesConfig(AppConfig):
    name = "bookings.codes"
    label = "bookings_codes"
    verbose_name = _("Codes")
