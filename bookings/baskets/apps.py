from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from kernel.outbox import registry as outbox

if TYPE_CHECKING:
    from kernel.outbox.models import Event


class BasketsConfig(AppConfig):
    name = "bookings.baskets"
    label = "bookings_baskets"
    verbose_name = _("Baskets")

    def ready(self) -> None:
        outbox.subscribe("accounts.identity.signed-in", _merge, label="bookings.baskets.merge")


def _merge(*, event: Event, at: datetime) -> None:
    from bookings.baskets import operations

    guest, user_id = event.facts["guest_actor"], event.facts["user_id"]
    if guest:
        operations.merge(source=guest, target=f"user:{user_id}", at=at)
