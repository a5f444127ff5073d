from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from kernel.outbox import registry as outbox

if TYPE_CHECKING:
    from kernel.outbox.models import Event


class RefundsConfig(AppConfig):
    name = "bookings.refunds"
    label = "bookings_refunds"
    verbose_name = _("Refunds")

    def ready(self) -> None:
        outbox.subscribe(
            "bookings.orders.money-returned-due", _return, label="bookings.refunds.return"
        )
        outbox.subscribe(
            "bookings.line.refused", _return_refused, label="bookings.refunds.return-refused"
        )
        outbox.subscribe("bookings.line.refused", _end_all, label="bookings.refunds.end-all")
        outbox.subscribe(
            "bookings.line.changed", _return_difference, label="bookings.refunds.return-difference"
        )
        outbox.subscribe(
            "bookings.payments.returned-outside", _note_outside, label="bookings.refunds.outside"
        )
        outbox.subscribe(
            "bookings.payments.disputed", _note_dispute, label="bookings.refunds.dispute"
        )
        outbox.subscribe("bookings.payments.refund-told", _told, label="bookings.refunds.told")
        outbox.subscribe(
            "bookings.refund.asked", _send, label="bookings.refunds.send", transactional=False
        )


def _return(*, event: Event, at: datetime) -> None:
    from bookings.refunds import operations

    operations.return_money(facts=event.facts, at=at)


def _return_refused(*, event: Event, at: datetime) -> None:
    from bookings.refunds import operations

    operations.return_refused(line_id=event.facts["line_id"], at=at)


def _end_all(*, event: Event, at: datetime) -> None:
    from bookings.refunds import operations

    operations.end_all(line_id=event.facts["line_id"], at=at)


def _return_difference(*, event: Event, at: datetime) -> None:
    from bookings.refunds import operations

    operations.return_difference(change_id=event.facts["change_id"], at=at)


def _note_outside(*, event: Event, at: datetime) -> None:
    from bookings.refunds import operations

    operations.note_outside(attempt_id=event.facts["attempt_id"], at=at)


def _note_dispute(*, event: Event, at: datetime) -> None:
    from bookings.refunds import operations

    operations.note_dispute(attempt_id=event.facts["attempt_id"], at=at)


def _told(*, event: Event, at: datetime) -> None:
    from bookings.refunds import operations

    operations.told(facts=event.facts, at=at)


def _send(*, event: Event, at: datetime) -> None:
    from bookings.refunds import operations

    operations.send(refund_id=event.facts["refund_id"], at=at)
