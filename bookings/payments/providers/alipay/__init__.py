"""Alipay (open.alipay.com): page and phone payments, signed with RSA2.

The buyer's payment comes into being when the buyer opens the address that we have signed: until then
Alipay knows nothing of it. Our number of it is both its token and its reference; Alipay's numbers
have letters, digits and "_" only, so that ours is spelled otherwise there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode
from zoneinfo import ZoneInfo

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
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
from bookings.payments.reading import fen_of, is_signed, sign, text_of, unopened, yuan_of
from kernel import clock, http

BEIJING = ZoneInfo("Asia/Shanghai")
OLDEST = timedelta(hours=26)
"""Alipay repeats a notice for a day and an hour, each time with the moment of its first sending."""

AHEAD = timedelta(minutes=10)
_OUTCOMES = {
    "WAIT_BUYER_PAY": Outcome.PENDING,
    "TRADE_CLOSED": Outcome.FAILED,
    "TRADE_SUCCESS": Outcome.SUCCEEDED,
    "TRADE_FINISHED": Outcome.SUCCEEDED,
}
_SILENT = ("ACQ.SYSTEM_ERROR", "aop.ACQ.SYSTEM_ERROR", "isp.unknow-error")
_NOT_THERE = "ACQ.TRADE_NOT_EXIST"


class Alipay:
    """The adapter. ``gateway`` is https://openapi.alipay.com/gateway.do outside of tests."""

    name = "alipay"
    thanks = (b"success", "text/plain")

    def __init__(
        self,
        *,
        app_id: str,
        gateway: str,
        own_key: RSAPrivateKey,
        alipay_key: RSAPublicKey,
        is_live: bool,
    ) -> None:
        self.app_id, self.gateway = app_id, gateway
        self.own_key, self.alipay_key = own_key, alipay_key
        self.capabilities = Capabilities(
            currencies=frozenset({"CNY"}),
            is_live=is_live,
            refund_window_days=365,
            refund_takes_days=3,
        )

    @property
    def title(self) -> str:
        return _("Alipay")

    def is_offered(self, *, payer: str, amount_fen: int, currency: str) -> bool:
        return currency in self.capabilities.currencies

    def start(self, charge: Charge) -> Started:
        method = "alipay.trade.wap.pay" if charge.is_phone else "alipay.trade.page.pay"
        product = "QUICK_WAP_WAY" if charge.is_phone else "FAST_INSTANT_TRADE_PAY"
        content = {
            "out_trade_no": number_of(charge.token),
            "total_amount": yuan_of(charge.amount_fen),
            "subject": charge.words,
            "product_code": product,
            "time_expire": _local(charge.closes_at),
        }
        signed = self._signed(
            method, content, return_url=charge.return_url, notify_url=charge.notice_url
        )
        return Started(charge.token, redirect_url=f"{self.gateway}?{urlencode(signed)}")

    def fetch(self, handle: Handle) -> Payment:
        found = self._ask("alipay.trade.query", {"out_trade_no": number_of(handle.token)})
        if found.get("sub_code") == _NOT_THERE:
            named = replace(handle, provider_ref=handle.token)
            return unopened(named, is_live=self.capabilities.is_live)
        if found.get("code") != "10000":
            raise Declined(str(found.get("sub_code", "")))
        return self._payment(found, refunded="refund_amount")

    def capture(self, handle: Handle, *, amount_fen: int) -> Outcome:
        return Outcome.FAILED

    def void(self, handle: Handle) -> Outcome:
        """Close it. What nobody has opened yet ends by ``time_expire``.

        Alipay refuses in the same words where it was paid and where it was closed before.
        """
        found = self._ask("alipay.trade.close", {"out_trade_no": number_of(handle.token)})
        if found.get("code") == "10000" or found.get("sub_code") == _NOT_THERE:
            return Outcome.SUCCEEDED
        is_over = self.fetch(handle).outcome is Outcome.FAILED
        return Outcome.SUCCEEDED if is_over else Outcome.FAILED

    def refund(self, handle: Handle, *, token: str, amount_fen: int) -> Returned:
        content = {
            "out_trade_no": number_of(handle.token),
            "refund_amount": yuan_of(amount_fen),
            "out_request_no": number_of(token),
        }
        found = self._ask("alipay.trade.refund", content)
        if found.get("code") != "10000":
            return Returned(Outcome.FAILED, str(found.get("sub_code", "")))
        if found.get("fund_change") == "Y":
            return Returned(Outcome.SUCCEEDED)
        return self._refund_before(content["out_trade_no"], content["out_request_no"])

    def _refund_before(self, trade: str, request: str) -> Returned:
        """What became of a request number by which the call just made has moved nothing.

        :raises Declined: Alipay has no refund of it that counts: it is asked for again under the same
            number, for as long as the caller does without an answer.
        """
        asked = {"out_trade_no": trade, "out_request_no": request}
        state = self._ask("alipay.trade.fastpay.refund.query", asked).get("refund_status")
        if not state:
            raise Declined("not carried out")
        return Returned(Outcome.SUCCEEDED if state == "REFUND_SUCCESS" else Outcome.PENDING)

    def news(self, *, since: datetime) -> Sequence[Notice]:
        return ()

    def verify(self, raw: bytes, headers: Mapping[str, str], *, at: datetime) -> Notice:
        fields = _fields(raw)
        message = "&".join(f"{k}={v}" for k, v in sorted(fields.items()) if k not in _UNSIGNED)
        is_ours = fields.get("app_id") == self.app_id and fields.get("sign_type") == "RSA2"
        if not is_ours or not is_signed(self.alipay_key, message.encode(), fields.get("sign", "")):
            raise BadSignature
        try:
            sent_at = _moment(fields["notify_time"])
            if not at - OLDEST <= sent_at <= at + AHEAD:
                raise BadSignature
            return Notice(
                event_id=text_of(fields, "notify_id"),
                kind=text_of(fields, "notify_type", most=40),
                payment=self._payment(fields, refunded="refund_fee"),
                body={name: fields[name] for name in _KEPT if name in fields},
            )
        except (KeyError, ValueError, ProviderDown):
            raise BadSignature from None

    def _payment(self, found: Mapping[str, Any], *, refunded: str) -> Payment:
        outcome = _OUTCOMES.get(text_of(found, "trade_status"))
        if outcome is None:
            raise ProviderDown
        fen = fen_of(text_of(found, "total_amount"))
        back = fen_of(text_of(found, refunded)) if found.get(refunded) else 0
        if outcome is Outcome.FAILED and (back or any(found.get(name) for name in _PAID_AT)):
            outcome = Outcome.SUCCEEDED  # paid, then returned whole: closed at Alipay
        token = token_of(text_of(found, "out_trade_no"))
        return Payment(
            provider_ref=token,
            token=token,
            outcome=outcome,
            amount_fen=fen,
            currency="CNY",
            is_live=self.capabilities.is_live,
            transaction_ref=str(found.get("trade_no", ""))[:120],
            captured_fen=fen if outcome is Outcome.SUCCEEDED else 0,
            refunded_fen=back,
        )

    def _signed(self, method: str, content: Mapping[str, Any], **more: str) -> dict[str, str]:
        fields = {
            "app_id": self.app_id,
            "method": method,
            "format": "JSON",
            "charset": "utf-8",
            "sign_type": "RSA2",
            "timestamp": _local(clock.now()),
            "version": "1.0",
            "biz_content": json.dumps(content, ensure_ascii=False, separators=(",", ":")),
            **{name: text for name, text in more.items() if text},
        }
        message = "&".join(f"{name}={fields[name]}" for name in sorted(fields))
        return {**fields, "sign": sign(self.own_key, message.encode())}

    def _ask(self, method: str, content: Mapping[str, Any]) -> Mapping[str, Any]:
        """One call to the gateway; its answer, if Alipay has signed it and it is final."""
        form = urlencode(self._signed(method, content)).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded;charset=utf-8"}
        try:
            reply = http.send("POST", self.gateway, form, headers)
            whole = http.read_object(reply.raw)
        except http.NoAnswer:
            raise ProviderDown from None
        signed = _between(reply.raw, method.replace(".", "_") + "_response")
        if not is_signed(self.alipay_key, signed, str(whole.get("sign", ""))):
            raise ProviderDown
        try:
            found = http.read_object(signed)  # only what was signed is read
        except http.NoAnswer:
            raise ProviderDown from None
        if found.get("code") == "20000" or found.get("sub_code") in _SILENT:
            raise ProviderDown
        return found


