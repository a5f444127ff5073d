"""Reads of tabs."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from bookings.tabs.models import Bill, Item, Tab


def find(actor: str) -> Tab | None:
    """The open tab that a person is on, or None."""
    kind, _colon, number = actor.partition(":")
    if kind != "user" or not number.isdecimal():
        return None
    return Tab.objects.filter(members__user_id=int(number), is_open=True).first()


def is_late(tab: Tab, *, at: datetime) -> bool:
    """Whether a bill should have been paid by now: until then nothing new goes on the tab."""
    return Bill.objects.filter(tab=tab, paid_at=None, due_at__lte=at).exists()


def of_member(user_id: int) -> Tab | None:
    """The tab that a person is on, open or not."""
    found = Tab.objects.filter(members__user_id=user_id)
    return found.select_related("region").first()


def taken(token: str) -> tuple[int, int] | None:
    """Fen that a payment put on a tab and fen of it that went back; None: no such payment."""
    return Item.objects.filter(token=token).values_list("fen", "returned_fen").first()


def bills(tab: Tab) -> QuerySet[Bill]:
    """The bills of a tab, the newest first."""
    return Bill.objects.filter(tab=tab).order_by("-month")


def items(tab: Tab) -> QuerySet[Item]:
    """The lines of a tab, for a list."""
    return Item.objects.filter(tab=tab).select_related("bill")
