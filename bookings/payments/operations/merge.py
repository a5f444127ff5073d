"""What a provider says of a payment, merged into what we know of it.

Sums only grow and states only move forward: merging is the maximum of both sides, so that notices
may come twice, late or in any order and leave the same row and the same news behind.
"""

from __future__ import annotations

from datetime import datetime

from bookings.contracts import How
from bookings.ledger import operations as ledger
from bookings.payments.models import Attempt, AttemptState, Purpose
from bookings.payments.operations import disputes
from bookings.payments.providers import Outcome, Payment
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
_MERGED = (
    "state", "provider_ref", "transaction_ref", "authorised_fen", "captured_fen",
    "told_refunded_fen", "disputes", "disputed_fen", "dispute", "trouble", "ended_at",
)  # fmt: skip


def merge(*, attempt_id: int, payment: Payment, at: datetime) -> bool:
    """Bring an attempt forward to what the provider says; False where that was known.

    Runs in the caller's transaction and locks the attempt.
    """
    attempt = Attempt.objects.select_for_update(no_key=True).get(pk=attempt_id)
    before = _known(attempt)
    was = AttemptState(attempt.state)
    booked = dict(attempt.disputes) if was == AttemptState.SUCCEEDED else {}
    told_fen = attempt.told_refunded_fen if was == AttemptState.SUCCEEDED else 0
    _grow(attempt, payment, at)
    if _known(attempt) == before:
        return False
    attempt.save(update_fields=_MERGED)
    if attempt.state != was:
        _tell_state(attempt, at)
    if attempt.state == AttemptState.SUCCEEDED:
        _tell_disputes(attempt, booked, at)
    if attempt.state == AttemptState.SUCCEEDED and attempt.told_refunded_fen > told_fen:
        # Whether it went back without us, those know who have sent it.
        _tell(attempt, "returned-outside", f"outside:{attempt.pk}:{attempt.told_refunded_fen}", at)
    return True


def _known(attempt: Attempt) -> tuple[object, ...]:
    return tuple(getattr(attempt, name) for name in _MERGED if name != "ended_at")


def _grow(attempt: Attempt, payment: Payment, at: datetime) -> None:
    """The maximum of what was known and what is said now."""
    said = _STATE[payment.outcome]
    if said == AttemptState.FAILED and attempt.how == How.AUTHORISE:
        said = (
            AttemptState.RELEASED
        )  # final, whatever was known: it may be told before what it ends
    if _RANK[said] > _RANK[AttemptState(attempt.state)]:
        attempt.state = said
        attempt.ended_at = at if said != AttemptState.PENDING else None
        attempt.trouble = attempt.trouble if said == AttemptState.PENDING else ""
    attempt.provider_ref = attempt.provider_ref or payment.provider_ref
    attempt.transaction_ref = attempt.transaction_ref or payment.transaction_ref
    if payment.outcome is Outcome.AUTHORISED or _was_set_aside(attempt, payment):
        attempt.authorised_fen = payment.amount_fen
    if payment.outcome is Outcome.SUCCEEDED:
        taken = payment.captured_fen or payment.amount_fen
        attempt.captured_fen = max(attempt.captured_fen, taken)
    attempt.told_refunded_fen = max(attempt.told_refunded_fen, payment.refunded_fen)
    if payment.dispute:
        attempt.disputes = disputes.grown(attempt.disputes, payment)
        attempt.dispute, attempt.disputed_fen = disputes.summed(attempt.disputes)


def _was_set_aside(attempt: Attempt, payment: Payment) -> bool:
    """What was taken of a sum that was to be set aside has been: it may be told before that is."""
    return attempt.how == How.AUTHORISE and payment.outcome is Outcome.SUCCEEDED


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


def _tell_disputes(attempt: Attempt, booked: disputes.Cases, at: datetime) -> None:
    """Book each dispute that has moved on since ``booked``, and tell of it."""
    order = attempt.order
    for ref, case in attempt.disputes.items():
        if case == booked.get(ref):
            continue
        if legs := disputes.legs(attempt, was=booked.get(ref), now=case):
            ledger.post(
                key=f"dispute:{attempt.pk}:{ref}:{case['state']}:{case['fen']}",
                subject=order.subject if order else f"attempt:{attempt.pk}",
                memo=f"dispute {case['state'].lower()}",
                postings=legs,
                region_id=order.region_id if order else 0,
                currency=attempt.currency,
                at=at,
            )
        _tell(attempt, "disputed", f"disputed:{attempt.pk}:{ref}:{case['state']}", at)
