from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TelematicsConfig(AppConfig):
    name = "transport.telematics"
    label = "transport_telematics"
    verbose_name = _("Vehicle positions")
