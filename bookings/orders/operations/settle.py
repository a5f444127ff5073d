"""Money has come in: the order becomes paid, or the money is due to go back.

Hears ``bookings.payments.received``. Runs in the outbox's transaction, once per event, under the
order's row lock. Late money takes the places again where they are still free; otherwise, and for
money that came twice, ``bookings.orders.money-returned-due`` says so and refunds sends it back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from bookings import registry
from bookings.contracts import Claim, Demand
from bookings.inventory import operations as inventory
from bookings.ledger import operations as ledger
from bookings.orders.models import Hold, Line, Order, State
from kernel.outbox import operations as outbox


class _NoRoom(Exception):
    """The places of a lapsed order are gone; rolls back the attempt to take them again."""


def settle(*, facts: Mapping[str, Any], at: datetime) -> None:
    """Book received money and mark the order paid, or send the money on its way back.

    ``facts``: attempt_id, order_id, amount_fen, currency, provider.
    """
    order = Order.objects.select_for_update(no_key=True).get(pk=facts["order_id"])
    amount = facts["amount_fen"]
    ledger.post(
        key=f"received:attempt:{facts['attempt_id']}",
        subject=order.subject,
        memo="money received",
        postings=[(f"provider:{facts['provider']}", amount), (f"buyer:{order.pk}", -amount)],
        region_id=order.region_id,
        currency=facts["currency"],
        at=at,
    )
    reason = _objection(order, facts) or _make_paid(order, at)
    if reason:
        outbox.record(
            name="bookings.orders.money-returned-due",
            key=f"return:attempt:{facts['attempt_id']}",
            facts={
                "attempt_id": facts["attempt_id"],
                "order_id": order.pk,
                "amount_fen": amount,
                "reason": reason,
            },
            at=at,
        )


def settle_free(*, order_id: int, at: datetime) -> None:
    """Mark an order that asks for nothing now as paid. One that lost its race for places is gone."""
    order = Order.objects.select_for_update(no_key=True).filter(pk=order_id).first()
    if order is not None and order.due_now_fen == 0 and order.paid_at is None:
        _make_paid(order, at)


def _objection(order: Order, facts: Mapping[str, Any]) -> str:
    """Why this money cannot pay this order whatever its places; empty when it can."""
    if order.paid_at is not None:
        return "PAID_TWICE"
    if (facts["amount_fen"], facts["currency"]) != (order.due_now_fen, order.currency):
        return "WRONG_AMOUNT"
    return ""


def _make_paid(order: Order, at: datetime) -> str:
    """Move the lines to PAID, taking lapsed places again; return why not, empty when done.

    What has begun meanwhile is not taken again: nobody would have sold it.
    """
    lines = list(Line.objects.filter(order=order).order_by("pk"))
    states = {line.state for line in lines}
    if states == {State.LAPSED}:
        if any(line.starts_at <= at for line in lines):
            return "LATE_AND_GONE"
        try:
            with transaction.atomic():
                _take_again(lines, at)
        except _NoRoom:
            return "LATE_AND_GONE"
    elif states != {State.HELD}:
        return "GIVEN_UP"
    Line.objects.filter(order=order).update(state=State.PAID)
    order.paid_at = at
    order.save(update_fields=["paid_at"])
    outbox.record(
        name="bookings.order.paid",
        key=f"paid:{order.pk}",
        facts={"order_id": order.pk, "total_fen": order.total_fen},
        at=at,
    )
    return ""


def _take_again(lines: Sequence[Line], at: datetime) -> None:
    by_kind: dict[str, list[Claim]] = defaultdict(list)
    for line in lines:
        by_kind[line.kind].append(line.claim)
    for kind in sorted(by_kind):
        answers = registry.get(kind).claim(claims=by_kind[kind], at=at)
        if any(answer is not None for answer in answers):
            raise _NoRoom
    holds = list(Hold.objects.filter(line__in=lines, released=F("units")))
    Hold.objects.filter(pk__in=[hold.pk for hold in holds]).update(released=0)
    [shortage] = inventory.take([[Demand(hold.bucket_id, hold.units) for hold in holds]])
    if shortage is not None:
        raise _NoRoom
