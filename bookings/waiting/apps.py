from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WaitingConfig(AppConfig):
    name = "bookings.waiting"
    label = "bookings_waiting"
    verbose_name = _("Waiting room")
