from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TourismConfig(AppConfig):
    name = "tourism"
    verbose_name = _("Tourism")

    def ready(self) -> None:
        from bookings import registry
        from bookings.pricing import tariffs
        from bookings.vouchers import posts
        from kernel.places import loading
        from tourism.areas.loading import AreasLoader
        from tourism.areas.models import ScenicArea
        from tourism.areas.posts import gate_posts
        from tourism.sellables.ticket import Ticket
        from tourism.tickets import invariants  # noqa: F401 - registers its rules
        from tourism.tickets.loading import TicketsLoader
        from tourism.tickets.models import Product
        from tourism.tickets.tariffs import of_area, of_product

        registry.register(Ticket())
        tariffs.read_by(Product, of_product)
        tariffs.read_by(ScenicArea, of_area)
        posts.register(gate_posts, label="tourism.areas")
        loading.register(20, AreasLoader())
        loading.register(25, TicketsLoader())
