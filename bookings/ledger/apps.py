from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LedgerConfig(AppConfig):
    name = "bookings.ledger"
    label = "bookings_ledger"
    verbose_name = _("Ledger")
