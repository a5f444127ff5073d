"""Deliver paid lines: the seller fulfils, vouchers are issued, the supplier's claim is booked.

Hears ``bookings.order.paid``. A line whose supplier must still say yes stays AWAITING_SUPPLIER and
is asked again, until silence counts as no; a refused line frees its units and starts its own refund.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.db import DatabaseError, transaction

from bookings import registry
from bookings.contracts import Done, Outcome, Pending
from bookings.fulfilment import queries
from bookings.fulfilment.models import LineRefusal, Why
from bookings.ledger import operations as ledger
from bookings.orders import operations as orders
from bookings.orders.models import Line, Order, State
from bookings.vouchers import operations as vouchers
from kernel.outbox import operations as outbox

logger = logging.getLogger(__name__)

_TO_DELIVER = (State.PAID, State.AWAITING_SUPPLIER)


def deliver(*, order_id: int, at: datetime) -> None:
    """Bring every paid line of an order to CONFIRMED, AWAITING_SUPPLIER or REFUSED.

    In one transaction under the order's lock; calling it again changes nothing that is done.
    """
    with transaction.atomic():
        order = Order.objects.select_for_update(no_key=True).get(pk=order_id)
        lines = list(Line.objects.filter(order=order, state__in=_TO_DELIVER).order_by("pk"))
        by_kind: dict[str, list[Line]] = defaultdict(list)
        for line in lines:
            by_kind[line.kind].append(line)
        delivered: list[ledger.NewEntry] = []
        for kind in sorted(by_kind):
            outcomes = _ask(kind, by_kind[kind], at)
            for line, outcome in zip(by_kind[kind], outcomes, strict=True):
                delivered += _apply(order, line, outcome, at)
        ledger.post_many(delivered)


def _ask(kind: str, lines: Sequence[Line], at: datetime) -> Sequence[Outcome]:
    """What a seller answers. A fault of its own is no answer yet, and stops no other seller.

    :raises DatabaseError: a lock or the connection; the whole order is tried again.
    """
    try:
        with transaction.atomic():
            return registry.get(kind).fulfil(lines=lines, at=at)
    except DatabaseError:
        raise
    except Exception:
        logger.exception("seller %s cannot fulfil lines %s", kind, [line.pk for line in lines])
        return [Pending()] * len(lines)


def ask_waiting_suppliers(*, at: datetime) -> int:
    """Ask again for every line that waits for its supplier; return how many orders were asked.

    Each order by itself: what goes wrong with one is logged, and it is asked again the next time.
    """
    waiting = Line.objects.filter(state=State.AWAITING_SUPPLIER)
    order_ids = list(waiting.values_list("order_id", flat=True).distinct().order_by("order_id"))
    asked = 0
    for order_id in order_ids:
        try:
            deliver(order_id=order_id, at=at)
        except Exception:
            logger.exception("order %s cannot be delivered", order_id)
        else:
            asked += 1
    return asked


def _apply(order: Order, line: Line, outcome: Outcome, at: datetime) -> list[ledger.NewEntry]:
    """Carry out what a seller said of a line; what is to be booked for it."""
    if isinstance(outcome, Done):
        vouchers.issue(line=line, entitlements=outcome.entitlements, at=at)
        return [_confirm(order, line, at)]
    if not isinstance(outcome, Pending):
        _refuse(order, line, Why.SAID_NO, outcome.reason, at)
    elif line.state == State.PAID:
        _move(line, State.AWAITING_SUPPLIER)
    elif order.paid_at is not None and at >= queries.answer_by(line, paid_at=order.paid_at):
        _refuse(order, line, Why.NO_ANSWER, "", at)
    return []


def _refuse(order: Order, line: Line, why: Why, words: str, at: datetime) -> None:
    orders.release_lines([line], state=State.REFUSED, at=at)
    LineRefusal.objects.create(line=line, why=why, words=words[:200], at=at)
    _tell("bookings.line.refused", order, line, at)


def _confirm(order: Order, line: Line, at: datetime) -> ledger.NewEntry:
    if line.state == State.AWAITING_SUPPLIER:
        _tell("bookings.line.agreed", order, line, at)
    _move(line, State.CONFIRMED)
    _tell("bookings.line.confirmed", order, line, at)
    return ledger.NewEntry(
        key=f"delivered:line:{line.pk}",
        subject=order.subject,
        memo="delivered to the buyer",
        postings=[
            (f"buyer:{order.pk}", line.open_fen),
            (f"promotion:{order.region_id}", line.open_promoted_fen),
            (f"supplier:{line.supplier_id}", -line.open_fen - line.open_promoted_fen),
        ],
        region_id=order.region_id,
        currency=order.currency,
        at=at,
    )


def _move(line: Line, state: State) -> None:
    line.state = state
    line.save(update_fields=["state"])


def _tell(name: str, order: Order, line: Line, at: datetime) -> None:
    outbox.record(
        name=name,
        key=f"{name.rsplit('.', 1)[-1]}:{line.pk}",
        facts={"order_id": order.pk, "line_id": line.pk},
        at=at,
    )
