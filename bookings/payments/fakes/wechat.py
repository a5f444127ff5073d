"""WeChat Pay's stand-in: API v3 with signatures both ways, sealed notices, certificates that change.

A merchant that names its public key by id in a request is in public-key mode from then on.
"""

from __future__ import annotations

import base64
import json
import re
import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bookings.payments.fakes.desk import Desk, Reply, Request
from bookings.payments.fakes.keys import certificate
from bookings.payments.reading import is_signed, private_key, public_key, sign

_STATE = {"PENDING": "NOTPAY", "SUCCEEDED": "SUCCESS", "FAILED": "CLOSED"}
_NUMBER = re.compile(r"[0-9A-Za-z_*-]{6,32}", re.ASCII)
_FIELD = re.compile(r'(\w+)="([^"]*)"')


class WeChatDesk(Desk):
    """Checks our signature over method, path, time, nonce and body; signs each answer."""

    name = "wechat"
    spoken = ("WeChat Pay", "微信支付")

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._pem, self._certificate = self.keys.wechat_their_key, self.keys.wechat_certificate
        self._has_one_key = False

    def rotate(self) -> None:
        """From now on another key signs."""
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self._certificate = certificate(key)
        self._pem = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ).decode()

    @property
    def serial(self) -> str:
        """Of the certificate that signs now, or the id of the one key."""
        if self._has_one_key:
            return self.keys.wechat_public_key_id
        return f"{x509.load_pem_x509_certificate(self._certificate.encode()).serial_number:X}"

    def answer(self, request: Request) -> Reply:
        if not self._is_ours(request):
            return self._json(401, {"code": "SIGN_ERROR", "message": "signature"})
        named = request.headers.get("Wechatpay-Serial")
        self._has_one_key = named == self.keys.wechat_public_key_id
        body = json.loads(request.raw) if request.raw else {}
        path = urlsplit(request.path).path
        match (request.method, *path.strip("/").split("/")[2:]):
            case "GET", "certificates" if not self._has_one_key:
                return self._json(200, {"data": [self._own_certificate()]})
            case "POST", "pay", "transactions", ("native" | "h5") as kind:
                return self._start(body, kind)
            case "GET", "pay", "transactions", "out-trade-no", token:
                return self._query(token)
            case "POST", "pay", "transactions", "out-trade-no", token, "close":
                return self._close(token)
            case "POST", "refund", "domestic", "refunds":
                return self._give_back(body)
        return self._json(404, {"code": "NOT_FOUND", "message": "no such address"})

    def _is_ours(self, request: Request) -> bool:
        kind, _space, rest = request.headers.get("Authorization", "").partition(" ")
        fields = dict(_FIELD.findall(rest))
        head = (request.method, request.path, fields.get("timestamp"), fields.get("nonce_str"))
        message = "".join(f"{part}\n" for part in head).encode() + request.raw + b"\n"
        return (
            kind == "WECHATPAY2-SHA256-RSA2048"
            and fields.get("mchid") == self.keys.wechat_merchant_id
            and fields.get("serial_no") == self.keys.wechat_serial
            and is_signed(
                public_key(self.keys.wechat_own_public_key), message, fields.get("signature", "")
            )
        )

    def _start(self, body: Mapping[str, Any], kind: str) -> Reply:
        if not _NUMBER.fullmatch(body["out_trade_no"]):
            return self._json(400, {"code": "PARAM_ERROR", "message": "out_trade_no"})
        if kind == "h5" and not body["scene_info"]["payer_client_ip"]:
            return self._json(400, {"code": "PARAM_ERROR", "message": "payer_client_ip"})
        made = self.create({
            "token": body["out_trade_no"],
            "amount": body["amount"]["total"],
            "currency": body["amount"]["currency"],
            "words": body["description"],
            "return_url": "",
            "notice_url": body["notify_url"],
            "language": "zh",
            "how": "CHARGE",
        })  # fmt: skip
        if kind == "native":
            return self._json(200, {"code_url": made["pay_url"]})
        return self._json(200, {"h5_url": f"{made['pay_url']}?package={made['id']}"})

    def _query(self, token: str) -> Reply:
        payment = self.by_token(token)
        if not payment:
            return self._json(404, {"code": "ORDER_NOT_EXIST", "message": "none"})
        return self._json(200, self._transaction(payment))

    def _transaction(self, payment: Mapping[str, Any]) -> dict[str, Any]:
        """The sum of it only where it was paid, as WeChat Pay has it."""
        is_paid = payment["status"] == "SUCCEEDED"
        amount = {"total": payment["amount"], "currency": payment["currency"]}
        return {
            "appid": self.keys.wechat_app_id,
            "mchid": self.keys.wechat_merchant_id,
            "out_trade_no": payment["token"],
            "transaction_id": f"4200{payment['id']}" if is_paid else "",
            "trade_type": "MWEB",
            "trade_state": "REFUND"
            if is_paid and payment["refunded"]
            else _STATE[payment["status"]],
            **({"amount": amount} if is_paid else {}),
        }

    def _close(self, token: str) -> Reply:
        payment = self.by_token(token)
        if not payment:
            return self._json(404, {"code": "ORDER_NOT_EXIST", "message": "none"})
        if self.void(payment["id"]) is None:
            return self._json(400, {"code": "ORDER_PAID", "message": "paid"})
        return self._signed(204, b"")

    def _give_back(self, body: Mapping[str, Any]) -> Reply:
        payment = self.by_token(body["out_trade_no"])
        if not payment:
            return self._json(404, {"code": "RESOURCE_NOT_EXISTS", "message": "none"})
        amount = body["amount"]
        is_right = amount["total"] == payment["amount"]
        if not is_right or not self.pay_back(
            payment["id"], body["out_refund_no"], amount["refund"]
        ):
            return self._json(403, {"code": "NOT_ENOUGH", "message": "more than there is"})
        return self._json(200, {"out_refund_no": body["out_refund_no"], "status": "SUCCESS"})

    def _own_certificate(self) -> dict[str, Any]:
        return {
            "serial_no": self.serial,
            "encrypt_certificate": self._locked(self._certificate.encode(), "certificate"),
        }

    def _locked(self, plain: bytes, what: str) -> dict[str, str]:
        nonce = secrets.token_hex(6)
        cipher = AESGCM(self.keys.wechat_api_key.encode())
        sealed = cipher.encrypt(nonce.encode(), plain, what.encode())
        return {
            "algorithm": "AEAD_AES_256_GCM",
            "nonce": nonce,
            "associated_data": what,
            "ciphertext": base64.b64encode(sealed).decode(),
        }

    def notice(self, kind: str, payment: Mapping[str, Any]) -> str:
        """Only of success: the old news of "shuffled" is the success told once more."""
        paid = self.say(payment["id"])
        if paid["status"] != "SUCCEEDED":
            return ""
        inside = json.dumps(self._transaction(paid) | {"payer": {"openid": "o-stand-in"}})
        return self._letter("TRANSACTION.SUCCESS", inside, "transaction")

    def refund_notices(self, payment: Mapping[str, Any], token: str, amount: int) -> list[str]:
        return [self.refund_letter(payment, token, amount, "SUCCESS")]

    def refund_letter(
        self, payment: Mapping[str, Any], token: str, amount: int, status: str
    ) -> str:
        """How a refund has ended: "SUCCESS", "ABNORMAL" (it may still go otherwise), "CLOSED"."""
        inside = {
            "mchid": self.keys.wechat_merchant_id,
            "out_trade_no": payment["token"],
            "out_refund_no": token,
            "refund_status": status,
            "amount": {"total": payment["amount"], "refund": amount},
        }
        return self._letter(f"REFUND.{status}", json.dumps(inside), "refund")

    def _letter(self, kind: str, inside: str, what: str) -> str:
        return json.dumps({
            "id": secrets.token_hex(16),
            "create_time": self.now.isoformat(timespec="seconds"),
            "event_type": kind,
            "resource_type": "encrypt-resource",
            "resource": self._locked(inside.encode(), what),
        })  # fmt: skip

    def seal(self, raw: bytes) -> dict[str, str]:
        stamp, nonce = str(int(self.now.timestamp())), secrets.token_hex(16)
        pem = self.keys.wechat_their_key if self._has_one_key else self._pem
        pem = self.keys.wechat_own_key if self.faults.get("forge") else pem
        message = f"{stamp}\n{nonce}\n".encode() + raw + b"\n"
        return {
            "Content-Type": "application/json",
            "Wechatpay-Timestamp": stamp,
            "Wechatpay-Nonce": nonce,
            "Wechatpay-Serial": self.serial,
            "Wechatpay-Signature": sign(private_key(pem), message),
        }

    def _json(self, status: int, body: Mapping[str, Any]) -> Reply:
        return self._signed(status, json.dumps(body).encode())

    def _signed(self, status: int, raw: bytes) -> Reply:
        return Reply(status, raw, self.seal(raw))
