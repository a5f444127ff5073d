from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from kernel.outbox import registry as outbox

if TYPE_CHECKING:
    from kernel.outbox.models import Event


class FulfilmentConfig(AppConfig):
    name = "bookings.fulfilment"
    label = "bookings_fulfilment"
    verbose_name = _("Fulfilment")

    def ready(self) -> None:
        outbox.subscribe("bookings.order.paid", _deliver, label="bookings.fulfilment.deliver")


def _deliver(*, event: Event, at: datetime) -> None:
    from bookings.fulfilment import operations

    operations.deliver(order_id=event.facts["order_id"], at=at)
