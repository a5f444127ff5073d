"""Stripe's objects, read strictly into the words of the port."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bookings.payments.providers import Dispute, Outcome, Payment, ProviderDown
from bookings.payments.reading import part_of, sum_of, text_of

REFUNDS = {
    "succeeded": Outcome.SUCCEEDED,
    "pending": Outcome.PENDING,
    "requires_action": Outcome.PENDING,
    "failed": Outcome.FAILED,
    "canceled": Outcome.FAILED,
}
_DISPUTES = {"won": Dispute.WON, "lost": Dispute.LOST, "warning_closed": Dispute.WON}
_INTENTS = {
    "succeeded": Outcome.SUCCEEDED,
    "requires_capture": Outcome.AUTHORISED,
    "canceled": Outcome.FAILED,
}


def payment_of_session(session: Mapping[str, Any]) -> Payment:
    """A Checkout Session; with its payment intent expanded, what was taken and returned, too."""
    intent = session.get("payment_intent")
    payment = (
        payment_of_intent(intent, session_id=text_of(session, "id"))
        if isinstance(intent, dict)
        else _payment_of_bare(session, intent)
    )
    is_over = session.get("status") == "expired" and payment.outcome is Outcome.PENDING
    outcome = Outcome.FAILED if is_over else payment.outcome
    return Payment(
        provider_ref=text_of(session, "id"),
        token=text_of(session, "client_reference_id"),
        outcome=outcome,
        amount_fen=sum_of(session, "amount_total"),
        currency=text_of(session, "currency").upper(),
        is_live=session.get("livemode") is True,
        transaction_ref=payment.transaction_ref,
        captured_fen=payment.captured_fen,
        refunded_fen=payment.refunded_fen,
    )


def _payment_of_bare(session: Mapping[str, Any], intent: object) -> Payment:
    is_paid = session.get("payment_status") == "paid"
    fen = sum_of(session, "amount_total")
    return Payment(
        provider_ref=text_of(session, "id"),
        token="",
        outcome=Outcome.SUCCEEDED if is_paid else Outcome.PENDING,
        amount_fen=fen,
        currency="",
        is_live=False,
        transaction_ref=intent if isinstance(intent, str) else "",
        captured_fen=fen if is_paid else 0,
    )


def payment_of_intent(intent: Mapping[str, Any], *, session_id: str = "") -> Payment:
    """A payment intent, with its latest charge expanded where it has one."""
    charge = intent.get("latest_charge")
    charge = charge if isinstance(charge, dict) else {}
    outcome = _INTENTS.get(text_of(intent, "status"), Outcome.PENDING)
    return Payment(
        provider_ref=session_id,
        token=str(part_of(intent, "metadata").get("token", "")),
        outcome=outcome,
        amount_fen=sum_of(intent, "amount"),
        currency=text_of(intent, "currency").upper(),
        is_live=intent.get("livemode") is True,
        transaction_ref=text_of(intent, "id"),
        captured_fen=sum_of(intent, "amount_received") if outcome is Outcome.SUCCEEDED else 0,
        refunded_fen=sum_of(charge, "amount_refunded") if charge else 0,
    )


def is_disputed(intent: object) -> bool:
    """Whether the latest charge of an intent, expanded, was ever disputed; by whom a list tells."""
    charge = intent.get("latest_charge") if isinstance(intent, dict) else None
    return isinstance(charge, dict) and charge.get("disputed") is True


def with_disputes(payment: Payment, disputes: Sequence[Mapping[str, Any]]) -> Payment:
    """The payment with what its newest dispute says; the list has the newest first."""
    if not disputes:
        return payment
    newest = disputes[0]
    return replace(
        payment,
        disputed_fen=sum_of(newest, "amount"),
        dispute=_DISPUTES.get(text_of(newest, "status"), Dispute.OPEN),
    )


def refund_outcome(refund: Mapping[str, Any]) -> Outcome:
    """How a refund stands. :raises ProviderDown: in no word that we know."""
    outcome = REFUNDS.get(text_of(refund, "status"))
    if outcome is None:
        raise ProviderDown
    return outcome
