"""What people are told who did not come."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.utils.translation import gettext_lazy as _

from accounts.messages.kinds import Kind
from bookings.news.kinds import ORDERS

_DAY = datetime(2026, 10, 14, 9, 30, tzinfo=UTC)
_FACTS: dict[str, object] = {
    "code": "7K3M9QX2TB",
    "name": _("Li"),
    "what": _("North Gate, 2 adults"),
    "when": _DAY,
    "missed": 1,
    "most": 3,
    "days": 180,
    "rest": 7,
}

MISSED = Kind(
    name="bookings.noshows.missed",
    topic=ORDERS.name,
    title=_("Free visit missed"),
    subject=_("{name} did not come: {what}"),
    body=_(
        "{name} had a free place for {what} on {when} and did not come. Missed within {days} days:"
        " {missed} of {most}. After {most} there are no free visits for {rest} days; what is paid"
        " for can be had as ever.\n\nWho cannot come gives the place back in time: with order"
        " {code}. If this is wrong, please say so at the counter."
    ),
    short=_(
        "{name} did not come: {what}, {when}. Missed: {missed} of {most} (order {code}). Who cannot"
        " come gives the place back in time."
    ),
    examples=_FACTS,
)
RESTS = Kind(
    name="bookings.noshows.rests",
    topic=ORDERS.name,
    title=_("No free visits for some days"),
    subject=_("{name}: no free visits until {until}"),
    body=_(
        "{name} did not come for {what} on {when} either: {missed} free visits missed within {days}"
        " days. Until {until} there are no free visits for {name}; what is paid for can be"
        " had as ever.\n\nIf this is wrong, please say so at the counter (order {code})."
    ),
    short=_("{name}: {missed} free visits missed, no free visits until {until} (order {code})."),
    examples={**_FACTS, "missed": 3, "until": _DAY + timedelta(days=7)},
)

ALL = (MISSED, RESTS)
