"""Stripe: Checkout Sessions by redirect, for cards from abroad, Alipay and WeChat Pay wallets.

Card numbers never reach us. The session is the payment's reference, its payment intent the
transaction; the token goes into both, and is the idempotency key of what makes or moves money.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import stripe
from django.utils.translation import gettext as _

from bookings.contracts import How
from bookings.payments.providers import (
    BadSignature,
    Capabilities,
    Charge,
    Handle,
    Notice,
    Outcome,
    Payment,
    ProviderDown,
    Returned,
    Started,
)
from bookings.payments.providers.stripe.line import Line
from bookings.payments.providers.stripe.wire import (
    payment_of_intent,
    payment_of_session,
    refund_outcome,
)
from bookings.payments.reading import part_of, text_of
from kernel import clock

TOLERANCE_S = 300
MOST_NEWS = 10_000
SHORTEST = timedelta(minutes=31)
"""A session lives half an hour at least; who pays later than we hold gets the money back."""

_INTENT = ["payment_intent.latest_charge.dispute"]
_KINDS = (
    "checkout.session.", "payment_intent.", "charge.refunded", "charge.dispute.", "refund.",
)  # fmt: skip


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
        is_set_aside = charge.how is How.AUTHORISE
        kinds = ["card"] if is_set_aside else ["card", "alipay", "wechat_pay"]
        closes_at = max(charge.closes_at, clock.now() + SHORTEST)
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
            "success_url": charge.return_url or charge.notice_url,
            "cancel_url": charge.return_url or charge.notice_url,
            "expires_at": int(closes_at.timestamp()) // 60 * 60,
            "locale": "zh" if charge.language.startswith("zh") else "en",
        }  # fmt: skip
        if "wechat_pay" in kinds:
            params["payment_method_options"] = {"wechat_pay": {"client": "web"}}
        found = self._call(
            lambda: self.client.v1.checkout.sessions.create(params, _once(charge.token))
        )
        return Started(text_of(found, "id"), redirect_url=text_of(found, "url", most=2000))

    def fetch(self, handle: Handle) -> Payment:
        return payment_of_session(self._session(handle))

    def capture(self, handle: Handle, *, amount_fen: int) -> Outcome:
        intent = self._intent_id(handle)
        found = self._try(
            lambda: self.client.v1.payment_intents.capture(
                intent, {"amount_to_capture": amount_fen}, _once(f"{handle.token}:capture")
            )
        )
        if found is None:  # captured before, or not to be had any more
            now = self.fetch(handle)
            is_it = now.outcome is Outcome.SUCCEEDED and now.captured_fen == amount_fen
            return Outcome.SUCCEEDED if is_it else Outcome.FAILED
        return payment_of_intent(found).outcome

    def void(self, handle: Handle) -> Outcome:
        session = self._session(handle)
        payment = payment_of_session(session)
        if payment.outcome is Outcome.PENDING and session.get("status") == "open":
            found = self._try(
                lambda: self.client.v1.checkout.sessions.expire(text_of(session, "id"))
            )
            return Outcome.FAILED if found is None else Outcome.SUCCEEDED
        if payment.outcome is Outcome.AUTHORISED:
            intent = payment.transaction_ref
            found = self._try(lambda: self.client.v1.payment_intents.cancel(intent))
            return Outcome.FAILED if found is None else Outcome.SUCCEEDED
        return Outcome.SUCCEEDED if payment.outcome is Outcome.FAILED else Outcome.FAILED

    def refund(self, handle: Handle, *, token: str, amount_fen: int) -> Returned:
        """Keys are forgotten after a day or more at Stripe: a refund made before is looked for first."""
        try:
            return self._refund(handle, token, amount_fen)
        except _Refused as no:
            return Returned(Outcome.FAILED, no.why)

    def _refund(self, handle: Handle, token: str, amount_fen: int) -> Returned:
        intent = self._intent_id(handle)
        if not intent:
            return Returned(Outcome.FAILED, "not paid")
        made = self._call(
            lambda: self.client.v1.refunds.list({"payment_intent": intent, "limit": 100})
        )
        for each in made.get("data", ()):
            if part_of(each, "metadata").get("token") == token:
                return _returned(each)
        params: Any = {
            "payment_intent": intent,
            "amount": amount_fen,
            "metadata": {"token": token},
        }
        return _returned(self._call(lambda: self.client.v1.refunds.create(params, _once(token))))

    def news(self, *, since: datetime) -> Sequence[Notice]:
        """The list has the newest first, in pages; the oldest is told first."""
        events: list[Mapping[str, Any]] = []
        asked: Any = {"created": {"gte": int(since.timestamp())}, "limit": 20}
        while len(events) < MOST_NEWS:
            found = self._call(lambda: self.client.v1.events.list(asked))
            page = found.get("data", [])
            events.extend(page)
            if not page or not found.get("has_more"):
                break
            asked["starting_after"] = text_of(page[-1], "id")
        return [self._notice(event) for event in reversed(events)]

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

        :raises ProviderDown: it cannot be read, or looked up just now.
        """
        kind = text_of(event, "type", most=80)
        thing = part_of(part_of(event, "data"), "object")
        payment = None
        token, outcome = "", None
        if kind.startswith("checkout.session."):
            payment = payment_of_session(thing)
        elif kind.startswith("payment_intent."):
            payment = payment_of_intent(thing)
        elif kind.startswith(("charge.dispute.", "charge.refunded")):
            payment = self._payment_of(text_of(thing, "payment_intent"))
        elif kind.startswith("refund."):
            token = str(part_of(thing, "metadata").get("token", ""))
            outcome = refund_outcome(thing)
        kept = {"id": thing.get("id"), "status": thing.get("status")}
        return Notice(
            event_id=text_of(event, "id"),
            kind=kind[:40],
            payment=payment,
            body=kept,
            refund_token=token,
            refund_outcome=outcome,
        )

    def _payment_of(self, intent_id: str) -> Payment:
        expand: Any = {"expand": ["latest_charge.dispute"]}
        return payment_of_intent(
            self._call(lambda: self.client.v1.payment_intents.retrieve(intent_id, expand))
        )

    def _session(self, handle: Handle) -> Mapping[str, Any]:
        expand: Any = {"expand": _INTENT}
        return self._call(
            lambda: self.client.v1.checkout.sessions.retrieve(handle.provider_ref, expand)
        )

    def _intent_id(self, handle: Handle) -> str:
        return handle.transaction_ref or payment_of_session(self._session(handle)).transaction_ref

    def _try(self, call: Callable[[], Any]) -> Mapping[str, Any] | None:
        """As ``_call``; None where Stripe says that it cannot be done."""
        try:
            return self._call(call)
        except _Refused:
            return None

    @staticmethod
    def _call(call: Callable[[], Any]) -> Mapping[str, Any]:
        """Plain objects from the library. :raises ProviderDown: no answer, or none that is final."""
        try:
            found = call()
        except (stripe.InvalidRequestError, stripe.CardError) as error:
            raise _Refused(str(error.code or "refused")) from None
        except stripe.StripeError:
            raise ProviderDown from None
        except (ValueError, TypeError, AttributeError, KeyError):
            raise ProviderDown from None  # the library could not read what came back
        plain = json.loads(str(found)) if isinstance(found, stripe.StripeObject) else None
        if not isinstance(plain, dict):
            raise ProviderDown
        return plain


class _Refused(ProviderDown):
    """Stripe says for good that it cannot be done, and in a word why."""

    def __init__(self, why: str) -> None:
        super().__init__()
        self.why = why


def _once(key: str) -> Any:
    return {"idempotency_key": key}


def _returned(refund: Mapping[str, Any]) -> Returned:
    outcome = refund_outcome(refund)
    return Returned(
        outcome, str(refund.get("failure_reason") or "") if outcome is Outcome.FAILED else ""
    )
