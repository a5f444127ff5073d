"""Stripe's objects: the session that is asked for, and what is read strictly into the port's words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urljoin

from bookings.contracts import How
from bookings.payments.providers import Charge, Dispute, Outcome, Payment
from bookings.payments.reading import Unreadable, part_of, sum_of, text_of

SHORTEST, LONGEST = timedelta(minutes=31), timedelta(hours=24)
"""A session lives half an hour to a day; who pays later than we hold gets the money back."""

REFUNDS = {
    "succeeded": Outcome.SUCCEEDED,
    "pending": Outcome.PENDING,
    "requires_action": Outcome.PENDING,
    "failed": Outcome.FAILED,
    "canceled": Outcome.FAILED,
}
_DISPUTES = {"won": Dispute.WON, "lost": Dispute.LOST}
_INQUIRY = "warning_"
"""How the states of what a bank only asks about begin: no money has been withdrawn."""

_INTENTS = {
    "succeeded": Outcome.SUCCEEDED,
    "requires_capture": Outcome.AUTHORISED,
    "canceled": Outcome.FAILED,
}


def wanted_of(charge: Charge, *, at: datetime) -> Any:
    """A session in Stripe's words; without a buyer who comes back, the site is the page after it."""
    back = charge.return_url or urljoin(charge.notice_url, "/")
    is_set_aside = charge.how is How.AUTHORISE
    kinds = ["card"] if is_set_aside else ["card", "alipay", "wechat_pay"]
    params: Any = {
        "mode": "payment",
        "payment_method_types": kinds,
        "line_items": [{
            "quantity": 1,
            "price_data": {
                "currency": charge.currency.lower(),
                "unit_amount": charge.amount_fen,
                "product_data": {"name": charge.words},
            },
        }],
        "client_reference_id": charge.token,
        "metadata": {"token": charge.token},
        "payment_intent_data": {
            "metadata": {"token": charge.token},
            "capture_method": "manual" if is_set_aside else "automatic",
        },
        "success_url": back,
        "cancel_url": back,
        "locale": "zh" if charge.language.startswith("zh") else "en",
    }  # fmt: skip
    if "wechat_pay" in kinds:
        params["payment_method_options"] = {"wechat_pay": {"client": "web"}}
    closes_at = charge.closes_at + SHORTEST  # by the clock it would be another one each time
    if closes_at < at + LONGEST:
        params["expires_at"] = int(closes_at.timestamp()) // 60 * 60
    return params


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
        refunded_fen=_returned(intent, charge) if charge and outcome is Outcome.SUCCEEDED else 0,
    )


def _returned(intent: Mapping[str, Any], charge: Mapping[str, Any]) -> int:
    """What has gone back of what was taken: what was never captured counts as refunded at Stripe."""
    released = sum_of(intent, "amount") - sum_of(intent, "amount_received")
    return max(0, sum_of(charge, "amount_refunded") - released)


def is_disputed(intent: object) -> bool:
    """Whether the latest charge of an intent, expanded, was ever disputed; by whom a list tells."""
    charge = intent.get("latest_charge") if isinstance(intent, dict) else None
    return isinstance(charge, dict) and charge.get("disputed") is True


def with_disputes(
    payment: Payment, disputes: Sequence[Mapping[str, Any]], *, about: str = ""
) -> Payment:
    """The payment with what one dispute says: the one that news is about, else the newest, the first."""
    moved = [each for each in disputes if not text_of(each, "status").startswith(_INQUIRY)]
    named = [each for each in moved if each.get("id") == about] or moved
    if not named:
        return payment
    return replace(
        payment,
        disputed_fen=sum_of(named[0], "amount"),
        dispute=_DISPUTES.get(text_of(named[0], "status"), Dispute.OPEN),
        dispute_ref=text_of(named[0], "id", most=40),
    )


def refund_outcome(refund: Mapping[str, Any]) -> Outcome:
    """How a refund stands. :raises Unreadable: in no word that we know."""
    outcome = REFUNDS.get(text_of(refund, "status"))
    if outcome is None:
        raise Unreadable
    return outcome
