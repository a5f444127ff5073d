from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from kernel.outbox import registry as outbox

if TYPE_CHECKING:
    from kernel.outbox.models import Event


class WarningsConfig(AppConfig):
    name = "bookings.warnings"
    label = "bookings_warnings"
    verbose_name = _("Warnings")

    def ready(self) -> None:
        from accounts.messages import kinds as messages
        from bookings.warnings import kinds, operations

        messages.register_topic(kinds.SAFETY)
        messages.register_topic(kinds.SERVICE)
        for kind in kinds.BY_LEVEL.values():
            messages.register(kind)
        # Not transactional: some hundreds at a time, each in a transaction of its own.
        outbox.subscribe(
            operations.SENT, _tell, label="bookings.warnings.tell", transactional=False
        )


def _tell(*, event: Event, at: datetime) -> None:
    from bookings.warnings import operations

    operations.tell(warning_id=event.facts["warning_id"], at=at)
