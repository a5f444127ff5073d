from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from kernel.outbox import registry as outbox

if TYPE_CHECKING:
    from kernel.outbox.models import Event


class NoshowsConfig(AppConfig):
    name = "bookings.noshows"
    label = "bookings_noshows"
    verbose_name = _("Free visits missed")

    def ready(self) -> None:
        from accounts.messages import kinds as messages
        from bookings.noshows import kinds

        for kind in kinds.ALL:
            messages.register(kind)
        outbox.subscribe("bookings.line.confirmed", _watch, label="bookings.noshows.watch")
        outbox.subscribe("bookings.voucher.redeemed", _used, label="bookings.noshows.came")
        outbox.subscribe("bookings.voucher.undone", _used, label="bookings.noshows.undone")
        for name in ("bookings.pass.handed-over", "bookings.pass.corrected"):
            outbox.subscribe(name, _follow, label="bookings.noshows.follow")


def _watch(*, event: Event, at: datetime) -> None:
    from bookings.noshows import operations

    operations.watch(line_id=event.facts["line_id"])


def _used(*, event: Event, at: datetime) -> None:
    from bookings.noshows import operations

    operations.note_use(line_id=event.facts["line_id"], part_key=event.facts["part_key"])


def _follow(*, event: Event, at: datetime) -> None:
    from bookings.noshows import operations

    operations.follow(pass_id=event.facts["pass_id"])
