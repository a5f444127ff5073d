"""Money has come in: the order becomes paid, or the money is due to go back.

Hears ``bookings.payments.received`` and the news of deposits. Runs in the outbox's transaction, once
per event, under the order's row lock. Late money takes the places again where they are still free;
otherwise, and for money that came twice, ``bookings.orders.money-returned-due`` says so and refunds
sends it back.
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
from bookings.orders.operations.change import give_up_old, lock_both, lock_old
from bookings.orders.operations.spending import follow
from kernel.outbox import operations as outbox


class _NoRoom(Exception):
    """The places of a lapsed order, or what it is changed from, are gone; rolls back the attempt."""


def settle(*, facts: Mapping[str, Any], at: datetime, objection: str = "") -> str:
    """Book received money; the last of what is due now makes the order paid.

    Money that cannot pay it, or that the caller objects to, goes on its way back: then the reason is
    returned. ``facts``: attempt_id, order_id, purpose, amount_fen, currency, provider.
    """
    order = lock_both(facts["order_id"])
    if order is None:
        raise Order.DoesNotExist
    _book(order, facts, f"buyer:{order.pk}", "money received", at)
    reason = objection or _objection(order, facts) or _take_money(order, facts["amount_fen"], at)
    _return(facts, reason, at)
    return reason


def settle_rest(*, order: Order, at: datetime) -> None:
    """The order has become smaller: it is paid if nothing is left to pay. The caller has locked it."""
    _advance(order, at)


def settle_deposit(*, facts: Mapping[str, Any], at: datetime) -> None:
    """A deposit was charged, where it could not be set aside: we owe it back."""
    order = Order.objects.select_for_update(no_key=True).get(pk=facts["order_id"])
    _book(order, facts, f"deposit:{order.pk}", "deposit received", at)
    _return(facts, _secure(order, facts, at), at)


def note_set_aside(*, facts: Mapping[str, Any], at: datetime) -> None:
    """A deposit was set aside at the provider: no money has moved."""
    order = Order.objects.select_for_update(no_key=True).get(pk=facts["order_id"])
    if order.secured_by != facts["attempt_id"] and _secure(order, facts, at):
        outbox.record(
            name="bookings.orders.deposit-free",
            key=f"deposit-free:attempt:{facts['attempt_id']}",
            facts={"attempt_id": facts["attempt_id"], "order_id": order.pk},
            at=at,
        )


def settle_taken(*, facts: Mapping[str, Any], set_aside_fen: int, at: datetime) -> str:
    """A part of what was set aside was taken, which may be heard before that it was set aside.

    What secures nothing is owed back: then why is returned. Otherwise it is not booked here.
    """
    order = Order.objects.select_for_update(no_key=True).get(pk=facts["order_id"])
    if order.secured_by == facts["attempt_id"]:
        return ""
    reason = _secure(order, {**facts, "amount_fen": set_aside_fen}, at)
    if reason:
        _book(order, facts, f"deposit:{order.pk}", "deposit taken", at)
        _return(facts, reason, at)
    return reason


def settle_free(*, order_id: int, at: datetime) -> None:
    """Mark an order that asks for nothing now as paid. One that lost its race for places is gone."""
    order = lock_both(order_id)
    if order is not None and order.paid_at is None and _asks_for_nothing(order):
        _advance(order, at)


def _book(order: Order, facts: Mapping[str, Any], owed_to: str, memo: str, at: datetime) -> None:
    amount = facts["amount_fen"]
    ledger.post(
        key=f"received:attempt:{facts['attempt_id']}",
        subject=order.subject,
        memo=memo,
        postings=[(f"provider:{facts['provider']}", amount), (owed_to, -amount)],
        region_id=order.region_id,
        currency=facts["currency"],
        at=at,
    )


def _return(facts: Mapping[str, Any], reason: str, at: datetime) -> None:
    """Say that money which pays nothing is due to go back; without a reason it stays."""
    if not reason:
        return
    outbox.record(
        name="bookings.orders.money-returned-due",
        key=f"return:attempt:{facts['attempt_id']}",
        facts={
            "attempt_id": facts["attempt_id"],
            "order_id": facts["order_id"],
            "amount_fen": facts["amount_fen"],
            "reason": reason,
        },
        at=at,
    )


def _objection(order: Order, facts: Mapping[str, Any]) -> str:
    """Why this money cannot pay this order whatever its places; empty when it can."""
    if order.paid_at is not None or order.unpaid_fen == 0:
        return "PAID_TWICE"
    too_much = facts["amount_fen"] > order.unpaid_fen
    too_little = facts["amount_fen"] < order.unpaid_fen and facts.get("purpose") != "SHARE"
    if too_much or too_little or facts["currency"] != order.currency:
        return "WRONG_AMOUNT"
    return ""


def _take_money(order: Order, amount_fen: int, at: datetime) -> str:
    order.received_fen += amount_fen
    return _advance(order, at)


def _secure(order: Order, facts: Mapping[str, Any], at: datetime) -> str:
    if order.paid_at is not None or facts["amount_fen"] > order.unsecured_fen:
        return "PAID_TWICE"
    order.secured_fen += facts["amount_fen"]
    order.secured_by = facts["attempt_id"]
    return _advance(order, at)


def _asks_for_nothing(order: Order) -> bool:
    return order.unpaid_fen == 0 and order.unsecured_fen == 0


def _advance(order: Order, at: datetime) -> str:
    """Keep what has come in; the last of it makes the order paid. Why not, or empty."""
    if not _asks_for_nothing(order):
        held = Line.objects.filter(order=order, state=State.HELD).exists()
        if not held:
            return "GIVEN_UP"
    elif reason := _make_paid(order, at):
        return reason
    order.save(update_fields=["received_fen", "secured_fen", "secured_by", "paid_at"])
    return ""


def _make_paid(order: Order, at: datetime) -> str:
    """Move the lines to PAID, taking lapsed places again; return why not, empty when done.

    What has begun meanwhile is not taken again: nobody would have sold it.
    """
    lines = list(Line.objects.filter(order=order).order_by("pk"))
    states = {line.state for line in lines}
    if states not in ({State.LAPSED}, {State.HELD}):
        return "GIVEN_UP"
    if states == {State.LAPSED} and any(line.starts_at <= at for line in lines):
        return "LATE_AND_GONE"
    try:
        with transaction.atomic():
            old = lock_old(order) if order.parent_id is not None else None
            if states == {State.LAPSED}:
                _take_again(lines, at)
            if old is not None and not give_up_old(old, order, at):
                raise _NoRoom
    except _NoRoom:
        return "LATE_AND_GONE"
    Line.objects.filter(order=order).update(state=State.PAID)
    order.paid_at = at
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
    follow(lines, at)
