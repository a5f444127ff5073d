"""The evening's reminders of a full day: journeys a second, and what a run costs when all is said."""

from __future__ import annotations

import time
from collections.abc import Iterator
from copy import copy
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from accounts.messages.models import Message
from bookings.news import operations as news
from bookings.orders.models import Line, Order
from bookings.vouchers.models import Pass, Voucher, new_serial
from kernel import codes, seals

JOURNEYS, TRAVELLERS = 17_000, 3
"""Tomorrow and the day after: two lines of three vouchers a journey; 51,000 vouchers for each day."""
_AT_ONCE = 1_000


def figures(
    *, like: Voucher, at: datetime, journeys: int = JOURNEYS, travellers: int = TRAVELLERS
) -> dict[str, Any]:
    """Copies ``like``, a delivered and unused voucher, into that many guests' journeys, and reminds of them.

    ``at`` is after six in the evening in its region. In a throw-away database.
    """
    starts_at = like.line.order.region.at(
        like.line.order.region.local_date(at) + timedelta(days=1), datetime.min.time()
    )
    for first in range(0, journeys, _AT_ONCE):
        _lay_down(like, starts_at, at, range(first, min(first + _AT_ONCE, journeys)), travellers)
    with connection.cursor() as cursor:
        cursor.execute(
            "ANALYZE bookings_vouchers_voucher, bookings_orders_line, bookings_orders_order"
        )
    before = Message.objects.count()
    took_s = _timed(at)
    return {
        "reminded": Message.objects.count() - before,
        "reminders_per_s": round((Message.objects.count() - before) / took_s),
        "reminding_again_ms": round(_timed(at) * 1000),
    }


def _timed(at: datetime) -> float:
    began = time.perf_counter()
    news.remind_of_tomorrow(at=at)
    return time.perf_counter() - began


def _lay_down(
    like: Voucher, starts_at: datetime, at: datetime, numbers: range, travellers: int
) -> None:
    orders = Order.objects.bulk_create(_order(like.line.order, number) for number in numbers)
    lines = Line.objects.bulk_create(
        _line(like.line, order, starts_at + timedelta(hours=9 + order.pk % 8, days=day), day)
        for order in orders
        for day in (0, 1)
    )
    passes = Pass.objects.bulk_create(_pass(like.carrier, order) for order in orders)
    of_order = {each.order_id: each for each in passes}
    Voucher.objects.bulk_create(
        each
        for line in lines
        for each in _vouchers(like, line, of_order[line.order_id], at, travellers)
    )


def _order(like: Order, number: int) -> Order:
    made = copy(like)
    made.pk, made.code, made.token = None, codes.new_code(12), codes.new_token()
    made.request_key = f"bench:{number}"
    made.user_id, made.contact_sealed = None, seals.seal(f"161{number:08}", purpose="phone")
    return made


def _line(like: Line, order: Order, starts_at: datetime, position: int) -> Line:
    made = copy(like)
    made.pk, made.order, made.position = None, order, position
    made.starts_at, made.ends_at = starts_at, starts_at + timedelta(hours=2)
    return made


def _pass(like: Pass, order: Order) -> Pass:
    made = copy(like)
    made.pk, made.order = None, order
    made.serial, made.short_code = new_serial(), codes.new_code()
    return made


def _vouchers(
    like: Voucher, line: Line, carrier: Pass, at: datetime, travellers: int
) -> Iterator[Voucher]:
    for number in range(travellers):
        made = copy(like)
        made.pk, made.line, made.carrier, made.part_key = None, line, carrier, f"p{number}"
        made.valid_from, made.valid_until = line.starts_at, line.ends_at
        made.issued_at = at - timedelta(days=3)
        yield made
