"""A buyer takes a voucher instead of money: what would come back goes to their balance, and more on top.

The money stays with the payment service, set aside of its payment as for a refund, so that nothing sends
it a second time; the books owe it to the balance from then on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from bookings.balance import operations as balance
from bookings.orders.models import Order
from bookings.payments import providers
from bookings.payments.models import Attempt, Purpose
from bookings.refunds.models import Reason, Refund, RefundState
from bookings.refunds.operations.cancelling import RefundMoved, carry_out, quote_locked
from bookings.refunds.operations.quoting import NotCancellable, quote
from bookings.refunds.operations.rest import held_by, is_at_the_bank, lock_payments, payments_of
from bookings.refunds.operations.sending import say_done
from bookings.shares import queries as shares
from kernel.errors import Refusal

BONUS_PERMILLE = 100
BONUS_DAYS = 365


class NotForCredit(Refusal):
    """It was paid by several people, by a way of our own, or a bank is looking at the payment."""

    code = "not_for_credit"
    message = _("This can only go back the way it was paid.")


@dataclass(frozen=True, slots=True)
class Voucher:
    """What goes to a balance instead of back, and what comes on top, in fen."""

    fen: int
    bonus_fen: int


def credit_ref(credit_id: int) -> str:
    """How a refund names the credit that was made instead."""
    return f"credit:{credit_id}"


def bonus_of(fen: int) -> int:
    """What comes on top of a sum: a tenth, never a fen less."""
    return -(-fen * BONUS_PERMILLE // 1000)


def voucher_for(
    *, order: Order, parts: Mapping[int, Sequence[str]], at: datetime
) -> Voucher | None:
    """What a buyer would have instead of money for these parts; None: only money comes back."""
    try:
        fen = quote(order=order, parts=parts, at=at).refund_fen
    except NotCancellable:
        return None
    if not fen or not _goes_to_a_balance(order, list(payments_of(order))):
        return None
    return Voucher(fen, bonus_of(fen))


def cancel_for_credit(
    *, order: Order, parts: Mapping[int, Sequence[str]], shown_fen: int, owner: str, at: datetime
) -> Voucher:
    """Cancel parts and put what would come back into the balance of ``owner``, with the bonus.

    :raises NotCancellable: as ``cancel``. :raises RefundMoved: another sum. :raises NotForCredit: it can
        only go back the way it came, or nobody has signed in. Nothing has changed then.
    """
    with transaction.atomic(durable=True):
        order = Order.objects.select_for_update(no_key=True).get(pk=order.pk)
        quoted = quote_locked(order, parts, at)
        if quoted.refund_fen != shown_fen:
            raise RefundMoved(shown_fen=shown_fen, refund_fen=quoted.refund_fen)
        if not shown_fen or not owner.startswith("user:"):
            raise NotForCredit
        if not _goes_to_a_balance(order, lock_payments(order)):
            raise NotForCredit
        found = carry_out(order, parts, quoted, owner, Reason.CREDITED, at)
        if any(refund.attempt is None for refund in found):
            raise NotForCredit
        return _credit(order, found, owner, at)


def _goes_to_a_balance(order: Order, paid: Sequence[Attempt]) -> bool:
    """Whether all of an order was paid by its buyer alone, by payment services outside."""
    mine = [each for each in paid if each.purpose != Purpose.DEPOSIT]
    if not mine or shares.payers(order) or is_at_the_bank(order):
        return False
    return all(each.payer in ("", order.actor) and _is_outside(each) for each in mine)


def _is_outside(attempt: Attempt) -> bool:
    try:
        return not providers.get(attempt.provider).capabilities.is_internal
    except providers.UnknownProvider:
        return True


def _credit(order: Order, refunds: Sequence[Refund], owner: str, at: datetime) -> Voucher:
    """What was set aside belongs to the balance; the refunds are done by that and never sent."""
    fen = sum(refund.amount_fen for refund in refunds)
    made = balance.credit_instead(
        actor=owner,
        key=f"refund:{refunds[0].pk}",
        sources=[(held_by(refund), refund.amount_fen) for refund in refunds],
        bonus_fen=bonus_of(fen),
        bonus_days=BONUS_DAYS,
        currency=order.currency,
        words=order.code,
        at=at,
    )
    for refund in refunds:
        Refund.objects.filter(pk=refund.pk).update(
            state=RefundState.DONE, done_at=at, paid_out_ref=credit_ref(made.pk)
        )
        say_done(refund, at)
    return Voucher(fen, made.bonus_fen)
