from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from accounts.travellers import holdings
from kernel.outbox import registry as outbox

if TYPE_CHECKING:
    from kernel.outbox.models import Event


class HoldersConfig(AppConfig):
    name = "bookings.holders"
    label = "bookings_holders"
    verbose_name = _("Holders of codes")

    def ready(self) -> None:
        outbox.subscribe("bookings.order.parts-cancelled", _retire, label="bookings.holders.retire")
        outbox.subscribe("bookings.order.parts-cancelled", _extras, label="bookings.holders.extras")
        holdings.register("bookings.holders", _held_by)


def _held_by(traveller_ids: Collection[int], at: datetime) -> str:
    from bookings.holders import queries

    return queries.held_by(traveller_ids, at)


def _extras(*, event: Event, at: datetime) -> None:
    from bookings.holders import operations

    operations.show_extras(order_id=event.facts["order_id"], at=at)


def _retire(*, event: Event, at: datetime) -> None:
    from bookings.holders import operations

    operations.retire(order_id=event.facts["order_id"], at=at)
