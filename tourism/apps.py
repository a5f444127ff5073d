from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TourismConfig(AppConfig):
    name = "tourism"
    verbose_name = _("Tourism")

    def ready(self) -> None:
        from bookings import registry
        from kernel.places import loading
        from tourism.areas.loading import AreasLoader
        from tourism.sellables.ticket import Ticket
        from tourism.tickets.loading import TicketsLoader

        registry.register(Ticket())
        loading.register(20, AreasLoader())
        loading.register(25, TicketsLoader())
