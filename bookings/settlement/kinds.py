"""What the platform's own desk is told of suppliers, with the words it is told in."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.messages.kinds import Kind, Topic
from kernel.money import Money

DUTY = Topic(
    name="DUTY",
    title=_("What the desk must know"),
    note=_("Alarms of the work itself."),
    is_duty=True,
)

BEYOND = Kind(
    name="bookings.settlement.beyond",
    topic=DUTY.name,
    title=_("Supplier beyond its guarantee"),
    subject=_("{supplier} owes more than its guarantee"),
    body=_(
        "{supplier} owes {owed} by its statement for {month}; its guarantee is {guarantee}."
        " Refunds came to more than it has earned since."
    ),
    examples={
        "supplier": _("Cloud Ridge"),
        "owed": Money(120_000),
        "month": "2026-10",
        "guarantee": Money(100_000),
    },
)
