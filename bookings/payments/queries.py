"""Reads of payments."""

from collections.abc import Collection
from enum import StrEnum

from bookings.orders.models import Order
from bookings.payments import providers
from bookings.payments.models import OPEN, Attempt, AttemptState, Purpose

_IN = (AttemptState.SUCCEEDED, AttemptState.AUTHORISED)


class Progress(StrEnum):
    """How far the payment of one purpose has come, as long as the purpose itself does not know.

    RECEIVED: the provider has the money and nothing of it goes back; it is only not booked yet.
    """

    NONE = "NONE"
    BEGUN = "BEGUN"
    RECEIVED = "RECEIVED"
    FAILED = "FAILED"

    @property
    def is_checked(self) -> bool:
        """Whether the answer is on its way: the page asks again by itself."""
        return self in (Progress.BEGUN, Progress.RECEIVED)


def open_attempt(order: Order, attempt_id: int) -> Attempt | None:
    """An attempt of this order that can still be paid."""
    return order.attempts.filter(pk=attempt_id, state__in=OPEN).first()


def last_of(order: Order) -> Attempt | None:
    """The last try to pay what an order asks for; friends try for themselves."""
    return order.attempts.exclude(purpose=Purpose.SHARE).order_by("-pk").first()


def open_for(purpose: Purpose, purpose_id: int, attempt_id: int) -> Attempt | None:
    """An attempt for what belongs to no order that can still be paid."""
    rows = Attempt.objects.filter(order=None, purpose=purpose, purpose_id=purpose_id)
    return rows.filter(pk=attempt_id, state__in=OPEN).first()


def progress(*, order: Order | None, purpose: Purpose, purpose_id: int = 0) -> Progress:
    """How far the payment of one purpose has come; of several attempts the best, then the last."""
    rows = Attempt.objects.filter(order=order, purpose=purpose, purpose_id=purpose_id)
    tried = list(rows.order_by("-pk"))
    if any(_is_kept(each) for each in tried):
        return Progress.RECEIVED
    if any(each.state in OPEN for each in tried):
        return Progress.BEGUN
    if tried and tried[0].state == AttemptState.FAILED:
        return Progress.FAILED
    return Progress.NONE


def _is_kept(attempt: Attempt) -> bool:
    """Received or set aside, and neither on its way back nor with a bank."""
    is_gone = attempt.captured_fen > 0 and not attempt.returnable_fen
    return attempt.state in _IN and not is_gone


def received_for(purpose: Purpose, ids: Collection[int]) -> set[int]:
    """Which of these have money that is only not booked yet."""
    rows = Attempt.objects.filter(purpose=purpose, purpose_id__in=ids, state__in=_IN)
    return {each.purpose_id for each in rows if _is_kept(each)}


def kept_of(order: Order) -> list[Attempt]:
    """What an order was paid with, in the order of time; deposits are apart from it."""
    paid = order.attempts.filter(state=AttemptState.SUCCEEDED)
    return list(paid.exclude(purpose=Purpose.DEPOSIT).order_by("ended_at", "pk"))


def title_of(attempt: Attempt) -> str:
    """What buyers call the way an attempt was made; its short name once it is switched off."""
    try:
        return providers.get(attempt.provider).title
    except providers.UnknownProvider:
        return attempt.provider


def is_for_trying(attempt: Attempt) -> bool:
    """Whether it was made at a stand-in, where no real money moves."""
    try:
        return not providers.get(attempt.provider).capabilities.is_live
    except providers.UnknownProvider:
        return False
