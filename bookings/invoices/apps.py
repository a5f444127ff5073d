from datetime import datetime
from typing import TYPE_CHECKING

from django.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from kernel.outbox import registry as outbox

if TYPE_CHECKING:
    from kernel.outbox.models import Event


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


def _take_over(*, event: "Event", at: datetime) -> None:
    from bookings.invoices import operations

    guest, user_id = event.facts["guest_actor"], event.facts["user_id"]
    if guest:
        operations.take_over(source=guest, target=f"user:{user_id}")
