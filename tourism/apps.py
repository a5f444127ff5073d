from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from kernel.outbox.models import Event


class TourismConfig(AppConfig):
    name = "tourism"
    verbose_name = _("Tourism")

    def ready(self) -> None:
        from bookings import registry
        from bookings.pricing import tariffs
        from bookings.vouchers import posts
        from kernel.outbox import registry as outbox
        from kernel.places import loading
        from tourism.areas.loading import AreasLoader
        from tourism.areas.models import ScenicArea
        from tourism.areas.posts import gate_posts
        from tourism.sellables.ticket import Ticket
        from tourism.tickets import invariants  # noqa: F401 - registers its rules
        from tourism.tickets import operations as tickets
        from tourism.tickets.loading import TicketsLoader
        from tourism.tickets.models import Product
        from tourism.tickets.tariffs import of_area, of_product

        registry.register(Ticket())
        tariffs.read_by(Product, of_product)
        tariffs.read_by(ScenicArea, of_area)
        posts.register(gate_posts, label="tourism.areas")
        loading.register(20, AreasLoader())
        loading.register(25, TicketsLoader())
        # One transaction an order, each in operations of its own: not in the relay's.
        for name, handler in (
            (tickets.MOVED, _follow_move),
            (tickets.CALLED_OFF, _refund_visitors),
        ):
            label = f"tourism.tickets.{handler.__name__.strip('_').replace('_', '-')}"
            outbox.subscribe(name, handler, label=label, transactional=False)


def _follow_move(*, event: Event, at: datetime) -> None:
    from tourism.tickets import operations as tickets

    tickets.follow_move(slot_id=event.facts["slot_id"], at=at)


def _refund_visitors(*, event: Event, at: datetime) -> None:
    from tourism.tickets import operations as tickets

    tickets.refund_visitors(slot_id=event.facts["slot_id"], at=at)
