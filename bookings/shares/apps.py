from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from kernel.outbox import registry as outbox

if TYPE_CHECKING:
    from kernel.outbox.models import Event


class SharesConfig(AppConfig):
    name = "bookings.shares"
    label = "bookings_shares"
    verbose_name = _("Shares of an order")

    def ready(self) -> None:
        outbox.subscribe("bookings.payments.share-paid", _settle, label="bookings.shares.settle")


def _settle(*, event: Event, at: datetime) -> None:
    from bookings.shares import operations

    operations.settle(facts=event.facts, at=at)
