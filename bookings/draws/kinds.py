"""What who entered a draw is told; winners hear what who won in the waiting list hears."""

from datetime import UTC, datetime

from django.utils.translation import gettext_lazy as _

from accounts.messages.kinds import Kind
from bookings.news.kinds import ORDERS

LOST = Kind(
    name="bookings.draws.lost",
    topic=ORDERS.name,
    title=_("Not drawn"),
    subject=_("Not drawn: {title}"),
    body=_(
        "The draw for {title}, {when} was not for you this time: number {number}, drawn as {rank}. You have"
        " paid nothing. Until {until}, places that a winner does not take go to the next in this order:"
        " then we send word. On its page you can work the result out yourself."
    ),
    short=_(
        "Not drawn: {title}, {when}. You have paid nothing. You may still be next until {until}."
    ),
    examples={
        "title": _("North Gate, 2 adults"),
        "when": datetime(2026, 10, 14, 9, 30, tzinfo=UTC),
        "number": "9f2c64d1a0b35e78",
        "rank": 12,
        "until": datetime(2026, 10, 11, 21, 0, tzinfo=UTC),
    },
)

CALLED_OFF = Kind(
    name="bookings.draws.called-off",
    topic=ORDERS.name,
    title=_("Draw called off"),
    subject=_("Draw called off: {title}"),
    body=_(
        "The draw for {title}, {when} does not take place: {reason}. You have paid nothing. The places are"
        " sold openly now."
    ),
    short=_("Draw called off: {title}, {when}. {reason}"),
    examples={
        "title": _("North Gate, 2 adults"),
        "when": datetime(2026, 10, 14, 9, 30, tzinfo=UTC),
        "reason": _("closed because of ice"),
    },
)
