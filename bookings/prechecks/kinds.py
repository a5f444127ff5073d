"""What a buyer is told of whom something is missing the evening before."""

from __future__ import annotations

from datetime import UTC, datetime

from django.utils.translation import gettext_lazy as _

from accounts.messages.kinds import Kind
from bookings.news.kinds import REMINDERS

SHORT = Kind(
    name="bookings.prechecks.short",
    topic=REMINDERS.name,
    title=_("Pre-check: something is missing"),
    subject=_("Before you set out: {what}"),
    body=_(
        "We have looked at your booking for {when}: {what}, order {code}. Something is missing, or a name"
        " or document is not right. Look at who it is and put it right at the address below; then the gate"
        " lets you in without asking."
    ),
    short=_(
        "{what}, {when}: something is missing. Put it right before you set out (order {code})."
    ),
    examples={
        "code": "7K3M9QX2TB",
        "what": _("North Gate, 2 adults"),
        "when": datetime(2026, 10, 14, 9, 30, tzinfo=UTC),
    },
    needed=frozenset({"code"}),
)
