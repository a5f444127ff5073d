from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from kernel.outbox import registry as outbox

if TYPE_CHECKING:
    from kernel.outbox.models import Event


class TabsConfig(AppConfig):
    name = "bookings.tabs"
    label = "bookings_tabs"
    verbose_name = _("Tabs")

    def ready(self) -> None:
        from bookings.payments import providers
        from bookings.tabs.provider import OnTab

        providers.register(OnTab())
        outbox.subscribe("bookings.payments.bill-paid", _settle, label="bookings.tabs.settle")
        outbox.subscribe(
            "bookings.payments.returned-outside", _note_outside, label="bookings.tabs.outside"
        )
        outbox.subscribe("bookings.payments.disputed", _note_dispute, label="bookings.tabs.dispute")


def _settle(*, event: Event, at: datetime) -> None:
    from bookings.tabs import operations

    operations.settle(facts=event.facts, at=at)


def _note_outside(*, event: Event, at: datetime) -> None:
    from bookings.tabs import operations

    operations.note_outside(facts=event.facts, at=at)


def _note_dispute(*, event: Event, at: datetime) -> None:
    from bookings.tabs import operations

    operations.note_dispute(facts=event.facts, at=at)
