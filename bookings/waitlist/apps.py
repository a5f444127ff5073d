from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from kernel.outbox import registry as outbox

if TYPE_CHECKING:
    from kernel.outbox.models import Event


class WaitlistConfig(AppConfig):
    name = "bookings.waitlist"
    label = "bookings_waitlist"
    verbose_name = _("Waiting list")

    def ready(self) -> None:
        from accounts.messages import kinds as messages
        from bookings.waitlist import invariants, kinds  # noqa: F401 - registers its rules

        for kind in (kinds.WON, kinds.LAPSED, kinds.TAKEN, kinds.NOT_TAKEN):
            messages.register(kind)
        outbox.subscribe("bookings.order.paid", _paid, label="bookings.waitlist.paid")
        outbox.subscribe("bookings.order.lapsed", _lapsed, label="bookings.waitlist.lapsed")
        outbox.subscribe("bookings.order.given-up", _declined, label="bookings.waitlist.declined")
        outbox.subscribe(
            "bookings.waitlist.won", _pay, label="bookings.waitlist.pay", transactional=False
        )
        outbox.subscribe("bookings.waitlist.won", _tell_won, label="bookings.waitlist.tell-won")
        outbox.subscribe(
            "bookings.waitlist.lapsed", _tell_lapsed, label="bookings.waitlist.tell-lapsed"
        )
        for word in ("taken", "over"):
            outbox.subscribe(
                f"bookings.waitlist.handover-{word}",
                _tell_handover,
                label=f"bookings.waitlist.tell-handover-{word}",
            )


def _paid(*, event: Event, at: datetime) -> None:
    _heard(event, "WON", at)


def _lapsed(*, event: Event, at: datetime) -> None:
    _heard(event, "LAPSED", at)


def _declined(*, event: Event, at: datetime) -> None:
    _heard(event, "DECLINED", at)


def _heard(event: Event, state: str, at: datetime) -> None:
    from bookings.waitlist import operations
    from bookings.waitlist.models import EntryState

    operations.heard(order_id=event.facts["order_id"], state=EntryState(state), at=at)


def _pay(*, event: Event, at: datetime) -> None:
    from bookings.waitlist import operations

    operations.pay(entry_id=event.facts["entry_id"], at=at)


def _tell_won(*, event: Event, at: datetime) -> None:
    from bookings.waitlist import kinds, operations

    operations.tell(entry_id=event.facts["entry_id"], kind=kinds.WON, at=at)


def _tell_lapsed(*, event: Event, at: datetime) -> None:
    from bookings.waitlist import kinds, operations

    operations.tell(entry_id=event.facts["entry_id"], kind=kinds.LAPSED, at=at)


def _tell_handover(*, event: Event, at: datetime) -> None:
    from bookings.waitlist import operations

    operations.tell_handover(handover_id=event.facts["handover_id"], at=at)
