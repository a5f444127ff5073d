"""Reads of what people are told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from accounts.messages import kinds
from accounts.messages import queries as messages
from accounts.messages.queries import Reading
from bookings.orders.models import Line
from bookings.vouchers.models import Voucher

CALLED_OFF, MOVED = "bookings.news.called-off", "bookings.news.moved"
STOPPED = "bookings.news.stopped"
CHANGES = "CHANGES"
"""The topic of all that is said of what does not take place as it was sold."""


@dataclass(frozen=True, slots=True)
class Told:
    """Who was told that something is moved or called off: by the number of their order."""

    code: str
    reading: Reading


def still_stands(about: str, written_at: datetime) -> bool:
    """Whether nothing of a journey ("order:5") was cancelled, changed or moved since it was written of."""
    order_id = int(about.removeprefix("order:"))
    journey = Q(line__order_id=order_id) | Q(line__order__parent_id=order_id)
    if Voucher.objects.filter(journey, voided_at__gt=written_at).exists():
        return False
    lines = Line.objects.filter(Q(order_id=order_id) | Q(order__parent_id=order_id))
    return not lines.filter(moved_at__gt=written_at).exists()


def is_newest_of_changes(about: str, written_at: datetime) -> bool:
    """Whether nothing newer was said of what was moved ("slot:5")."""
    return not messages.is_said_since(about, (CALLED_OFF, MOVED), written_at)


def changes() -> list[str]:
    """The kinds of all that is said of changes, by their names: those of sellers as well."""
    return [kind.name for kind in kinds.list_all() if kind.topic == CHANGES]


def told_of(about: str) -> list[Told]:
    """Who was told of changes of something ("run:5"), the latest first. Three statements."""
    found = messages.readings(about, changes())
    lines = Line.objects.filter(pk__in={_line_id(each) for each in found})
    codes = dict(lines.values_list("pk", "order__code"))
    return [Told(codes.get(_line_id(each), ""), each) for each in found]


def _line_id(reading: Reading) -> int:
    """The line in the key "bookings.news.moved:5:..."."""
    return int(reading.key.split(":")[1])
