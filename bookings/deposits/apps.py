from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from kernel.outbox import registry as outbox

if TYPE_CHECKING:
    from kernel.outbox.models import Event


class DepositsConfig(AppConfig):
    name = "bookings.deposits"
    label = "bookings_deposits"
    verbose_name = _("Deposits")

    def ready(self) -> None:
        outbox.subscribe("bookings.order.paid", _note, label="bookings.deposits.note")
        outbox.subscribe(
            "bookings.deposit.settled", _carry_out, label="bookings.deposits.carry-out",
            transactional=False,
        )  # fmt: skip
        outbox.subscribe("bookings.payments.taken", _book, label="bookings.deposits.book")
        outbox.subscribe(
            "bookings.payments.released", _note_released, label="bookings.deposits.note-released"
        )


def _note(*, event: Event, at: datetime) -> None:
    from bookings.deposits import operations

    operations.note(order_id=event.facts["order_id"], at=at)


def _carry_out(*, event: Event, at: datetime) -> None:
    from bookings.deposits import operations

    operations.carry_out(deposit_id=event.facts["deposit_id"], at=at)


def _book(*, event: Event, at: datetime) -> None:
    from bookings.deposits import operations

    operations.book_taken(facts=event.facts, at=at)


def _note_released(*, event: Event, at: datetime) -> None:
    from bookings.deposits import operations

    operations.note_released(facts=event.facts, at=at)
