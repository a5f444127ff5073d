from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from kernel.outbox import registry as outbox

if TYPE_CHECKING:
    from kernel.outbox.models import Event

_HEARD = {
    "bookings.order.paid": ("tell_paid", "order_id"),
    "bookings.line.agreed": ("tell_confirmed", "line_id"),
    "bookings.line.refused": ("tell_refused", "line_id"),
    "bookings.line.changed": ("tell_changed", "change_id"),
    "bookings.refund.asked": ("tell_refund_asked", "refund_id"),
    "bookings.refund.done": ("tell_refund_done", "refund_id"),
    "bookings.due.fell-due": ("tell_due", "due_id"),
    "bookings.due.opened": ("tell_due", "due_id"),
    "bookings.share.paid": ("tell_share_paid", "share_id"),
    "bookings.pass.handed-over": ("tell_handed_over", "transfer_id"),
    "bookings.deposit.settled": ("tell_deposit", "deposit_id"),
}
"""Which fact is told by which verb, and what it is about."""


class NewsConfig(AppConfig):
    name = "bookings.news"
    label = "bookings_news"
    verbose_name = _("What buyers are told")

    def ready(self) -> None:
        from accounts.messages import kinds as messages
        from bookings.news import kinds

        messages.register_topic(kinds.ORDERS)
        messages.register_topic(kinds.REMINDERS)
        messages.register_topic(kinds.CHANGES)
        for kind in kinds.ALL:
            messages.register(kind)
        for name in _HEARD:
            outbox.subscribe(name, _tell, label="bookings.news.tell")


def _tell(*, event: Event, at: datetime) -> None:
    from bookings.news import operations

    verb, about = _HEARD[event.name]
    getattr(operations, verb)(**{about: event.facts[about]}, at=at)
