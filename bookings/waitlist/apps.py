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
        from bookings.waitlist import invariants  # noqa: F401 - registers its rules

        _register_templates()
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


def _register_templates() -> None:
    from accounts.messages import templates

    templates.register(
        templates.Template(
            name="waitlist-won",
            body=_(
                "Your turn: {title}, {when}. Pay by {until} under “My waiting lists”, or it goes on."
            ),
            placeholders=frozenset({"title", "when", "until"}),
        )
    )
    templates.register(
        templates.Template(
            name="waitlist-lapsed",
            body=_("Not paid by {until}: {title}, {when} went to the next party in the list."),
            placeholders=frozenset({"title", "when", "until"}),
        )
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
    from bookings.waitlist import operations

    operations.tell(entry_id=event.facts["entry_id"], template=operations.WON, at=at)


def _tell_lapsed(*, event: Event, at: datetime) -> None:
    from bookings.waitlist import operations

    operations.tell(entry_id=event.facts["entry_id"], template=operations.LAPSED, at=at)
