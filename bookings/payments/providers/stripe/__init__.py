"""Stripe: Checkout Sessions by redirect, for cards from abroad, Alipay and WeChat Pay wallets.

Card numbers never reach us. The session is the payment's reference, its payment intent the
transaction; the token goes into both, and is the idempotency key of what makes or moves money.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import stripe
from django.utils.translation import gettext as _

from bookings.payments.providers import (
    BadSignature,
    Capabilities,
    Charge,
    Declined,
    Handle,
    Notice,
    Outcome,
    Payment,
    ProviderDown,
    Returned,
    Started,
)
from bookings.payments.providers.stripe.calls import Other, call, call_or_none, listed, once
from bookings.payments.providers.stripe.line import Line
from bookings.payments.providers.stripe.wire import (
    LONGEST,
    is_disputed,
    payment_of_intent,
    payment_of_session,
    refund_outcome,
    wanted_of,
    with_disputes,
)
from bookings.payments.reading import Unreadable, part_of, text_of, unopened
from kernel import clock

logger = logging.getLogger(__name__)

TOLERANCE_S = 300
MOST_NEWS = 10_000
_MOST_SESSIONS = 2_000
_KINDS = [
    "checkout.session.completed", "checkout.session.expired",
    "checkout.session.async_payment_succeeded", "checkout.session.async_payment_failed",
    "payment_intent.succeeded", "payment_intent.canceled",
    "payment_intent.amount_capturable_updated", "charge.refunded",
    "charge.dispute.created", "charge.dispute.updated", "charge.dispute.closed",
    "charge.dispute.funds_withdrawn", "charge.dispute.funds_reinstated",
    "refund.created", "refund.updated", "refund.failed",
]  # fmt: skip
"""What is asked for of the list of events: twenty kinds at most."""


class Stripe:
    """The adapter over the stripe library. ``url`` is https://api.stripe.com outside of tests."""

    name = "stripe"
    thanks = (b"ok", "text/plain")

    def __init__(self, *, secret_key: str, webhook_secret: str, url: str) -> None:
        self.webhook_secret = webhook_secret
        self.client = stripe.StripeClient(
            secret_key,
            base_addresses={"api": url},
            http_client=Line(),
            max_network_retries=0,
        )
        self.capabilities = Capabilities(
            currencies=frozenset({"CNY"}),
            is_live=secret_key.startswith(("sk_live_", "rk_live_")),
            authorise=True,
            capture_less=True,
            refund_window_days=180,
            refund_takes_days=10,
        )

    @property
    def title(self) -> str:
        return _("Foreign card, Alipay or WeChat Pay (Stripe)")

    def is_offered(self, *, payer: str, amount_fen: int, currency: str) -> bool:
        return currency in self.capabilities.currencies

    def start(self, charge: Charge) -> Started:
        params = wanted_of(charge, at=clock.now())
        try:
            found = call(
                lambda: self.client.v1.checkout.sessions.create(params, once(charge.token))
            )
        except Declined:
            return Started("", outcome=Outcome.FAILED)
        except Other:
            return self._made_before(charge.token)
        return Started(text_of(found, "id"), redirect_url=text_of(found, "url", most=2000))

    def _made_before(self, token: str) -> Started:
        """The session of this token, made in other words: for a buyer who was to come back elsewhere.

        It has no page any more when it is over.
        """
        for each in self._sessions(token):
            url = each.get("url") and text_of(each, "url", most=2000)
            return Started(text_of(each, "id"), redirect_url=url or "")
        raise ProviderDown

    def _sessions(self, token: str) -> Iterator[Mapping[str, Any]]:
        """What Stripe's own list has of a token."""
        since = int((clock.now() - LONGEST).timestamp())
        sessions = self.client.v1.checkout.sessions
        for each in listed(sessions.list, {"created": {"gte": since}}, most=_MOST_SESSIONS):
            if each.get("client_reference_id") == token:
                yield each

    def fetch(self, handle: Handle) -> Payment:
        session = self._session(handle)
        if session is None:
            return unopened(handle, is_live=self.capabilities.is_live)
        return self._with_disputes(payment_of_session(session), session.get("payment_intent"))

    def capture(self, handle: Handle, *, amount_fen: int) -> Outcome:
        intent = self._intent_id(handle)
        found = call_or_none(
            lambda: self.client.v1.payment_intents.capture(
                intent, {"amount_to_capture": amount_fen}, once(f"{handle.token}:capture")
            )
        )
        if found is None:  # captured before, or not to be had any more
            now = self.fetch(handle)
            is_it = now.outcome is Outcome.SUCCEEDED and now.captured_fen == amount_fen
            return Outcome.SUCCEEDED if is_it else Outcome.FAILED
        return payment_of_intent(found).outcome

    def void(self, handle: Handle) -> Outcome:
        session = self._session(handle)
        if session is None:
            return Outcome.SUCCEEDED
        payment = payment_of_session(session)
        if payment.outcome is Outcome.PENDING and session.get("status") == "open":
            found = call_or_none(
                lambda: self.client.v1.checkout.sessions.expire(text_of(session, "id"))
            )
            return Outcome.FAILED if found is None else Outcome.SUCCEEDED
        if payment.outcome is Outcome.AUTHORISED:
            intent = payment.transaction_ref
            found = call_or_none(lambda: self.client.v1.payment_intents.cancel(intent))
            return Outcome.FAILED if found is None else Outcome.SUCCEEDED
        return Outcome.SUCCEEDED if payment.outcome is Outcome.FAILED else Outcome.FAILED

    def refund(self, handle: Handle, *, token: str, amount_fen: int) -> Returned:
        """Keys are forgotten after a day or more at Stripe: a refund made before is looked for first."""
        try:
            return self._refund(handle, token, amount_fen)
        except Declined as no:
            return Returned(Outcome.FAILED, no.why)

    def _refund(self, handle: Handle, token: str, amount_fen: int) -> Returned:
        intent = self._intent_id(handle)
        if not intent:
            return Returned(Outcome.FAILED, "not paid")
        made = call(lambda: self.client.v1.refunds.list({"payment_intent": intent, "limit": 100}))
        for each in made.get("data", ()):
            if _token_of(each) == token:
                return _returned(each)
        params: Any = {
            "payment_intent": intent,
            "amount": amount_fen,
            "metadata": {"token": token},
        }
        return _returned(call(lambda: self.client.v1.refunds.create(params, once(token))))

    def news(self, *, since: datetime) -> Sequence[Notice]:
        """The list has the newest first, in pages; the oldest is told first.

        What cannot be read is passed over: it would hide all the rest for ever.
        """
        asked = {"created": {"gte": int(since.timestamp())}, "types": _KINDS}
        events = list(listed(self.client.v1.events.list, asked, most=MOST_NEWS))
        told = []
        for event in reversed(events):
            try:
                told.append(self._notice(event))
            except (Unreadable, Declined, KeyError, TypeError):
                logger.warning("an event of Stripe's cannot be read: %.80s", event.get("id"))
        return told

    def verify(self, raw: bytes, headers: Mapping[str, str], *, at: datetime) -> Notice:
        header = headers.get("Stripe-Signature", "")
        try:
            text = raw.decode()
            stripe.WebhookSignature.verify_header(text, header, self.webhook_secret, None)
            stamps = [part[2:] for part in header.split(",") if part.startswith("t=")]
            if len(stamps) != 1 or abs(at.timestamp() - int(stamps[0])) > TOLERANCE_S:
                raise BadSignature
            event = json.loads(text)
        except (ValueError, TypeError, stripe.SignatureVerificationError):
            raise BadSignature from None
        if not isinstance(event, dict):
            raise BadSignature
        try:
            return self._notice(event)
        except (KeyError, TypeError):
            raise BadSignature from None

    def _notice(self, event: Mapping[str, Any]) -> Notice:
        """What an event is about. Disputes name the charge only: the payment is looked up.

        The account may have uses of its own: what has no token of ours is about no payment.
        :raises ProviderDown: it cannot be read, or looked up just now.
        """
        kind = text_of(event, "type", most=80)
        thing = part_of(part_of(event, "data"), "object")
        payment = None
        token, outcome = "", None
        if kind.startswith("checkout.session.") and _token_of(thing):
            payment = payment_of_session(thing)
        elif kind.startswith("payment_intent.") and _token_of(thing):
            payment = payment_of_intent(thing)
        elif kind.startswith(("charge.dispute.", "charge.refunded")):
            payment = self._payment_of(thing.get("payment_intent"), about=str(thing.get("id")))
        elif kind.startswith("refund.") and _token_of(thing):
            token, outcome = _token_of(thing), refund_outcome(thing)
        kept = {"id": thing.get("id"), "status": thing.get("status")}
        return Notice(
            event_id=text_of(event, "id"),
            kind=kind[:40],
            payment=payment,
            body=kept,
            refund_token=token,
            refund_outcome=outcome,
            refund_why=str(thing.get("failure_reason") or "") if token else "",
        )

    def _payment_of(self, intent_id: object, *, about: str) -> Payment | None:
        """A payment of ours as it stands now, with the dispute ``about`` if it is one; None: not ours."""
        if not isinstance(intent_id, str):
            return None
        expand: Any = {"expand": ["latest_charge"]}
        intent = call_or_none(lambda: self.client.v1.payment_intents.retrieve(intent_id, expand))
        if intent is None or not _token_of(intent):
            return None
        return self._with_disputes(payment_of_intent(intent), intent, about=about)

    def _with_disputes(self, payment: Payment, intent: object, *, about: str = "") -> Payment:
        if not is_disputed(intent):
            return payment
        asked: Any = {"payment_intent": payment.transaction_ref, "limit": 10}
        found = call(lambda: self.client.v1.disputes.list(asked))
        return with_disputes(payment, found.get("data", []), about=about)

    def _session(self, handle: Handle) -> Mapping[str, Any] | None:
        """The session of a payment; None where its beginning has not reached Stripe."""
        ref = handle.provider_ref
        if not ref:
            found = next(self._sessions(handle.token), None)
            if found is None:
                return None
            ref = text_of(found, "id")
        expand: Any = {"expand": ["payment_intent.latest_charge"]}
        return call(lambda: self.client.v1.checkout.sessions.retrieve(ref, expand))

    def _intent_id(self, handle: Handle) -> str:
        if handle.transaction_ref:
            return handle.transaction_ref
        session = self._session(handle)
        return "" if session is None else payment_of_session(session).transaction_ref


def _token_of(thing: Mapping[str, Any]) -> str:
    """Our token in an object's metadata; empty in what is none of ours."""
    found = thing.get("metadata")
    return str(found.get("token") or "") if isinstance(found, dict) else ""


def _returned(refund: Mapping[str, Any]) -> Returned:
    outcome = refund_outcome(refund)
    return Returned(
        outcome, str(refund.get("failure_reason") or "") if outcome is Outcome.FAILED else ""
    )
