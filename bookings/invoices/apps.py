from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from kernel.outbox import registry as outbox

if TYPE_CHECKING:
    from kernel.outbox.models import Event

_LESS = (
    "bookings.order.parts-cancelled",
    "bookings.line.changed",
    "bookings.invoice.issued",
)
"""Less may stand of an order now than its invoices say."""


class InvoicesConfig(AppConfig):
    name = "bookings.invoices"
    label = "bookings_invoices"
    verbose_name = _("Invoices")

    def ready(self) -> None:
        from bookings.invoices.services.switchboard import switch_on

        switch_on(settings.INVOICE_SERVICES)
        outbox.subscribe(
            "accounts.identity.signed-in", _take_over, label="bookings.invoices.take-over"
        )
        for name in _LESS:
            outbox.subscribe(name, _redden, label=f"bookings.invoices.redden:{name}")
        for name, handler, label in (
            ("bookings.voucher.redeemed", _begin, "bookings.invoices.begin"),
            ("bookings.invoice.begun", _pursue, "bookings.invoices.pursue"),
            ("bookings.invoice.issued", _collect, "bookings.invoices.collect"),
        ):
            outbox.subscribe(name, handler, label=label, transactional=False)


def _take_over(*, event: Event, at: datetime) -> None:
    from bookings.invoices import operations

    guest, user_id = event.facts["guest_actor"], event.facts["user_id"]
    if guest:
        operations.take_over(source=guest, target=f"user:{user_id}")


def _redden(*, event: Event, at: datetime) -> None:
    from bookings.invoices import operations

    operations.redden(order_id=event.facts["order_id"], at=at)


def _begin(*, event: Event, at: datetime) -> None:
    from bookings.invoices import operations

    if event.facts.get("direction") == "OUT":
        return
    operations.begin_of(order_id=event.facts["order_id"], at=at)


def _pursue(*, event: Event, at: datetime) -> None:
    from bookings.invoices import operations

    operations.pursue(invoice_id=event.facts["invoice_id"], at=at)


def _collect(*, event: Event, at: datetime) -> None:
    from bookings.invoices import operations

    operations.collect(invoice_id=event.facts["invoice_id"])
