from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TrainsConfig(AppConfig):
    name = "transport.trains"
    label = "transport_trains"
    verbose_name = _("Trains")
