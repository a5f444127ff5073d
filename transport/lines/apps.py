from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LinesConfig(AppConfig):
    name = "transport.lines"
    label = "transport_lines"
    verbose_name = _("Shuttle lines")
