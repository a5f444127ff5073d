"""What no payment can send back any more: the buyer has it without us, or a person transfers it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_noop

from bookings.ledger import operations as ledger
from bookings.ledger import queries as books
from bookings.orders.models import Order
from bookings.payments.models import Attempt, AttemptState, DisputeState
from bookings.refunds.models import Refund, RefundState
from kernel import codes

NOT_HELD = gettext_noop("no payment of this order holds so much any more")
_WITHOUT_US = ("outside", "lost")
"""In the books of an order: what its buyer has got from a provider's back office, or from a bank."""


@dataclass(frozen=True, slots=True)
class Back:
    """Money that is owed back, once for ``key``: for what, why, and who said so."""

    order: Order
    key: str
    reason: str
    actor: str
    at: datetime
    parts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def columns(self) -> dict[str, Any]:
        """What every refund of it has in common."""
        return {
            "order": self.order,
            "reason": self.reason,
            "actor": self.actor,
            "created_at": self.at,
            "parts": dict(self.parts),
        }


def lock_payments(order: Order) -> list[Attempt]:
    """What a journey was paid with, locked in the order of their keys: its refunds wait for each other."""
    paid = payments_of(order).order_by("pk")
    return list(paid.select_for_update(no_key=True, of=("self",)))


def is_at_the_bank(order: Order) -> bool:
    """Whether a bank is deciding about a payment of a journey."""
    return payments_of(order).filter(dispute=DisputeState.OPEN).exists()


def payments_of(order: Order) -> QuerySet[Attempt]:
    """What a journey was paid with."""
    family = Q(order_id=order.root_id) | Q(order__parent_id=order.root_id)
    return Attempt.objects.filter(family, state=AttemptState.SUCCEEDED)


def was_settled(name: str) -> bool:
    """Whether anything was returned or set off under this name before."""
    sent = Refund.objects.filter(key__startswith=f"{name}:")
    return sent.exists() or books.is_begun(f"set-off:{name}:")


def settle_rest(back: Back, owed_to: str, fen: int, name: str) -> list[Refund]:
    """Set off what the buyer has got without us; what is still owed waits for a person.

    Under the locks of ``lock_payments``.
    """
    left = fen - _set_off(back.order, owed_to, fen, name, back.at)
    if not left:
        return []
    refund = Refund.objects.create(
        **back.columns,
        key=f"{name}:rest",
        token=codes.new_token(),
        amount_fen=left,
        state=RefundState.FAILED,
        why=NOT_HELD,
    )
    ledger.post(
        key=f"refund:{refund.pk}",
        subject=back.order.subject,
        memo="to be paid out by hand",
        postings=[(owed_to, left), (by_hand_account(back.order), -left)],
        region_id=back.order.region_id,
        currency=back.order.currency,
        at=back.at,
    )
    return [refund]


def set_off_waiting(order: Order, at: datetime) -> None:
    """What waits for a person and has come to the buyer without us meanwhile is done."""
    lock_payments(order)
    waiting = Refund.objects.filter(
        Q(order_id=order.root_id) | Q(order__parent_id=order.root_id),
        attempt=None,
        state=RefundState.FAILED,
    )
    for refund in waiting.select_for_update(no_key=True, of=("self",)).order_by("pk"):
        if sum(fen for _subject, _account, fen in _had(order)) >= refund.amount_fen:
            owed_to, name = by_hand_account(refund.order), f"waiting:{refund.pk}"
            _set_off(order, owed_to, refund.amount_fen, name, at)
            Refund.objects.filter(pk=refund.pk).update(state=RefundState.DONE, done_at=at, why="")


def held_by(refund: Refund) -> str:
    """Who has the money of a refund in the books until it is paid out."""
    attempt = refund.attempt
    return f"provider:{attempt.provider}" if attempt else by_hand_account(refund.order)


def by_hand_account(order: Order) -> str:
    """What people owe to buyers in the books until they have transferred it."""
    return f"by-hand:{order.region_id}"


def _had(order: Order) -> list[tuple[str, str, int]]:
    """What a journey's buyer has got without us and was not set off yet: subject, account, fen."""
    family = Order.objects.filter(Q(pk=order.root_id) | Q(parent_id=order.root_id))
    found = books.standing([each.subject for each in family], kinds=_WITHOUT_US)
    return [row for row in found if row[2] > 0]


def _set_off(order: Order, owed_to: str, fen: int, name: str, at: datetime) -> int:
    """Set off up to ``fen``; return how much."""
    left = fen
    for number, (subject, account, had) in enumerate(_had(order) if fen else ()):
        some = min(left, had)
        ledger.post(
            key=f"set-off:{name}:{number}",
            subject=subject,
            memo="the buyer has it without us",
            postings=[(owed_to, some), (account, -some)],
            region_id=order.region_id,
            currency=order.currency,
            at=at,
        )
        left -= some
    return fen - left
