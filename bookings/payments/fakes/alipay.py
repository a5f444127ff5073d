"""Alipay's stand-in: pages that the buyer opens by a signed address, the gateway, signed notices."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit
from zoneinfo import ZoneInfo

from bookings.payments.fakes.desk import Desk, Reply, Request
from bookings.payments.reading import fen_of, is_signed, private_key, public_key, sign, yuan_of

_STATUS = {
    "PENDING": "WAIT_BUYER_PAY", "SUCCEEDED": "TRADE_SUCCESS", "FAILED": "TRADE_CLOSED",
}  # fmt: skip
_NUMBER = re.compile(r"[A-Za-z0-9_]{1,64}", re.ASCII)
_PAGES = ("alipay.trade.wap.pay", "alipay.trade.page.pay")


class AlipayDesk(Desk):
    """Checks our RSA2 signature, signs with its own."""

    name = "alipay"
    spoken = ("Alipay", "支付宝")

    def answer(self, request: Request) -> Reply:
        query = urlsplit(request.path).query
        fields = dict(parse_qsl(request.raw.decode() or query, keep_blank_values=True))
        message = "&".join(f"{k}={v}" for k, v in sorted(fields.items()) if k != "sign")
        own = public_key(self.keys.alipay_own_public_key)
        if fields.get("app_id") != self.keys.alipay_app_id or not is_signed(
            own, message.encode(), fields.get("sign", "")
        ):
            return self._say(
                fields.get("method", "none"), {"code": "40002", "sub_code": "isv.invalid-signature"}
            )
        content = json.loads(fields["biz_content"])
        if not _NUMBER.fullmatch(content["out_trade_no"]):
            return self._say(fields["method"], _no("ACQ.INVALID_PARAMETER"))
        if fields["method"] in _PAGES:
            return self._open(fields, content)
        verbs = {
            "alipay.trade.query": self._query,
            "alipay.trade.close": self._close,
            "alipay.trade.refund": self._give_back,
            "alipay.trade.fastpay.refund.query": self._refund_query,
        }
        return self._say(fields["method"], verbs[fields["method"]](content))

    def _open(self, fields: Mapping[str, str], content: Mapping[str, Any]) -> Reply:
        made = self.create({
            "token": content["out_trade_no"],
            "amount": fen_of(content["total_amount"]),
            "currency": "CNY",
            "words": content["subject"],
            "return_url": fields.get("return_url", ""),
            "notice_url": fields["notify_url"],
            "language": "zh",
            "how": "CHARGE",
        })  # fmt: skip
        return Reply(302, headers={"Location": made["pay_url"]})

    def _query(self, content: Mapping[str, Any]) -> dict[str, Any]:
        payment = self.by_token(content["out_trade_no"])
        if not payment:
            return _no("ACQ.TRADE_NOT_EXIST")
        return {"code": "10000", "msg": "Success", **self._trade(payment, "send_pay_date")}

    def _trade(self, payment: Mapping[str, Any], paid_at: str) -> dict[str, str]:
        """What answers and notices have in common; what was paid has a moment of it."""
        is_paid = payment["status"] == "SUCCEEDED"
        is_returned = is_paid and payment["refunded"] >= payment["amount"]
        found = {
            "out_trade_no": payment["token"],
            "trade_no": f"2026{payment['id']}",
            "trade_status": "TRADE_CLOSED" if is_returned else _STATUS[payment["status"]],
            "total_amount": yuan_of(payment["amount"]),
        }
        return found | ({paid_at: _text_of(self.now)} if is_paid else {})

    def _close(self, content: Mapping[str, Any]) -> dict[str, Any]:
        payment = self.by_token(content["out_trade_no"])
        if not payment:
            return _no("ACQ.TRADE_NOT_EXIST")
        is_open = payment["status"] == "PENDING" and self.void(payment["id"])
        return {"code": "10000"} if is_open else _no("ACQ.TRADE_STATUS_ERROR")

    def _give_back(self, content: Mapping[str, Any]) -> dict[str, Any]:
        payment = self.by_token(content["out_trade_no"])
        if not payment:
            return _no("ACQ.TRADE_NOT_EXIST")
        before = payment["refunded"]
        fen = fen_of(content["refund_amount"])
        if not self.pay_back(payment["id"], content["out_request_no"], fen):
            return _no("ACQ.REFUND_AMT_NOT_EQUAL_TOTAL")
        is_moved = self.say(payment["id"])["refunded"] != before
        return {"code": "10000", "msg": "Success", "fund_change": "Y" if is_moved else "N"}

    def _refund_query(self, content: Mapping[str, Any]) -> dict[str, Any]:
        known = self.store.one("SELECT 1 FROM refund WHERE token = ?", content["out_request_no"])
        return {"code": "10000", **({"refund_status": "REFUND_SUCCESS"} if known else {})}

    def _say(self, method: str, found: Mapping[str, Any]) -> Reply:
        body = json.dumps(found, ensure_ascii=False)
        name = method.replace(".", "_") + "_response"
        signature = self._sign(body.encode())
        whole = f'{{"{name}":{body},"sign":"{signature}"}}'
        return Reply(200, whole.encode(), {"Content-Type": "application/json"})

    def _sign(self, raw: bytes) -> str:
        wrong = self.keys.alipay_own_key  # a key that is not Alipay's
        pem = wrong if self.faults.get("forge") else self.keys.alipay_their_key
        return sign(private_key(pem), raw)

    def notice(self, kind: str, payment: Mapping[str, Any]) -> str:
        returned = payment.get("refunded") or 0
        fields = {
            "app_id": self.keys.alipay_app_id,
            "notify_id": secrets.token_hex(16),
            "notify_time": _text_of(self.now),
            "notify_type": "trade_status_sync",
            "charset": "utf-8",
            "version": "1.0",
            "buyer_logon_id": "158****1562",
            **self._trade(payment, "gmt_payment"),
            **({"refund_fee": yuan_of(returned)} if returned else {}),
        }
        message = "&".join(f"{name}={fields[name]}" for name in sorted(fields))
        return urlencode({**fields, "sign_type": "RSA2", "sign": self._sign(message.encode())})

    def refund_notices(self, payment: Mapping[str, Any], token: str, amount: int) -> list[str]:
        return [self.notice("refund", payment)]

    def seal(self, raw: bytes) -> dict[str, str]:
        return {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}


def _text_of(moment: datetime) -> str:
    return moment.astimezone(ZoneInfo("Asia/Shanghai")).strftime("%Y-%m-%d %H:%M:%S")


def _no(sub_code: str) -> dict[str, Any]:
    return {"code": "40004", "msg": "Business Failed", "sub_code": sub_code}
