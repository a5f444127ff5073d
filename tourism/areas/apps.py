from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AreasConfig(AppConfig):
    name = "tourism.areas"
    label = "tourism_areas"
    verbose_name = _("Scenic areas")
