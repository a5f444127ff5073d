from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TourismConfig(AppConfig):
    name = "tourism"
    verbose_name = _("Tourism")

    def ready(self) -> None:
        from bookings import registry
        from bookings.vouchers import posts
        from kernel.places import loading
        from tourism.areas.loading import AreasLoader
        from tourism.areas.posts import gate_posts
        from tourism.sellables.ticket import Ticket
        from tourism.tickets import invariants  # noqa: F401 - registers its rules
        from tourism.tickets.loading import TicketsLoader

        registry.register(Ticket())
        posts.register(gate_posts, label="tourism.areas")
        loading.register(20, AreasLoader())
        loading.register(25, TicketsLoader())
