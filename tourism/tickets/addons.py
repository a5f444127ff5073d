"""What was bought beside a ticket and is to be seen where it lets in: "wheelchair × 1", "audio guide × 2"."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from django.db.models import Q, QuerySet

from bookings.contracts import Words
from bookings.orders.models import Line, Order, State
from tourism.tickets import kinds

_BOUGHT = (State.PAID, State.AWAITING_SUPPLIER, State.CONFIRMED, State.USED)
_A_DAY = timedelta(days=1)
Visit = tuple[str, str, date]
"""Whose it is (an order or a buyer), one area, one local day."""


def beside(lines: Sequence[Line]) -> dict[int, tuple[Words, ...]]:
    """The services of each line's buyer for the same area and day; for one line of a visit only.

    A service belongs to the first ticket of its own order for that visit; bought alone, sooner or later, to
    the first of its buyer's. A party comes together, and nothing is to be handed out twice. One statement,
    or none.
    """
    tickets = [line for line in lines if line.kind == kinds.TICKET]
    if not tickets:
        return {}
    bought = list(_bought_by(tickets).filter(state__in=_BOUGHT))
    firsts: dict[Visit, int] = {}
    for line in bought:
        if line.kind == kinds.TICKET and line.open_parts:
            firsts.setdefault(_visit(line, line.order.subject), line.pk)
            firsts.setdefault(_visit(line, _buyer(line.order)), line.pk)
    said: dict[int, list[Words]] = {}
    for line in bought:
        if line.kind == kinds.SERVICE and line.open_parts:
            own = firsts.get(_visit(line, line.order.subject))
            ticket = own or firsts.get(_visit(line, _buyer(line.order)))
            if ticket is not None:
                said.setdefault(ticket, []).append(_counted(line))
    return {pk: tuple(words) for pk, words in said.items()}


def orders_beside(order_id: int) -> list[int]:
    """The buyer's other orders whose tickets are for an area and day of something in this one, oldest first.

    One statement where the order has neither tickets nor services, else two.
    """
    mine = Line.objects.filter(order=order_id, kind__in=(kinds.TICKET, kinds.SERVICE))
    here = list(mine.select_related("order__region"))
    if not here:
        return []
    visits = {_visit(line, "") for line in here}
    others = _bought_by(here).filter(kind=kinds.TICKET, state=State.CONFIRMED)
    found = {line.order_id for line in others if _visit(line, "") in visits}
    return sorted(found - {order_id})


def _bought_by(lines: Sequence[Line]) -> QuerySet[Line]:
    """Tickets and services of the same journeys, and of the same buyers within a day of these."""
    starts = [line.starts_at for line in lines]
    roots = {line.order.root_id for line in lines}
    buyers = {line.order.actor for line in lines if _is_buyers_own(line.order)}
    whose = (
        Q(order__in=roots)
        | Q(order__parent__in=roots)
        | Q(
            order__actor__in=buyers,
            starts_at__range=(min(starts) - _A_DAY, max(starts) + _A_DAY),
        )
    )
    rows = Line.objects.filter(whose, kind__in=(kinds.TICKET, kinds.SERVICE))
    return rows.select_related("order__region").order_by("order_id", "position")


def _is_buyers_own(order: Order) -> bool:
    """Whether who placed it is who it is for; at a counter it is a clerk."""
    return order.user_id is not None or order.actor.startswith("guest:")


def _buyer(order: Order) -> str:
    return order.actor if _is_buyers_own(order) else f"journey:{order.root_id}"


def _visit(line: Line, whose: str) -> Visit:
    """Gate and service desk of an area have zones of one number: "area:12", "desk:12"."""
    area = str(line.facts["zone"]).partition(":")[2]
    return whose, area, line.order.region.local_date(line.starts_at)


def _counted(line: Line) -> Words:
    count = len(line.open_parts)
    return {language: f"{title} × {count}" for language, title in line.title.items()}