_PAID_AT = ("gmt_payment", "send_pay_date")
"""When it was paid, in notices and in answers: there for a closed payment only if it was paid."""

_UNSIGNED = ("sign", "sign_type")
_KEPT = ("notify_id", "notify_type", "trade_status", "out_trade_no", "trade_no", "total_amount",
         "refund_fee", "gmt_payment")  # fmt: skip
"""What is kept of a notice: nothing about the buyer."""


def _between(raw: bytes, name: str) -> bytes:
    """The bytes of the answer that are signed: its value exactly as it stands in the reply."""
    start = raw.find(f'"{name}":'.encode()) + len(name) + 3
    end = raw.rfind(b',"sign"') if raw.rfind(b',"sign"') > start else raw.rfind(b"}")
    return raw[start:end]


def number_of(token: str) -> str:
    """A token of ours as Alipay takes it: "_" is "_u", "-" is "_h"."""
    return token.replace("_", "_u").replace("-", "_h")


def token_of(number: str) -> str:
    """The token of ours that was spelled so."""
    return number.replace("_h", "-").replace("_u", "_")


def _fields(raw: bytes) -> dict[str, str]:
    """The form, every name once. :raises BadSignature: it is none."""
    try:
        pairs = parse_qsl(
            raw.decode(), keep_blank_values=True, strict_parsing=True, max_num_fields=80
        )
    except ValueError:
        raise BadSignature from None
    if len(dict(pairs)) != len(pairs):
        raise BadSignature
    return dict(pairs)


def _local(moment: datetime) -> str:
    return moment.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S")


def _moment(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=BEIJING)
