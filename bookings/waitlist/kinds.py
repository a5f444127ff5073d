"""What parties in the list are told, with the words it is told in unless an operator has others."""

from __future__ import annotations

from datetime import UTC, datetime

from django.utils.translation import gettext_lazy as _

from accounts.messages.kinds import Kind
from bookings.news.kinds import ORDERS

_EXAMPLES = {
    "title": _("North Gate, 2 adults"),
    "when": datetime(2026, 10, 14, 9, 30, tzinfo=UTC),
    "until": datetime(2026, 10, 13, 18, 20, tzinfo=UTC),
}

WON = Kind(
    name="bookings.waitlist.won",
    topic=ORDERS.name,
    title=_("Their turn in the waiting list"),
    subject=_("Your turn: {title}"),
    body=_("Your turn: {title}, {when}. Pay by {until} under “My waiting lists”, or it goes on."),
    examples=_EXAMPLES,
    is_urgent=True,
)
LAPSED = Kind(
    name="bookings.waitlist.lapsed",
    topic=ORDERS.name,
    title=_("Turn in the waiting list is over"),
    subject=_("Not paid in time: {title}"),
    body=_("Not paid by {until}: {title}, {when} went to the next party in the list."),
    examples=_EXAMPLES,
)
