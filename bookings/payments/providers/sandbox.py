"""The sandbox: a payment party of our own, in its own process (bookings.payments.sandbox_server).

Its wire format: JSON over HTTP; our requests carry a bearer secret and an Idempotency-Key; its
notices carry ``Sandbox-Signature: t=<unix seconds>,v1=<hex>``, HMAC-SHA256 of "<t>.<raw body>"
under the shared secret, and are good for 300 seconds.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from bookings.payments.providers import (
    BadSignature,
    Capabilities,
    Charge,
    Notice,
    Outcome,
    Payment,
    ProviderDown,
    Started,
)
from kernel import http

TOLERANCE_S = 300
SIGNATURE = "Sandbox-Signature"
_DONE, _REFUSED = 200, 409

_CAN = Capabilities(
    authorise=False,
    partial_refund=True,
    refund_window_days=365,
    currencies=frozenset({"CNY"}),
    is_live=False,
)


@dataclass(frozen=True)
class Sandbox:
    """The provider behind the sandbox's address."""

    url: str
    secret: str
    name: str = "sandbox"
    capabilities: Capabilities = _CAN

    @property
    def title(self) -> str:
        return str(_("Sandbox (no real money)"))

    def start(self, charge: Charge) -> Started:
        body = {
            "token": charge.token,
            "amount": charge.amount_fen,
            "currency": charge.currency,
            "words": charge.words,
            "return_url": charge.return_url,
            "notice_url": charge.notice_url,
            "language": charge.language,
        }
        found = self._send("POST", "/v1/payments", body, charge.token)
        return Started(provider_ref=_text(found, "id"), redirect_url=_text(found, "pay_url"))

    def fetch(self, provider_ref: str) -> Payment:
        return _payment(self._send("GET", f"/v1/payments/{provider_ref}", None, ""))

    def refund(self, *, provider_ref: str, token: str, amount_fen: int, currency: str) -> Outcome:
        body = {"token": token, "amount": amount_fen, "currency": currency}
        answer = self._ask("POST", f"/v1/payments/{provider_ref}/refunds", body, token)
        if answer.status == _REFUSED:
            return Outcome.FAILED
        if answer.status != _DONE or answer.body.get("token") != token:
            raise ProviderDown
        return _outcome(answer.body)

    def verify(self, raw: bytes, headers: Mapping[str, str], *, at: datetime) -> Notice:
        signed_at, given = _signature(headers.get(SIGNATURE, ""))
        wanted = sign(self.secret, signed_at, raw)
        if not hmac.compare_digest(wanted, given):
            raise BadSignature
        if abs(at.timestamp() - signed_at) > TOLERANCE_S:
            raise BadSignature
        try:
            body = json.loads(raw)
            return Notice(
                event_id=_text(body, "id"),
                kind=_text(body, "kind"),
                payment=_payment(body["payment"]),
            )
        except (ValueError, KeyError, TypeError, ProviderDown):
            raise BadSignature from None

    def _send(
        self, method: str, path: str, body: Mapping[str, Any] | None, key: str
    ) -> Mapping[str, Any]:
        answer = self._ask(method, path, body, key)
        if answer.status != _DONE:
            raise ProviderDown
        return answer.body

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None, key: str) -> http.Answer:
        headers = {"Authorization": f"Bearer {self.secret}", "Idempotency-Key": key}
        try:
            return http.send_json(method, self.url + path, body, headers)
        except http.NoAnswer:
            raise ProviderDown from None


def sign(secret: str, at_s: int, raw: bytes) -> str:
    """The hex signature of a body at a unix second."""
    message = str(at_s).encode() + b"." + raw
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


def _signature(header: str) -> tuple[int, str]:
    pairs = dict(part.split("=", 1) for part in header.split(",") if "=" in part)
    given = pairs.get("v1", "")
    try:
        return int(pairs.get("t", "")), given if given.isascii() else ""
    except ValueError:
        raise BadSignature from None


def _payment(found: Mapping[str, Any]) -> Payment:
    amount = found.get("amount")
    if type(amount) is not int:
        raise ProviderDown
    return Payment(
        provider_ref=_text(found, "id"),
        token=_text(found, "token"),
        outcome=_outcome(found),
        amount_fen=amount,
        currency=_text(found, "currency"),
        is_live=found.get("live") is True,
    )


def _outcome(found: Mapping[str, Any]) -> Outcome:
    try:
        return Outcome(_text(found, "status"))
    except ValueError:
        raise ProviderDown from None


def _text(found: Mapping[str, Any], name: str) -> str:
    value = found.get(name)
    if not isinstance(value, str) or not 1 <= len(value) <= 500:
        raise ProviderDown
    return value
