"""The sandbox: a payment party of our own, in its own process (bookings.payments.sandbox_server).

Its wire format: JSON over HTTP; our requests carry a bearer secret and an Idempotency-Key; its
notices carry ``Sandbox-Signature: t=<unix seconds>,v1=<hex>``, HMAC-SHA256 of "<t>.<raw body>"
under the shared secret, and are good for 300 seconds.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

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
from bookings.payments.reading import unopened
from kernel import http

TOLERANCE_S = 300
SIGNATURE = "Sandbox-Signature"
_DONE, _CANNOT_READ, _NOT_THERE, _REFUSED = 200, 400, 404, 409

_CAN = Capabilities(
    currencies=frozenset({"CNY"}),
    is_live=False,
    authorise=True,
    capture_less=True,
)


@dataclass(frozen=True)
class Sandbox:
    """The provider behind the sandbox's address."""

    url: str
    secret: str
    name: str = "sandbox"
    capabilities: Capabilities = _CAN
    thanks: tuple[bytes, str] = (b"ok", "text/plain")

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
            "how": charge.how,
        }
        answer = self._ask("POST", "/v1/payments", body, charge.token)
        if answer.status == _CANNOT_READ:
            return Started("", outcome=Outcome.FAILED)
        if answer.status != _DONE:
            raise ProviderDown
        return Started(_text(answer.body, "id"), redirect_url=_text(answer.body, "pay_url"))

    def is_offered(self, *, payer: str, amount_fen: int, currency: str) -> bool:
        return currency in self.capabilities.currencies

    def fetch(self, handle: Handle) -> Payment:
        name = handle.provider_ref or handle.token
        answer = self._ask("GET", f"/v1/payments/{name}", None, "")
        if answer.status == _NOT_THERE and not handle.provider_ref:
            return unopened(handle, is_live=self.capabilities.is_live)
        if answer.status != _DONE:
            raise ProviderDown
        return _payment(answer.body)

    def capture(self, handle: Handle, *, amount_fen: int) -> Outcome:
        done = self._do(handle, "capture", {"amount": amount_fen}, handle.token)
        return Outcome.FAILED if done is None else _outcome(done)

    def void(self, handle: Handle) -> Outcome:
        if not handle.provider_ref:
            handle = replace(handle, provider_ref=self.fetch(handle).provider_ref)
        if not handle.provider_ref:
            return Outcome.SUCCEEDED
        done = self._do(handle, "void", {}, handle.token)
        return Outcome.FAILED if done is None else Outcome.SUCCEEDED

    def refund(self, handle: Handle, *, token: str, amount_fen: int) -> Returned:
        body = {"token": token, "amount": amount_fen, "currency": handle.currency}
        done = self._do(handle, "refunds", body, token)
        if done is None:
            return Returned(Outcome.FAILED, "not refundable")
        return Returned(_outcome(done))

    def news(self, *, since: datetime) -> Sequence[Notice]:
        return ()

    def _do(
        self, handle: Handle, verb: str, body: Mapping[str, Any], token: str
    ) -> Mapping[str, Any] | None:
        """What became of it; None where the sandbox says that it cannot be done."""
        path = f"/v1/payments/{handle.provider_ref}/{verb}"
        answer = self._ask("POST", path, body, token)
        if answer.status == _REFUSED:
            return None
        if answer.status != _DONE or answer.body.get("token") != token:
            raise ProviderDown
        return answer.body

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
                body=body,
            )
        except (ValueError, KeyError, TypeError, ProviderDown):
            raise BadSignature from None

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
    return Payment(
        provider_ref=_text(found, "id"),
        token=_text(found, "token"),
        outcome=_outcome(found),
        amount_fen=_sum(found, "amount"),
        currency=_text(found, "currency"),
        is_live=found.get("live") is True,
        captured_fen=_sum(found, "captured"),
        refunded_fen=_sum(found, "refunded"),
    )


def _outcome(found: Mapping[str, Any]) -> Outcome:
    try:
        return Outcome(_text(found, "status"))
    except ValueError:
        raise ProviderDown from None


def _sum(found: Mapping[str, Any], name: str) -> int:
    value = found.get(name)
    if type(value) is not int:
        raise ProviderDown
    return value


def _text(found: Mapping[str, Any], name: str) -> str:
    value = found.get(name)
    if not isinstance(value, str) or not 1 <= len(value) <= 500:
        raise ProviderDown
    return value
