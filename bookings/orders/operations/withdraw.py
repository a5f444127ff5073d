"""Units go back: whole lines that lapse or are refused, parts that are cancelled."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from bookings import registry
from bookings.contracts import Demand
from bookings.inventory import operations as inventory
from bookings.ledger import queries as ledger
from bookings.orders.models import (
    HOLDING,
    TRANSITIONS,
    Change,
    ChangeState,
    Hold,
    Line,
    Order,
    State,
)
from bookings.orders.operations.spending import follow
from kernel.errors import Refusal
from kernel.outbox import operations as outbox


class AlreadyCancelled(Refusal):
    """One of these parts is cancelled or used already."""

    code = "already_cancelled"
    message = _("%(title)s was cancelled or used already.")


class NotWaiting(Refusal):
    """Only an order that waits for its payment can be given up without a refund."""

    code = "not_waiting"
    message = _("This order no longer waits for a payment.")


def abandon(*, order: Order, at: datetime) -> None:
    """Give up an order that was not paid: its units are free at once.

    :raises NotWaiting: it was paid, lapsed or given up before.
    """
    with transaction.atomic(durable=True):
        order = Order.objects.select_for_update(no_key=True).get(pk=order.pk)
        lines = list(Line.objects.filter(order=order).order_by("pk"))
        if any(line.state != State.HELD for line in lines):
            raise NotWaiting
        release_lines(lines, state=State.CANCELLED, at=at)
        give_up_money([order], at)
        give_up_changes([order])
        outbox.record(
            name="bookings.order.given-up",
            key=f"given-up:{order.pk}",
            facts={"order_id": order.pk},
            at=at,
        )


def give_up_money(orders: Sequence[Order], at: datetime) -> None:
    """What had come in for orders that are not paid in full goes back, each sum the way it came."""
    for order in orders:
        if not order.received_fen and not order.secured_fen:
            continue
        for attempt_id, amount_fen in ledger.received(order.subject).items():
            outbox.record(
                name="bookings.orders.money-returned-due",
                key=f"return:attempt:{attempt_id}",
                facts={
                    "attempt_id": attempt_id,
                    "order_id": order.pk,
                    "amount_fen": amount_fen,
                    "reason": "NOT_IN_FULL",
                },
                at=at,
            )
        Order.objects.filter(pk=order.pk).update(received_fen=0, secured_fen=0, secured_by=None)


def give_up_changes(orders: Sequence[Order]) -> None:
    """What was to be changed into orders that are not paid stays as it is."""
    ids = [order.pk for order in orders if order.parent_id is not None]
    if ids:
        waiting = Change.objects.filter(order__in=ids, state=ChangeState.PENDING)
        waiting.update(state=ChangeState.VOID)


def release_lines(lines: Sequence[Line], *, state: State, at: datetime) -> None:
    """Move whole lines to ``state`` and free all they hold. The caller holds the orders' locks."""
    if not lines:
        return
    for line in lines:
        if state not in TRANSITIONS[State(line.state)]:
            raise ValueError(f"line {line.pk} cannot go from {line.state} to {state}")
    pass_on(lines)
    by_kind: dict[str, list[tuple[Line, Sequence[str]]]] = defaultdict(list)
    for line in lines:
        by_kind[line.kind].append((line, [part.key for part in line.frozen_parts]))
    for kind in sorted(by_kind):
        registry.get(kind).withdraw(lines=by_kind[kind], at=at)
    Line.objects.filter(pk__in=[line.pk for line in lines]).update(state=state)
    holds = list(Hold.objects.filter(line__in=lines))
    Hold.objects.filter(line__in=lines).update(released=F("units"))
    inventory.give_back((Demand(h.bucket_id, h.units - h.released) for h in holds), at=at)
    follow(lines, at)


def pass_on(lines: Sequence[Line]) -> None:
    """What lines that go hold once for all of an order goes over to a line that stays and needs it.

    A coupon comes back with the last line that was cheaper by it. The caller holds the orders' locks.
    """
    going = [line.pk for line in lines if any(each.buckets for _key, each in line.discounts)]
    if not going:
        return
    staying = Line.objects.filter(
        order__in={line.order_id for line in lines}, state__in=HOLDING
    ).exclude(pk__in=[line.pk for line in lines])
    for other in staying.order_by("pk"):
        held = Hold.objects.filter(line__in=going, line__order=other.order_id, released=0)
        held.filter(bucket_id__in=_shared(other)).update(line=other)


def _shared(line: Line) -> set[int]:
    """The buckets of its discounts that are held once for an order; of parts that were not cancelled."""
    gone = set(line.cancelled_parts)
    return {bucket for key, each in line.discounts if key not in gone for bucket in each.buckets}


def withdraw_parts(*, parts: Mapping[int, Sequence[str]], at: datetime) -> None:
    """Cancel parts (line id to part keys) of paid lines and free their units.

    Runs in the caller's transaction, with the order's row locked. A line all of whose parts are
    gone becomes CANCELLED, or USED when one of them was used.

    :raises AlreadyCancelled: a part is no longer open; nothing has changed.
    """
    lines = list(Line.objects.select_for_update(no_key=True).filter(pk__in=parts).order_by("pk"))
    for line in lines:
        if not set(parts[line.pk]) <= {part.key for part in line.open_parts}:
            raise AlreadyCancelled(title=str(line))
    freed: list[Demand] = []
    for line in lines:
        freed += _cancel(line, set(parts[line.pk]))
    by_kind: dict[str, list[tuple[Line, Sequence[str]]]] = defaultdict(list)
    for line in lines:
        by_kind[line.kind].append((line, list(parts[line.pk])))
    for kind in sorted(by_kind):
        registry.get(kind).withdraw(lines=by_kind[kind], at=at)
    inventory.give_back(freed, at=at)
    follow(lines, at)


def _cancel(line: Line, keys: set[str]) -> list[Demand]:
    """Mark the parts, release their holds; return the units to free."""
    freed: dict[int, int] = defaultdict(int)
    for part in line.frozen_parts:
        if part.key in keys:
            for demand in part.demands:
                freed[demand.bucket_id] += demand.units
    line.cancelled_parts = [*line.cancelled_parts, *sorted(keys)]
    if not line.open_parts:
        line.state = State.USED if line.used_parts else State.CANCELLED
        if line.state == State.CANCELLED:
            pass_on([line])
            freed = _all_unreleased(line)
    line.save(update_fields=["cancelled_parts", "state"])
    for bucket_id, units in freed.items():
        Hold.objects.filter(line=line, bucket_id=bucket_id).update(released=F("released") + units)
    return [Demand(bucket_id, units) for bucket_id, units in freed.items()]


def _all_unreleased(line: Line) -> dict[int, int]:
    """What a line still holds, the units that belong to no single part included."""
    return {h.bucket_id: h.units - h.released for h in line.holds.all() if h.units > h.released}
