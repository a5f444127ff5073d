from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TravellersConfig(AppConfig):
    name = "accounts.travellers"
    label = "accounts_travellers"
    verbose_name = _("Travellers")
