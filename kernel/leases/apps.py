from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LeasesConfig(AppConfig):
    name = "kernel.leases"
    label = "kernel_leases"
    verbose_name = _("Leases")
