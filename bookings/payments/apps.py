from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from kernel.outbox import registry as outbox
from kernel.outbox.registry import NotYet

if TYPE_CHECKING:
    from kernel.outbox.models import Event

_OVER = ("bookings.order.paid", "bookings.order.lapsed", "bookings.order.given-up")
"""Nobody is to pay for such an order any more."""


class PaymentsConfig(AppConfig):
    name = "bookings.payments"
    label = "bookings_payments"
    verbose_name = _("Payments")

    def ready(self) -> None:
        from bookings.payments.switchboard import switch_on

        switch_on(settings.PAYMENT_PROVIDERS)
        for name in _OVER:
            outbox.subscribe(
                name, _close, label=f"bookings.payments.close:{name}", transactional=False
            )
        outbox.subscribe(
            "bookings.orders.deposit-free",
            _release,
            label="bookings.payments.release",
            transactional=False,
        )


def _close(*, event: Event, at: datetime) -> None:
    from bookings.payments import operations, providers

    try:
        operations.close_order(order_id=event.facts["order_id"], at=at)
    except providers.ProviderDown as down:
        raise NotYet from down


def _release(*, event: Event, at: datetime) -> None:
    from bookings.payments import operations, providers
    from bookings.payments.models import Attempt

    try:
        operations.release(attempt=Attempt.objects.get(pk=event.facts["attempt_id"]), at=at)
    except providers.ProviderDown as down:
        raise NotYet from down
