from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from kernel.outbox import registry as outbox

if TYPE_CHECKING:
    from kernel.outbox.models import Event


class OrdersConfig(AppConfig):
    name = "bookings.orders"
    label = "bookings_orders"
    verbose_name = _("Orders")

    def ready(self) -> None:
        outbox.subscribe("bookings.payments.received", _settle, label="bookings.orders.settle")
        outbox.subscribe(
            "bookings.payments.deposit-received",
            _settle_deposit,
            label="bookings.orders.settle-deposit",
        )
        outbox.subscribe(
            "bookings.payments.set-aside", _note_set_aside, label="bookings.orders.set-aside"
        )
        outbox.subscribe(
            "bookings.order.placed-free", _settle_free, label="bookings.orders.settle-free"
        )


def _settle(*, event: Event, at: datetime) -> None:
    from bookings.orders import operations

    operations.settle(facts=event.facts, at=at)


def _settle_deposit(*, event: Event, at: datetime) -> None:
    from bookings.orders import operations

    operations.settle_deposit(facts=event.facts, at=at)


def _note_set_aside(*, event: Event, at: datetime) -> None:
    from bookings.orders import operations

    operations.note_set_aside(facts=event.facts, at=at)


def _settle_free(*, event: Event, at: datetime) -> None:
    from bookings.orders import operations

    operations.settle_free(order_id=event.facts["order_id"], at=at)
