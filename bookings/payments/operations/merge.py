"""What a provider says of a payment, merged into what we know of it.

Sums only grow and states only move forward: merging is the maximum of both sides, so that notices
may come twice, late or in any order and leave the same row and the same news behind.
"""

from __future__ import annotations

from datetime import datetime

from bookings.ledger import operations as ledger
from bookings.payments.models import Attempt, AttemptState, Purpose
from bookings.payments.providers import Dispute, Outcome, Payment
from kernel.outbox import operations as outbox

_RANK = {
    state: rank
    for rank, state in enumerate(
        (
            AttemptState.CREATED,
            AttemptState.PENDING,
            AttemptState.FAILED,
            AttemptState.AUTHORISED,
            AttemptState.RELEASED,
            AttemptState.SUCCEEDED,
        )
    )
}
"""Later wins: money that comes after a failure is still money."""

_STATE = {
    Outcome.PENDING: AttemptState.PENDING,
    Outcome.FAILED: AttemptState.FAILED,
    Outcome.AUTHORISED: AttemptState.AUTHORISED,
    Outcome.SUCCEEDED: AttemptState.SUCCEEDED,
}
_DISPUTE = {"": 0, "OPEN": 1, "WON": 2, "LOST": 3}
_MERGED = (
    "state", "provider_ref", "transaction_ref", "authorised_fen", "captured_fen",
    "told_refunded_fen", "disputed_fen", "dispute", "ended_at",
)  # fmt: skip


def merge(*, attempt_id: int, payment: Payment, at: datetime) -> bool:
    """Bring an attempt forward to what the provider says; False where that was known.

    Runs in the caller's transaction and locks the attempt.
    """
    attempt = Attempt.objects.select_for_update(no_key=True).get(pk=attempt_id)
    before = _known(attempt)
    was = AttemptState(attempt.state)
    disputed = Dispute(attempt.dispute)
    _grow(attempt, payment, at)
    if _known(attempt) == before:
        return False
    attempt.save(update_fields=_MERGED)
    if attempt.state != was:
        _tell_state(attempt, at)
    if attempt.dispute != disputed and attempt.state == AttemptState.SUCCEEDED:
        _tell_dispute(attempt, disputed, at)
    elif attempt.state != was and attempt.dispute:
        _tell_dispute(attempt, Dispute.NONE, at)
    if attempt.state == AttemptState.SUCCEEDED and attempt.told_refunded_fen > attempt.refunded_fen:
        _tell(attempt, "returned-outside", f"outside:{attempt.pk}:{attempt.told_refunded_fen}", at)
    return True


def _known(attempt: Attempt) -> tuple[object, ...]:
    return tuple(getattr(attempt, name) for name in _MERGED if name != "ended_at")


def _grow(attempt: Attempt, payment: Payment, at: datetime) -> None:
    """The maximum of what was known and what is said now."""
    said = _STATE[payment.outcome]
    if said == AttemptState.FAILED and attempt.state == AttemptState.AUTHORISED:
        said = AttemptState.RELEASED
    if _RANK[said] > _RANK[AttemptState(attempt.state)]:
        attempt.state = said
        attempt.ended_at = at if said != AttemptState.PENDING else None
    attempt.provider_ref = attempt.provider_ref or payment.provider_ref
    attempt.transaction_ref = attempt.transaction_ref or payment.transaction_ref
    if payment.outcome is Outcome.AUTHORISED:
        attempt.authorised_fen = payment.amount_fen
    if payment.outcome is Outcome.SUCCEEDED:
        taken = payment.captured_fen or payment.amount_fen
        attempt.captured_fen = max(attempt.captured_fen, taken)
    attempt.told_refunded_fen = max(attempt.told_refunded_fen, payment.refunded_fen)
    attempt.disputed_fen = max(attempt.disputed_fen, payment.disputed_fen)
    if _DISPUTE[payment.dispute] > _DISPUTE[attempt.dispute]:
        attempt.dispute = payment.dispute


def _tell_state(attempt: Attempt, at: datetime) -> None:
    """Money received or set aside is news, under a name of its own for each purpose."""
    if attempt.state == AttemptState.AUTHORISED:
        _tell(attempt, "set-aside", f"set-aside:{attempt.pk}", at)
    if attempt.state == AttemptState.RELEASED:
        _tell(attempt, "released", f"released:{attempt.pk}", at)
    if attempt.state == AttemptState.SUCCEEDED:
        is_taken_later = attempt.authorised_fen > 0
        name = "taken" if is_taken_later else _RECEIVED.get(Purpose(attempt.purpose), "received")
        _tell(attempt, name, f"received:{attempt.pk}", at)


_RECEIVED = {
    Purpose.SHARE: "share-paid",
    Purpose.DEPOSIT: "deposit-received",
    Purpose.REST: "rest-paid",
    Purpose.CHANGE: "change-paid",
    Purpose.TOP_UP: "top-up-paid",
    Purpose.BILL: "bill-paid",
}
"""What is not named here pays an order: ``received``."""


def _tell(attempt: Attempt, name: str, key: str, at: datetime) -> None:
    outbox.record(
        name=f"bookings.payments.{name}",
        key=key,
        facts={
            "attempt_id": attempt.pk,
            "order_id": attempt.order_id,
            "purpose": attempt.purpose,
            "purpose_id": attempt.purpose_id,
            "amount_fen": attempt.captured_fen or attempt.authorised_fen,
            "currency": attempt.currency,
            "provider": attempt.provider,
        },
        at=at,
    )


def _tell_dispute(attempt: Attempt, was: Dispute, at: datetime) -> None:
    """Disputed money leaves the provider's account while the bank decides, and for good if lost."""
    order = attempt.order
    for step, postings in _dispute_steps(attempt, was):
        ledger.post(
            key=f"dispute:{attempt.pk}:{step}",
            subject=order.subject if order else f"attempt:{attempt.pk}",
            memo=f"dispute {step.lower()}",
            postings=postings,
            region_id=order.region_id if order else 0,
            currency=attempt.currency,
            at=at,
        )
    _tell(attempt, "disputed", f"disputed:{attempt.pk}:{attempt.dispute}", at)


def _dispute_steps(attempt: Attempt, was: Dispute) -> list[tuple[str, list[tuple[str, int]]]]:
    held, bank = f"provider:{attempt.provider}", f"dispute:{attempt.provider}"
    fen = attempt.disputed_fen
    steps: list[tuple[str, list[tuple[str, int]]]] = []
    if was is Dispute.NONE:
        steps.append(("OPEN", [(bank, fen), (held, -fen)]))
    if attempt.dispute == Dispute.WON:
        steps.append(("WON", [(held, fen), (bank, -fen)]))
    if attempt.dispute == Dispute.LOST:
        region_id = attempt.order.region_id if attempt.order else 0
        steps.append(("LOST", [(f"lost:{region_id}", fen), (bank, -fen)]))
    return steps
