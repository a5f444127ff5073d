from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RidesConfig(AppConfig):
    name = "transport.rides"
    label = "transport_rides"
    verbose_name = _("Rides")

    def ready(self) -> None:
        from accounts.messages import kinds
        from bookings.news import pages
        from transport.rides.doors import of_rides
        from transport.rides.kinds import LOST_ANSWERED

        pages.register(of_rides, label="transport.rides")
        kinds.register(LOST_ANSWERED)
