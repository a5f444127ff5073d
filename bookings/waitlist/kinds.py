"""What parties in the list are told, with the words it is told in unless an operator has others."""

from __future__ import annotations

from datetime import UTC, datetime

from django.utils.translation import gettext_lazy as _

from accounts.messages.kinds import Kind
from bookings.news.kinds import ORDERS
from kernel.money import Money

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
_HANDED = {"title": _("North Gate, 2 adults"), "when": _EXAMPLES["when"], "who": _("Adult")}
TAKEN = Kind(
    name="bookings.waitlist.handover-taken",
    topic=ORDERS.name,
    title=_("Handed on to the waiting list"),
    subject=_("The waiting list took it: {title}"),
    body=_(
        "Order {code}: {title}, {when}, {who} is handed on to somebody who waited. Its code lets nobody"
        " in any more, and {amount} is on its way back to you."
    ),
    examples={**_HANDED, "code": "7K3M9QX2TB", "amount": Money(36100)},
    needed=frozenset({"code"}),
    is_urgent=True,
)
NOT_TAKEN = Kind(
    name="bookings.waitlist.handover-over",
    topic=ORDERS.name,
    title=_("Not taken by the waiting list"),
    subject=_("Nobody took it: {title}"),
    body=_(
        "Order {code}: nobody who waited took {title}, {when}, {who}. It stayed yours, and nothing comes"
        " back for it."
    ),
    examples={**_HANDED, "code": "7K3M9QX2TB"},
    needed=frozenset({"code"}),
)
