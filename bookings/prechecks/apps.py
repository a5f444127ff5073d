from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from kernel.outbox import registry as outbox

if TYPE_CHECKING:
    from kernel.outbox.models import Event


class PrechecksConfig(AppConfig):
    name = "bookings.prechecks"
    label = "bookings_prechecks"
    verbose_name = _("Pre-checks")

    def ready(self) -> None:
        from accounts.messages import kinds as messages
        from bookings.prechecks import (
            invariants,  # noqa: F401 - registers its rules
            kinds,
        )

        messages.register(kinds.SHORT)
        for name in ("bookings.pass.corrected", "bookings.pass.checked"):
            outbox.subscribe(name, _settle, label="bookings.prechecks.settle")


def _settle(*, event: Event, at: datetime) -> None:
    from bookings.prechecks import operations

    operations.settle(pass_id=event.facts["pass_id"], at=at)
