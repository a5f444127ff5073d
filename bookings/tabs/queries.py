"""Reads of tabs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from accounts.identity.models import User
from bookings.orders.models import Order
from bookings.payments.models import Attempt
from bookings.tabs.models import Bill, Item, Member, Tab


@dataclass(frozen=True, slots=True)
class BillRow:
    """One line of a bill in words: when, for which order, what for, by whom, how many fen."""

    at: datetime
    order_code: str
    what: str
    who: str
    fen: int


def find(actor: str) -> Tab | None:
    """The open tab that a person is on, or None."""
    kind, _colon, number = actor.partition(":")
    if kind != "user" or not number.isdecimal():
        return None
    return Tab.objects.filter(members__user_id=int(number), is_open=True).first()


def is_late(tab: Tab, *, at: datetime) -> bool:
    """Whether a bill should have been paid by now: until then nothing new goes on the tab."""
    return Bill.objects.filter(tab=tab, paid_at=None, due_at__lte=at).exists()


def member(user_id: int) -> Member | None:
    """The person's place on a tab, open or not; None: on no tab."""
    return Member.objects.filter(user_id=user_id).select_related("tab__region").first()


def people(tab: Tab) -> QuerySet[Member]:
    """Who may pay by a tab, its administrators first."""
    return Member.objects.filter(tab=tab).select_related("user").order_by("-is_admin", "pk")


def actors_of(tab: Tab, *, admins_only: bool = False) -> set[str]:
    """Who may pay by a tab, or say who else may, by the names they act under."""
    found = Member.objects.filter(tab=tab)
    found = found.filter(is_admin=True) if admins_only else found
    return {f"user:{user_id}" for user_id in found.values_list("user_id", flat=True)}


def taken(token: str) -> tuple[int, int] | None:
    """Fen that a payment put on a tab and fen of it that went back; None: no such payment."""
    return Item.objects.filter(token=token).values_list("fen", "returned_fen").first()


def bills(tab: Tab) -> QuerySet[Bill]:
    """The bills of a tab, the newest first."""
    return Bill.objects.filter(tab=tab).order_by("-month")


def items(tab: Tab) -> QuerySet[Item]:
    """The lines of a tab, for a list."""
    return Item.objects.filter(tab=tab).select_related("bill")


def lines_of(bill: Bill) -> QuerySet[Item]:
    """What a bill is made of."""
    return Item.objects.filter(bill=bill).select_related("of").order_by("at", "pk")


def described(items: Sequence[Item]) -> list[BillRow]:
    """Lines of a tab with what they were for, in few statements however many there are."""
    paid = [item.of or item for item in items]
    attempts = Attempt.objects.filter(token__in={payment.token for payment in paid})
    attempts = attempts.select_related("order").prefetch_related("order__lines")
    orders = {attempt.token: attempt.order for attempt in attempts}
    numbers = (payment.actor.removeprefix("user:") for payment in paid)
    buyers = User.objects.in_bulk([int(number) for number in numbers if number.isdecimal()])
    names = {buyer.actor: str(buyer) for buyer in buyers.values()}
    return [
        _described(item, orders.get(payment.token), names.get(payment.actor, ""))
        for item, payment in zip(items, paid, strict=True)
    ]


def _described(item: Item, order: Order | None, who: str) -> BillRow:
    if order is None:
        return BillRow(item.at, item.words, "", who, item.fen)
    what = ", ".join(dict.fromkeys(str(line) for line in order.lines.all()))
    return BillRow(item.at, order.code, what, who, item.fen)
