"""WeChat Pay, API v3: a code to scan, or a page on the phone. RSA signatures both ways, AES notices.

Our number of a payment (out_trade_no) is both its token and its reference. Of a payment that is not
paid WeChat Pay need not tell the sum.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Any
from urllib.parse import urlencode, urlsplit

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
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
from bookings.payments.providers.wechat.certificates import Certificates, PublicKey, unlock
from bookings.payments.reading import is_signed, part_of, sign, sum_of, text_of, unopened
from kernel import clock, http

TOLERANCE_S = 300
_OUTCOMES = {
    "SUCCESS": Outcome.SUCCEEDED,
    "REFUND": Outcome.SUCCEEDED,
    "NOTPAY": Outcome.PENDING,
    "USERPAYING": Outcome.PENDING,
    "CLOSED": Outcome.FAILED,
    "REVOKED": Outcome.FAILED,
    "PAYERROR": Outcome.FAILED,
}
_REFUNDS = {
    "SUCCESS": Outcome.SUCCEEDED,
    "PROCESSING": Outcome.PENDING,
    "CLOSED": Outcome.FAILED,
    "ABNORMAL": Outcome.FAILED,
}
_SILENT = ("SYSTEM_ERROR", "FREQUENCY_LIMITED", "SIGN_ERROR")
_NOT_THERE = ("ORDER_NOT_EXIST", "ORDERNOTEXIST", "RESOURCE_NOT_EXISTS")
_CERTIFICATES = "/v3/certificates"


class WeChat:
    """The adapter. ``url`` is https://api.mch.weixin.qq.com outside of tests; ``api_key`` has 32 bytes.

    A merchant in public-key mode has one ``public_key`` of WeChat Pay; others read its certificates.
    """

    name = "wechat"
    thanks = (b'{"code": "SUCCESS", "message": "OK"}', "application/json")

    def __init__(
        self,
        *,
        app_id: str,
        merchant_id: str,
        serial: str,
        own_key: RSAPrivateKey,
        api_key: bytes,
        url: str,
        is_live: bool,
        public_key: PublicKey | None = None,
    ) -> None:
        self.app_id, self.merchant_id, self.serial = app_id, merchant_id, serial
        self.own_key, self.api_key, self.url = own_key, api_key, url
        self.public_key = public_key
        self.certificates = public_key or Certificates(api_key, self._list_certificates)
        self.capabilities = Capabilities(
            currencies=frozenset({"CNY"}),
            is_live=is_live,
            refund_window_days=365,
            refund_takes_days=3,
            page_lives=timedelta(minutes=4),  # five at WeChat Pay: who is sent there needs one
        )

    @property
    def title(self) -> str:
        return _("WeChat Pay")

    def is_offered(self, *, payer: str, amount_fen: int, currency: str) -> bool:
        return currency in self.capabilities.currencies

    def start(self, charge: Charge) -> Started:
        body: dict[str, Any] = {
            "appid": self.app_id,
            "mchid": self.merchant_id,
            "description": charge.words,
            "out_trade_no": charge.token,
            "time_expire": charge.closes_at.isoformat(timespec="seconds"),
            "notify_url": charge.notice_url,
            "amount": {"total": charge.amount_fen, "currency": charge.currency},
        }
        if charge.is_phone:
            body["scene_info"] = {"payer_client_ip": charge.buyer_ip, "h5_info": {"type": "Wap"}}
        kind = "h5" if charge.is_phone else "native"
        status, found = self._ask("POST", f"/v3/pay/transactions/{kind}", body)
        if status != 200:
            return Started(charge.token, outcome=Outcome.FAILED)
        if charge.is_phone:
            return Started(charge.token, redirect_url=_leading_back(found, charge.return_url))
        return Started(charge.token, qr=text_of(found, "code_url", most=500))

    def fetch(self, handle: Handle) -> Payment:
        path = f"/v3/pay/transactions/out-trade-no/{handle.token}?mchid={self.merchant_id}"
        status, found = self._ask("GET", path, None)
        if found.get("code") in _NOT_THERE:
            named = replace(handle, provider_ref=handle.token)
            return unopened(named, is_live=self.capabilities.is_live)
        if status != 200:
            raise Declined(str(found.get("code", "")))
        return self._payment(found, handle)

    def capture(self, handle: Handle, *, amount_fen: int) -> Outcome:
        return Outcome.FAILED

    def void(self, handle: Handle) -> Outcome:
        path = f"/v3/pay/transactions/out-trade-no/{handle.token}/close"
        status, found = self._ask("POST", path, {"mchid": self.merchant_id})
        if status == 204 or found.get("code") in ("ORDER_CLOSED", *_NOT_THERE):
            return Outcome.SUCCEEDED
        return Outcome.FAILED

    def refund(self, handle: Handle, *, token: str, amount_fen: int) -> Returned:
        body = {
            "out_trade_no": handle.token,
            "out_refund_no": token,
            "amount": {
                "refund": amount_fen,
                "total": handle.amount_fen,
                "currency": handle.currency,
            },
        }
        status, found = self._ask("POST", "/v3/refund/domestic/refunds", body)
        if status != 200:
            return Returned(Outcome.FAILED, str(found.get("code", "")))
        outcome = _REFUNDS.get(text_of(found, "status"))
        if outcome is None or found.get("out_refund_no") != token:
            raise ProviderDown
        return Returned(outcome, "" if outcome is not Outcome.FAILED else str(found["status"]))

    def news(self, *, since: datetime) -> Sequence[Notice]:
        return ()

    def verify(self, raw: bytes, headers: Mapping[str, str], *, at: datetime) -> Notice:
        self._check_notice(raw, headers, at)
        try:
            body = json.loads(raw)
            inside = json.loads(unlock(self.api_key, body["resource"]))
            kind = text_of(body, "event_type", most=40)
            event_id = text_of(body, "id")
            if kind.startswith("REFUND."):
                return self._refund_notice(event_id, kind, inside)
            payment = self._payment(inside)
        except (ValueError, KeyError, TypeError, ProviderDown):
            raise BadSignature from None
        kept = {
            name: inside.get(name) for name in ("out_trade_no", "transaction_id", "trade_state")
        }
        return Notice(event_id=event_id, kind=kind, payment=payment, body=kept)

    def _refund_notice(self, event_id: str, kind: str, inside: Mapping[str, Any]) -> Notice:
        """A refund, ours or one made in WeChat Pay's own back office: what it alone has moved."""
        if inside.get("mchid") != self.merchant_id:
            raise ProviderDown
        outcome = _REFUNDS.get(text_of(inside, "refund_status"))
        token, paid = text_of(inside, "out_refund_no"), text_of(inside, "out_trade_no")
        amount = part_of(inside, "amount")
        fen = sum_of(amount, "total")
        return Notice(
            event_id=event_id,
            kind=kind,
            payment=Payment(
                provider_ref=paid,
                token=paid,
                outcome=Outcome.SUCCEEDED,
                amount_fen=fen,
                currency="CNY",
                is_live=self.capabilities.is_live,
                captured_fen=fen,
            ),
            body={"out_refund_no": token, "refund_status": inside["refund_status"]},
            refund_token=token,
            refund_outcome=outcome,
            refund_fen=sum_of(amount, "refund") if outcome is Outcome.SUCCEEDED else 0,
            refund_why="" if outcome is Outcome.SUCCEEDED else inside["refund_status"],
        )

    def _check_notice(self, raw: bytes, headers: Mapping[str, str], at: datetime) -> None:
        stamp = headers.get("Wechatpay-Timestamp", "")
        if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
            raise BadSignature
        if abs(at.timestamp() - int(stamp)) > TOLERANCE_S or not self._is_theirs(raw, headers):
            raise BadSignature

    def _is_theirs(self, raw: bytes, headers: Mapping[str, str]) -> bool:
        key = self.certificates.get(headers.get("Wechatpay-Serial", "")[:64])
        head = [headers.get(f"Wechatpay-{name}", "") for name in ("Timestamp", "Nonce")]
        message = "\n".join(head).encode() + b"\n" + raw + b"\n"
        return key is not None and is_signed(key, message, headers.get("Wechatpay-Signature", ""))

    def _payment(self, found: Mapping[str, Any], asked: Handle | None = None) -> Payment:
        """What it says; ``asked``: whose sum is meant where an unpaid one does not tell it."""
        outcome = _OUTCOMES.get(text_of(found, "trade_state"))
        is_ours = (found.get("mchid"), found.get("appid")) == (self.merchant_id, self.app_id)
        if outcome is None or not is_ours:
            raise ProviderDown
        if asked is not None and outcome is not Outcome.SUCCEEDED:
            fen, currency = asked.amount_fen, asked.currency
        else:
            amount = part_of(found, "amount")
            fen, currency = sum_of(amount, "total"), text_of(amount, "currency", most=3)
        return Payment(
            provider_ref=text_of(found, "out_trade_no"),
            token=text_of(found, "out_trade_no"),
            outcome=outcome,
            amount_fen=fen,
            currency=currency,
            is_live=self.capabilities.is_live,
            transaction_ref=str(found.get("transaction_id", ""))[:120],
            captured_fen=fen if outcome is Outcome.SUCCEEDED else 0,
        )

    def _list_certificates(self) -> Mapping[str, Any]:
        return http.read_object(self._send("GET", _CERTIFICATES, b"").raw)

    def _ask(
        self, method: str, path: str, body: Mapping[str, Any] | None
    ) -> tuple[int, Mapping[str, Any]]:
        """One call; status and answer, if WeChat Pay has signed it and it is final."""
        raw = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
        try:
            reply = self._send(method, path, raw)
            headers = {_titled(name): text for name, text in reply.headers.items()}
            if not self._is_theirs(reply.raw, headers):
                raise ProviderDown
            found = http.read_object(reply.raw) if reply.raw else {}
        except http.NoAnswer:
            raise ProviderDown from None
        if reply.status >= 500 or reply.status == 429 or found.get("code") in _SILENT:
            raise ProviderDown
        return reply.status, found

    def _send(self, method: str, path: str, raw: bytes) -> http.Reply:
        stamp, nonce = str(int(clock.now().timestamp())), token_hex(16)
        message = f"{method}\n{_whole_path(self.url, path)}\n{stamp}\n{nonce}\n".encode()
        signature = sign(self.own_key, message + raw + b"\n")
        fields = {
            "mchid": self.merchant_id,
            "nonce_str": nonce,
            "signature": signature,
            "timestamp": stamp,
            "serial_no": self.serial,
        }
        words = ",".join(f'{name}="{text}"' for name, text in fields.items())
        headers = {
            "Authorization": f"WECHATPAY2-SHA256-RSA2048 {words}",
            "Accept": "application/json",
            "Content-Type": "application/json",
            "User-Agent": "quanyu",
        }
        if self.public_key:  # by which the answer is to be signed
            headers["Wechatpay-Serial"] = self.public_key.id
        try:
            return http.send(method, self.url + path, raw or None, headers)
        except http.NoAnswer:
            raise ProviderDown from None


def _leading_back(found: Mapping[str, Any], return_url: str) -> str:
    """Its page on the phone, told where the buyer goes afterwards."""
    page = text_of(found, "h5_url", most=500)
    if not return_url:
        return page
    return f"{page}{'&' if '?' in page else '?'}{urlencode({'redirect_url': return_url})}"


def _titled(name: str) -> str:
    return "-".join(word.capitalize() for word in name.split("-"))


def _whole_path(url: str, path: str) -> str:
    """The path as WeChat Pay sees it, which is what is signed."""
    return urlsplit(url).path + path
