"""Later dues are noted when an order is paid, metered after use, paid, and waived with what is cancelled.

Of a rest that must be there before use the buyer is told a day before; what becomes of a line whose rest
is not there in time: bookings.refunds.operations.overdue.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from bookings.contracts import How, When
from bookings.dues import queries
from bookings.dues.models import LaterDue, State
from bookings.ledger import operations as ledger
from bookings.orders import operations as orders
from bookings.orders.models import Line, Order
from bookings.orders.models import State as Standing
from bookings.payments.models import Purpose
from bookings.payments.operations import Payable
from kernel.audit import operations as audit
from kernel.errors import Refusal
from kernel.money import share_out
from kernel.outbox import operations as outbox

PAY_WITHIN = timedelta(days=3)
"""How long after use the buyer may take to pay what use has cost."""

AT_LEAST = timedelta(hours=2)
"""So much time to pay has whoever orders on the day itself, unless it begins sooner."""

TELL_BEFORE = timedelta(days=1)
"""How long before its last moment a rest falls due."""

_PAGE_FOR = timedelta(hours=2)


class NotMetered(Refusal):
    """This line has no sum that is waiting to be measured."""

    code = "not_metered"
    message = _("%(title)s has no open sum to be measured.")


def note(*, order_id: int, at: datetime) -> None:
    """Keep what the lines of a paid order owe later. Repeating it changes nothing."""
    with transaction.atomic():
        order = Order.objects.select_for_update(no_key=True).get(pk=order_id)
        lines = order.lines.exclude(state__in=(Standing.REFUSED, Standing.CANCELLED))
        rows = [row for line in lines.order_by("pk") for row in _later(order, line, at)]
        LaterDue.objects.bulk_create(rows, ignore_conflicts=True)


def _later(order: Order, line: Line, at: datetime) -> Iterator[LaterDue]:
    left = {key: fen - line.shares_now[key] for key, fen in line.prices.items()}
    for position, due in enumerate(line.frozen_dues):
        if due.when is When.ORDER or due.how is not How.CHARGE:
            continue
        row = LaterDue(order=order, line=line, position=position, state=State.UNKNOWN)
        if due.amount_fen is not None:
            shares = share_out(due.amount_fen, left)
            left = {key: fen - shares[key] for key, fen in left.items()}
            _ask_for(
                row, {key: fen for key, fen in shares.items() if key not in line.cancelled_parts}
            )
        if isinstance(due.when, date):
            day_ends = order.region.at(due.when, time(23, 59))
            row.due_at = min(max(day_ends, at + AT_LEAST), line.starts_at)
            row.is_before_use = True
        yield row


def _ask_for(due: LaterDue, shares: Mapping[str, int]) -> None:
    due.shares, due.amount_fen = dict(shares), sum(shares.values())
    due.state = State.OPEN if due.amount_fen else State.WAIVED


def next_of(order: Order, *, at: datetime) -> Payable | None:
    """The earliest sum that a paid order still owes, to be paid now or later."""
    due = queries.open_of(order).first()
    if due is None or due.amount_fen is None:
        return None
    return Payable(
        purpose=Purpose.REST,
        purpose_id=due.pk,
        amount_fen=due.amount_fen,
        currency=order.currency,
        words=order.code,
        language=order.language,
        payer=order.actor,
        closes_at=_closes_at(due, at),
        order=order,
    )


def _closes_at(due: LaterDue, at: datetime) -> datetime:
    """No page is open longer than what is paid on it can be had."""
    latest = at + _PAGE_FOR
    if due.is_before_use and due.due_at is not None and due.due_at > at:
        return min(due.due_at, latest)
    return latest


def tell_due(*, at: datetime) -> int:
    """Say of each rest that falls due within a day that it does, once; how many."""
    soon = LaterDue.objects.filter(state=State.OPEN, due_at__lte=at + TELL_BEFORE)
    untold = soon.filter(is_before_use=True, told_at=None)
    with transaction.atomic(durable=True):
        found = list(untold.order_by("pk").select_for_update(skip_locked=True, no_key=True)[:200])
        LaterDue.objects.filter(pk__in=[due.pk for due in found]).update(told_at=at)
        for due in found:
            _tell("bookings.due.fell-due", due, at)
    return len(found)


def meter(*, line_id: int, amount_fen: int, at: datetime, actor: str = "system") -> None:
    """Say what use has cost, in fen; the difference to the estimate moves between buyer and supplier.

    Called by the seller that has measured it, or by an operator.

    :raises NotMetered: nothing of this line waits to be measured (any more).
    :raises OwnMoney: who says it would pay it.
    """
    with transaction.atomic():
        line = Line.objects.select_for_update(no_key=True).select_related("order").get(pk=line_id)
        orders.refuse_own(line.order, actor)
        due = LaterDue.objects.filter(line=line, state=State.UNKNOWN).order_by("position").first()
        if due is None or amount_fen < 0:
            raise NotMetered(title=str(line))
        owed = {part: fen for part, fen in line.prices.items() if part not in line.cancelled_parts}
        _ask_for(due, share_out(amount_fen, owed))
        due.due_at = at + PAY_WITHIN
        due.save(update_fields=["amount_fen", "shares", "state", "due_at"])
        _book_difference(line, due, owed, at)
        audit.record(
            actor=actor,
            action="due.meter",
            subject=line.order.subject,
            at=at,
            facts={"due_id": due.pk, "amount_fen": amount_fen},
        )
        _tell("bookings.due.opened", due, at)


def _book_difference(line: Line, due: LaterDue, owed: Mapping[str, int], at: datetime) -> None:
    """``owed``: what the parts that stay were estimated at, in fen."""
    paid_at_once = sum(fen for part, fen in line.shares_now.items() if part in owed)
    more = paid_at_once + (due.amount_fen or 0) - sum(owed.values())
    ledger.post(
        key=f"metered:line:{line.pk}",
        subject=line.order.subject,
        memo="metered",
        postings=[(f"buyer:{line.order_id}", more), (f"revenue:{line.supplier_id}", -more)],
        region_id=line.region_id,
        currency=line.order.currency,
        at=at,
    )


def _tell(name: str, due: LaterDue, at: datetime) -> None:
    outbox.record(
        name=name,
        key=f"due:{due.pk}",
        facts={"order_id": due.order_id, "due_id": due.pk, "amount_fen": due.amount_fen},
        at=at,
    )


def settle(*, facts: Mapping[str, Any], at: datetime) -> None:
    """Book money that came for a later due; what no longer fits goes back whole."""
    order = Order.objects.select_for_update(no_key=True).get(pk=facts["order_id"])
    ledger.post(
        key=f"received:attempt:{facts['attempt_id']}",
        subject=order.subject,
        memo="money received",
        postings=[
            (f"provider:{facts['provider']}", facts["amount_fen"]),
            (f"buyer:{order.pk}", -facts["amount_fen"]),
        ],
        region_id=order.region_id,
        currency=facts["currency"],
        at=at,
    )
    due = LaterDue.objects.filter(pk=facts["purpose_id"], order=order)
    state = due.values_list("state", flat=True).first()
    is_it = due.filter(state=State.OPEN, amount_fen=facts["amount_fen"])
    if is_it.update(state=State.PAID, attempt_id=facts["attempt_id"], paid_at=at):
        return
    outbox.record(
        name="bookings.orders.money-returned-due",
        key=f"return:attempt:{facts['attempt_id']}",
        facts={
            "attempt_id": facts["attempt_id"],
            "order_id": order.pk,
            "amount_fen": facts["amount_fen"],
            "reason": _WHY_NOT.get(state, "WRONG_AMOUNT"),
        },
        at=at,
    )


_WHY_NOT: dict[str | None, str] = {State.PAID: "PAID_TWICE", State.WAIVED: "GIVEN_UP"}


def waive(*, line: Line, part_keys: Collection[str]) -> None:
    """Ask no more for parts that are cancelled or refused. Runs in the caller's transaction, the order
    locked."""
    stay = {part.key for part in line.open_parts} - {*part_keys} | {*line.used_parts}
    unpaid = LaterDue.objects.filter(line=line, state__in=(State.OPEN, State.UNKNOWN))
    for due in unpaid.select_for_update(no_key=True):
        if due.state == State.OPEN:
            _ask_for(due, {key: fen for key, fen in due.shares.items() if key not in part_keys})
        elif not stay:
            due.state = State.WAIVED
        due.save(update_fields=["shares", "amount_fen", "state"])
