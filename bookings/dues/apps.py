from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from kernel.outbox import registry as outbox

if TYPE_CHECKING:
    from kernel.outbox.models import Event


class DuesConfig(AppConfig):
    name = "bookings.dues"
    label = "bookings_dues"
    verbose_name = _("Sums due later")

    def ready(self) -> None:
        outbox.subscribe("bookings.order.paid", _note, label="bookings.dues.note")
        outbox.subscribe("bookings.payments.rest-paid", _settle, label="bookings.dues.settle")


def _note(*, event: Event, at: datetime) -> None:
    from bookings.dues import operations

    operations.note(order_id=event.facts["order_id"], at=at)


def _settle(*, event: Event, at: datetime) -> None:
    from bookings.dues import operations

    operations.settle(facts=event.facts, at=at)
