"""Charge what was won without asking, where the party has said so."""

from __future__ import annotations

from datetime import datetime

from django.utils import translation

from bookings.payments import operations as payments
from bookings.waitlist.models import Entry


def pay(*, entry_id: int, at: datetime) -> None:
    """Charge the order of an entry by the way it has named. Where that is not to be had, why is kept.

    Then the party has the time of the claim to pay otherwise. Repeating it charges nothing twice.
    """
    entry = Entry.objects.select_related("order").get(pk=entry_id)
    order = entry.order
    if not entry.pay_by or order is None or not order.is_payable(at):
        return
    with translation.override(entry.language):
        trouble = payments.charge_unasked(order=order, provider=entry.pay_by, at=at)
    if trouble:
        Entry.objects.filter(pk=entry_id).update(pay_trouble=trouble[:200])
