"""What riders are told."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.messages.kinds import Kind
from bookings.news.kinds import ORDERS

LOST_ANSWERED = Kind(
    name="transport.rides.lost-answered",
    topic=ORDERS.name,
    title=_("Lost thing answered"),
    subject=_("What you have lost: an answer"),
    body=_("You have asked for: {what}\n\nThe operator answers: {answer}\n\nOrder {code}."),
    short=_("The operator has answered about what you lost. See order {code}."),
    examples={
        "code": "7K3M9QX2TB",
        "what": _("a blue umbrella"),
        "answer": _("It is at the counter of the bus station."),
    },
    needed=frozenset({"code"}),
)
