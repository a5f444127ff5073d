from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from kernel.outbox import registry as outbox

if TYPE_CHECKING:
    from kernel.outbox.models import Event

_OF_AN_ORDER = (
    "bookings.voucher.redeemed",
    "bookings.voucher.undone",
    "bookings.payments.rest-paid",
    "bookings.payments.returned-outside",
    "bookings.payments.disputed",
)


class RewardsConfig(AppConfig):
    name = "bookings.rewards"
    label = "bookings_rewards"
    verbose_name = _("Rewards")

    def ready(self) -> None:
        for name in _OF_AN_ORDER:
            outbox.subscribe(name, _take_up, label=f"bookings.rewards.take-up:{name}")
        outbox.subscribe(
            "bookings.refund.done", _take_up_refund, label="bookings.rewards.take-up-refund"
        )


def _take_up(*, event: Event, at: datetime) -> None:
    from bookings.rewards import operations

    if event.facts.get("direction") == "OUT":
        return
    if order_id := event.facts.get("order_id"):
        operations.take_up([order_id], at=at)


def _take_up_refund(*, event: Event, at: datetime) -> None:
    from bookings.refunds.models import Refund
    from bookings.rewards import operations

    order_id = Refund.objects.values_list("order_id", flat=True).get(pk=event.facts["refund_id"])
    operations.take_up([order_id], at=at)
