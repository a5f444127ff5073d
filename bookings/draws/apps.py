from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from kernel.outbox.models import Event


class DrawsConfig(AppConfig):
    name = "bookings.draws"
    label = "bookings_draws"
    verbose_name = _("Draws")

    def ready(self) -> None:
        from accounts.messages import kinds as messages
        from accounts.travellers import holdings
        from bookings.draws import invariants, kinds, operations, queries  # noqa: F401 - registers its rules
        from bookings.draws.panels import open_draws
        from kernel.outbox import registry as outbox
        from kernel.places import panels

        messages.register(kinds.LOST)
        messages.register(kinds.CALLED_OFF)
        panels.register(4, open_draws)
        holdings.register("bookings.draws", queries.held_by)
        # Not transactional: hundreds of messages, each once by its key.
        outbox.subscribe(operations.DRAWN, _tell, label="bookings.draws.tell", transactional=False)
        outbox.subscribe(
            operations.CALLED_OFF, _tell_off, label="bookings.draws.tell-off", transactional=False
        )
        outbox.subscribe("bookings.waitlist.over", _over, label="bookings.draws.over")


def _tell(*, event: Event, at: datetime) -> None:
    from bookings.draws import operations

    operations.tell_losers(draw_id=event.facts["draw_id"], at=at)


def _tell_off(*, event: Event, at: datetime) -> None:
    from bookings.draws import operations

    operations.tell_called_off(draw_id=event.facts["draw_id"], at=at)


def _over(*, event: Event, at: datetime) -> None:
    from bookings.draws import operations

    operations.heard_over(entry_id=event.facts["entry_id"], at=at)
