from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReferralsConfig(AppConfig):
    name = "bookings.referrals"
    label = "bookings_referrals"
    verbose_name = _("Distribution codes")
