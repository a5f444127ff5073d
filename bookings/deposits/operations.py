"""Deposits come back by themselves; a person may keep a part before that, and says why.

What was only set aside is taken or released at the provider; what had to be charged is refunded.
The decision is written first, in one guarded statement; then it is carried out, and asked about again
with longer and longer waits where the payment service does not answer. What cannot be had is LOST.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from bookings.contracts import How
from bookings.deposits.models import Deposit, State
from bookings.ledger import operations as ledger
from bookings.orders import operations as orders
from bookings.orders.models import HOLDING, Line, Order
from bookings.payments import operations as payments
from bookings.payments.models import Attempt, AttemptState
from bookings.refunds import operations as refunds
from kernel.audit import operations as audit
from kernel.errors import Refusal
from kernel.outbox import operations as outbox

RETURN_AFTER = timedelta(hours=24)
"""How long after the end of what it secures a deposit is held at most."""

_HOLDING = (AttemptState.AUTHORISED, AttemptState.SUCCEEDED)
_FIRST_WAIT_S, _LONGEST_WAIT_S = 10, 600

logger = logging.getLogger(__name__)


class DepositSettled(Refusal):
    """Somebody, or the clock, has decided about this deposit before."""

    code = "deposit_settled"
    message = _("This deposit is returned already, or is on its way back.")


class KeepsTooMuch(Refusal):
    """No more can be kept than was held."""

    code = "keeps_too_much"
    message = _("Of this deposit between 0 and %(most)s fen can be kept, with a reason.")


def note(*, order_id: int, at: datetime) -> None:
    """Keep what is held for a paid order, by the payment that secured it. Repeating it changes nothing."""
    order = Order.objects.get(pk=order_id)
    if not order.deposit_fen:
        return
    assert order.secured_by is not None, "an order is paid once its deposit is secured"
    held = Attempt.objects.get(pk=order.secured_by)
    secured = [line for line in order.lines.order_by("pk") if line.deposit_fen]
    Deposit.objects.get_or_create(
        order=order,
        defaults={
            "attempt": held,
            "supplier_id": secured[0].supplier_id,
            "amount_fen": order.deposit_fen,
            "return_at": max(line.ends_at for line in secured) + RETURN_AFTER,
            "state": State.HELD if held.state in _HOLDING else State.LOST,
        },
    )


def settle(*, deposit_id: int, keep_fen: int, reason: str, actor: str, at: datetime) -> None:
    """Decide, once: what is kept for the supplier, and that the rest goes back.

    :raises DepositSettled: it was decided before. :raises KeepsTooMuch: out of bounds, or no reason.
    :raises OwnMoney: it is the deposit of who decides.
    """
    deposit = Deposit.objects.select_related("order", "attempt").get(pk=deposit_id)
    if not 0 <= keep_fen <= deposit.amount_fen or (keep_fen and not reason.strip()):
        raise KeepsTooMuch(most=deposit.amount_fen, field="keep_fen")
    orders.refuse_own(deposit.order, actor)
    with transaction.atomic(durable=True):
        if not _decide(deposit, keep_fen, reason, actor, at):
            raise DepositSettled
        deposit.kept_fen = keep_fen
        if deposit.attempt.how == How.CHARGE:
            _return_charged(deposit, actor, at)
        audit.record(
            actor=actor,
            action="deposit.settle",
            subject=deposit.order.subject,
            at=at,
            facts={"kept_fen": keep_fen, "reason": reason},
        )
        outbox.record(
            name="bookings.deposit.settled",
            key=f"deposit:{deposit.pk}",
            facts={"deposit_id": deposit.pk, "order_id": deposit.order_id, "kept_fen": keep_fen},
            at=at,
        )


def _decide(deposit: Deposit, keep_fen: int, reason: str, actor: str, at: datetime) -> bool:
    held = Deposit.objects.filter(pk=deposit.pk, state=State.HELD)
    moved = held.update(
        state=State.SETTLING, kept_fen=keep_fen, reason=reason, actor=actor, decided_at=at,
        next_at=at + timedelta(seconds=_FIRST_WAIT_S),
    )  # fmt: skip
    return moved == 1


def return_due(*, at: datetime) -> int:
    """Return whole what is due, and what secures nothing any more; how many were due.

    One that cannot be returned stops no other. What its payment does not hold any more waits for a
    person among the refunds.
    """
    secures = Line.objects.filter(order_id=OuterRef("order_id"), state__in=HOLDING)
    held = Deposit.objects.filter(state=State.HELD).filter(Q(return_at__lte=at) | ~Exists(secures))
    due = list(held.order_by("return_at").values_list("pk", flat=True)[:200])
    for deposit_id in due:
        try:
            settle(deposit_id=deposit_id, keep_fen=0, reason="", actor="system", at=at)
        except DepositSettled:
            continue
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one, the others go on
            logger.error("deposit %s: %s", deposit_id, type(error).__name__)
    return len(due)


def note_released(*, facts: Mapping[str, Any], at: datetime) -> None:
    """What was set aside is no longer: its time at the payment service has run out, say."""
    _lose(Deposit.objects.filter(attempt_id=facts["attempt_id"]), at)


def _lose(deposits: QuerySet[Deposit], at: datetime) -> None:
    """A deposit that is still held for us by nobody waits for a person."""
    deposits.filter(state=State.HELD).update(state=State.LOST, decided_at=at)


def carry_out(*, deposit_id: int, at: datetime) -> None:
    """Take or release what is set aside. Outside any transaction; repeating it is safe.

    Without an answer it is tried again later, with longer and longer waits.
    """
    deposit = Deposit.objects.select_related("attempt").get(pk=deposit_id)
    if deposit.state != State.SETTLING:
        return
    try:
        _take_or_release(deposit, at)
    except payments.NotSetAside:
        _end(deposit, at)
    except Refusal:
        _wait(deposit, at)
    else:
        _end(deposit, at)


def carry_out_due(*, at: datetime) -> int:
    """Try again what could not be carried out; return how many were tried."""
    due = Deposit.objects.filter(state=State.SETTLING, next_at__lte=at).order_by("next_at")
    found = list(due.values_list("pk", flat=True)[:200])
    for deposit_id in found:
        carry_out(deposit_id=deposit_id, at=at)
    return len(found)


def _take_or_release(deposit: Deposit, at: datetime) -> None:
    attempt = deposit.attempt
    if attempt.state != AttemptState.AUTHORISED:
        return
    if deposit.kept_fen:
        payments.take(attempt=attempt, amount_fen=deposit.kept_fen, at=at)
    else:
        payments.release(attempt=attempt, at=at)


def _end(deposit: Deposit, at: datetime) -> None:
    """Settled only where as much was taken as is kept; charged money was ours to divide."""
    attempt = Attempt.objects.get(pk=deposit.attempt_id)
    if attempt.state == AttemptState.AUTHORISED and not deposit.kept_fen:
        return _wait(deposit, at)
    is_right = attempt.how == How.CHARGE or attempt.captured_fen == deposit.kept_fen
    Deposit.objects.filter(pk=deposit.pk, state=State.SETTLING).update(
        state=State.SETTLED if is_right else State.LOST
    )
    return None


def _wait(deposit: Deposit, at: datetime) -> None:
    wait_s = min(_FIRST_WAIT_S * 2 ** min(deposit.tries, 10), _LONGEST_WAIT_S)
    Deposit.objects.filter(pk=deposit.pk, state=State.SETTLING).update(
        tries=F("tries") + 1, next_at=at + timedelta(seconds=wait_s)
    )


def book_taken(*, facts: Mapping[str, Any], at: datetime) -> None:
    """What was taken of a sum set aside is the supplier's, or goes back where it secures nothing.

    That the order is paid by it may be heard after this.
    """
    attempt = Attempt.objects.get(pk=facts["attempt_id"])
    if orders.settle_taken(facts=facts, set_aside_fen=attempt.authorised_fen, at=at):
        return
    note(order_id=facts["order_id"], at=at)
    deposit = Deposit.objects.get(attempt=attempt)
    legs = [
        (f"provider:{attempt.provider}", attempt.captured_fen),
        (f"revenue:{deposit.supplier_id}", -attempt.captured_fen),
    ]
    _post(deposit, f"received:attempt:{attempt.pk}", "deposit taken", legs, at)


def _return_charged(deposit: Deposit, actor: str, at: datetime) -> None:
    """Charged money is ours to return: what is kept changes its owner, the rest goes back."""
    legs = [
        (f"deposit:{deposit.order_id}", deposit.kept_fen),
        (f"revenue:{deposit.supplier_id}", -deposit.kept_fen),
    ]
    _post(deposit, f"deposit-kept:{deposit.pk}", "deposit kept", legs, at)
    if deposit.returned_fen:
        refunds.return_deposit(
            attempt=deposit.attempt, amount_fen=deposit.returned_fen, actor=actor, at=at
        )


def _post(deposit: Deposit, key: str, memo: str, legs: list[tuple[str, int]], at: datetime) -> None:
    order = deposit.order
    ledger.post(
        key=key, subject=order.subject, memo=memo, postings=legs, region_id=order.region_id,
        currency=order.currency, at=at,
    )  # fmt: skip
