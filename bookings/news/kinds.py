"""What buyers are told of their orders, with the words it is told in unless an operator has others."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from django.utils.translation import gettext_lazy as _

from accounts.messages.kinds import Kind, Topic
from bookings.news.queries import CALLED_OFF as CALLED_OFF_NAME
from bookings.news.queries import CHANGES as CHANGES_NAME
from bookings.news.queries import MOVED as MOVED_NAME
from bookings.news.queries import STOPPED as STOPPED_NAME
from bookings.news.queries import is_newest_of_changes, still_stands
from kernel.money import Money

ORDERS = Topic(
    name="ORDERS",
    title=_("Orders and money"),
    note=_("Paid, confirmed, money on its way back."),
)

REMINDERS = Topic(
    name="REMINDERS",
    title=_("Reminders of trips"),
    note=_("The evening before, and two hours before. Not in your quiet hours."),
)

CHANGES = Topic(
    name=CHANGES_NAME,
    title=_("Changes of your trips"),
    note=_(
        "What is moved or does not take place. Also as a text message where you have not read it."
    ),
    sms_if_unread=timedelta(minutes=15),
)

_WHAT = _("North Gate, 2 adults")
_CODE = "7K3M9QX2TB"
_NEEDED = frozenset({"code"})
"""Without its number nobody finds the order."""
_DAY = datetime(2026, 10, 14, 9, 30, tzinfo=UTC)


def _kind(name: str, **more: object) -> Kind:
    return Kind(name=f"bookings.news.{name}", topic=ORDERS.name, needed=_NEEDED, **more)  # type: ignore[arg-type]


PAID = _kind(
    "paid",
    title=_("Order paid"),
    subject=_("Paid: {what}"),
    body=_("Thank you. Order {code} is paid: {total}.\n\n{what}\n\nYour codes are with the order."),
    short=_("Order {code} is paid: {total}. Your codes are with the order."),
    examples={"code": _CODE, "what": _WHAT, "total": Money(38000)},
)
CONFIRMED = _kind(
    "confirmed",
    title=_("Supplier has confirmed"),
    subject=_("Confirmed: {what}"),
    body=_("The supplier has confirmed {what} of order {code}. Your code is with the order."),
    examples={"code": _CODE, "what": _WHAT},
)
REFUSED = _kind(
    "refused",
    title=_("Supplier has refused"),
    subject=_("Not to be had: {what}"),
    body=_(
        "The supplier cannot give you {what} of order {code}. What you have paid for it comes back"
        " by itself."
    ),
    examples={"code": _CODE, "what": _WHAT},
)
CHANGED = _kind(
    "changed",
    title=_("Order changed"),
    subject=_("Changed: {what}"),
    body=_("Your order is changed. It is now {what}, under number {code}."),
    examples={"code": _CODE, "what": _WHAT},
)
REFUND_ASKED = _kind(
    "refund-asked",
    title=_("Money on its way back"),
    subject=_("{amount} on its way back"),
    body=_("{amount} of order {code} is on its way back to you: {why}. You have it by {by}."),
    examples={
        "code": _CODE,
        "amount": Money(19000),
        "why": _("cancelled by the buyer"),
        "by": _DAY,
    },
)
REFUND_DONE = _kind(
    "refund-done",
    title=_("Money returned"),
    subject=_("{amount} returned"),
    body=_("{amount} of order {code} has been returned to you: {why}."),
    examples={"code": _CODE, "amount": Money(19000), "why": _("cancelled by the buyer")},
)
REST_DUE = _kind(
    "rest-due",
    title=_("Rest to be paid"),
    subject=_("{amount} to be paid by {by}"),
    body=_(
        "{amount} of order {code} is still to be paid, by {by} at the latest. What is not paid by"
        " then is cancelled by its terms."
    ),
    examples={"code": _CODE, "amount": Money(19000), "by": _DAY},
)
USE_DUE = _kind(
    "use-due",
    title=_("Use to be paid"),
    subject=_("{amount} to be paid for your use"),
    body=_("What you have used of order {code} comes to {amount}. Please pay it by {by}."),
    examples={"code": _CODE, "amount": Money(19000), "by": _DAY},
)
SHARE_PAID = _kind(
    "share-paid",
    title=_("Share paid"),
    subject=_("{name} has paid"),
    body=_("{name} has paid {amount} of order {code}. Still to be paid: {left}."),
    examples={"code": _CODE, "name": _("Li"), "amount": Money(19000), "left": Money(38000)},
)
DEPOSIT_BACK = _kind(
    "deposit-back",
    title=_("Deposit returned"),
    subject=_("Your deposit of order {code}"),
    body=_("Of your deposit for order {code}, {back} comes back to you; {kept} was kept. {reason}"),
    examples={
        "code": _CODE, "back": Money(45000), "kept": Money(5000), "reason": _("A wheel was bent."),
    },
)  # fmt: skip

_PLAN = _("09:30 North Gate, 2 adults\nWhere: North Gate")
TOMORROW = Kind(
    name="bookings.news.tomorrow",
    topic=REMINDERS.name,
    title=_("Reminder the evening before"),
    subject=_("Tomorrow: {what}"),
    body=_("Tomorrow:\n\n{plan}\n\nYour codes are with order {code}."),
    short=_("Tomorrow {when}: {what}, {where}. Your codes are with order {code}."),
    examples={
        "code": _CODE, "what": _WHAT, "when": time(9, 30), "where": _("North Gate"), "plan": _PLAN,
    },
    holds=still_stands,
    needed=_NEEDED,
)  # fmt: skip
SOON = Kind(
    name="bookings.news.soon",
    topic=REMINDERS.name,
    title=_("Reminder two hours before"),
    subject=_("At {when}: {what}"),
    body=_("Soon:\n\n{plan}\n\nYour codes are with order {code}."),
    short=_("At {when}: {what}, {where}. Your codes are with order {code}."),
    examples=TOMORROW.examples,
    holds=still_stands,
    needed=_NEEDED,
)
CALLED_OFF = Kind(
    name=CALLED_OFF_NAME,
    topic=CHANGES.name,
    title=_("Called off"),
    subject=_("Called off: {what}, {when}"),
    body=_(
        "We are sorry: {what} on {when} does not take place. All that you have paid for it comes back"
        " to you by itself, whatever its terms say. Other times can be had from order {code}."
    ),
    short=_(
        "Called off: {what}, {when}. All that you have paid for it comes back by itself (order {code})."
    ),
    examples={"code": _CODE, "what": _WHAT, "when": _DAY},
    is_urgent=True,
    needed=_NEEDED,
)

MOVED = Kind(
    name=MOVED_NAME,
    topic=CHANGES.name,
    title=_("Moved to another time"),
    subject=_("Moved: {what}, now {when}"),
    body=_(
        "We are sorry: {what} on {before} is moved. It is now on {when}; your codes are good for that"
        " time.\n\nYou may keep it, change it, or cancel it and have all of it back until it begins:"
        " with order {code}."
    ),
    short=_(
        "Moved: {what}, {before}, is now {when}. Keep it, change it, or cancel it for all of its price:"
        " order {code}."
    ),
    examples={"code": _CODE, "what": _WHAT, "before": _DAY, "when": _DAY + timedelta(hours=2)},
    holds=is_newest_of_changes,
    is_urgent=True,
    needed=_NEEDED,
)

STOPPED = Kind(
    name=STOPPED_NAME,
    topic=CHANGES.name,
    title=_("Stands still: choose"),
    subject=_("Stopped: {what}, {when}"),
    body=_(
        "We are sorry: {what} on {when} stands still. Please choose until {by}: your money back,"
        " another time, or wait until it runs again. If you say nothing, all that you have paid for"
        " it comes back by itself. Order {code}."
    ),
    short=_(
        "Stopped: {what}, {when}. Choose until {by}: money back, another time, or wait. Otherwise the"
        " money comes back by itself (order {code})."
    ),
    examples={"code": _CODE, "what": _WHAT, "when": _DAY, "by": _DAY + timedelta(hours=6)},
    is_urgent=True,
    needed=_NEEDED,
)

HANDED_OVER = _kind(
    "handed-over",
    title=_("Code handed over"),
    subject=_("Handed over: {what}"),
    body=_(
        "{what} of order {code} is {name}'s now. The code before is dead; theirs has an address of its own."
    ),
    examples={"code": _CODE, "what": _WHAT, "name": "王小明"},
)
RECEIVED = _kind(
    "received",
    title=_("Code received"),
    subject=_("For you: {what}"),
    body=_(
        "{name}, {what} of order {code} is yours now. Open your code at the address below, and bring the"
        " document that was named."
    ),
    short=_("{name}, {what} of order {code} is yours now. Your code:"),
    examples={"code": _CODE, "what": _WHAT, "name": "王小明"},
)
ALL = (
    HANDED_OVER, RECEIVED,
    PAID, CONFIRMED, REFUSED, CHANGED, REFUND_ASKED, REFUND_DONE, REST_DUE, USE_DUE, SHARE_PAID,
    DEPOSIT_BACK, TOMORROW, SOON, CALLED_OFF, MOVED, STOPPED,
)  # fmt: skip
