from datetime import datetime

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from kernel.outbox import registry as outbox


class OrdersConfig(AppConfig):
    name = "bookings.orders"
    label = "bookings_orders"
    verbose_name = _("Orders")

    def ready(self) -> None:
        outbox.subscribe("bookings.payments.received", _settle, label="bookings.orders.settle")
        outbox.subscribe(
            "bookings.order.placed-free", _settle_free, label="bookings.orders.settle-free"
        )


def _settle(*, event: "object", at: datetime) -> None:
    from bookings.orders import operations

    operations.settle(facts=event.facts, at=at)  # type: ignore[attr-defined]


def _settle_free(*, event: "object", at: datetime) -> None:
    from bookings.orders import operations

    operations.settle_free(order_id=event.facts["order_id"], at=at)  # type: ignore[attr-defined]
