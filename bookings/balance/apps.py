from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from kernel.outbox import registry as outbox

if TYPE_CHECKING:
    from kernel.outbox.models import Event


class BalanceConfig(AppConfig):
    name = "bookings.balance"
    label = "bookings_balance"
    verbose_name = _("Stored balances")

    def ready(self) -> None:
        from bookings.balance.provider import Balance
        from bookings.payments import providers

        providers.register(Balance())
        outbox.subscribe("bookings.payments.top-up-paid", _credit, label="bookings.balance.credit")
        outbox.subscribe(
            "bookings.payments.returned-outside", _note_outside, label="bookings.balance.outside"
        )
        outbox.subscribe(
            "bookings.payments.disputed", _note_dispute, label="bookings.balance.dispute"
        )


def _credit(*, event: Event, at: datetime) -> None:
    from bookings.balance import operations

    operations.credit(facts=event.facts, at=at)


def _note_outside(*, event: Event, at: datetime) -> None:
    from bookings.balance import operations

    operations.note_outside(facts=event.facts, at=at)


def _note_dispute(*, event: Event, at: datetime) -> None:
    from bookings.balance import operations

    operations.note_dispute(facts=event.facts, at=at)
