"""诺诺 Nuonuo's open platform (诺税通 SaaS): `nuonuo.OpeMplatform.*`, one address, signed requests.

A request is a JSON body with ``senid``, ``nonce``, ``timestamp`` and ``appkey`` in the address and, in
the headers, the method, the seller's token and X-Nuonuo-Sign: Base64 of HMAC-SHA1 over
"a=services&l=v1&p=open&k=…&i=…&n=…&t=…&f=<the body>". An answer has a ``code``, E0000 when it is well.

An invoice is ``requestBillingNew`` by ``orderNo`` (E9106: it has that already) and is asked about by
``queryInvoiceResult``. A red letter is a confirmation form, ``saveInvoiceRedConfirm`` by ``billId``; the
platform issues it under the form's ``orderNo`` as soon as nobody has to agree any more.
Sources: open.nuonuo.com and jss.com.cn/open, interface documents 100607 (V2.0) and those beside it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from secrets import randbelow, token_hex
from typing import Any
from urllib.parse import urlencode, urlsplit
from zoneinfo import ZoneInfo

from bookings.invoices.services import Answer, FileKind, Outcome, Role, Row, ServiceDown, Wanted
from kernel import clock, http
from kernel.breaker import Breaker

URL = "https://sdk.nuonuo.com/open/v1/services"
_FILE_HOSTS = ("nuonuo.com", "nuonuocs.cn", "jss.com.cn")
_MOST_BYTES = 5_000_000
_BEIJING = ZoneInfo("Asia/Shanghai")

_WELL, _KNOWN_ALREADY, _NOT_FOUND = "E0000", "E9106", "E9500"
_OUR_KEYS_ARE_WRONG = "07"
"""Codes of the gateway, before the platform has read anything."""

_ISSUED, _BEING_ISSUED = "2", ("20", "21")
_VOID_FORMS = ("05", "06", "07", "08", "09", "10", "16")
"""Confirmation forms that a side has refused or taken back, that nobody answered, or that failed."""

_ROLES = {Role.PLAIN: "0", Role.DISCOUNT: "1", Role.DISCOUNTED: "2"}
_ORDINARY = "pc"
"""数电普票: an ordinary invoice in electronic form."""

_SERVICE_ENDED = "3"
_SUM = re.compile(r"(-?)(0|[1-9][0-9]{0,11})(?:\.([0-9]{1,2}))?", re.ASCII)
_FILES = {FileKind.PDF: "pdfUrl", FileKind.OFD: "ofdUrl", FileKind.XML: "xmlUrl"}


class Nuonuo:
    """One application of the platform; each seller brings a token of its own."""

    name = "nuonuo"

    def __init__(self, *, app_key: str, app_secret: str, url: str = URL) -> None:
        self.app_key, self._secret, self.url = app_key, app_secret.encode(), url
        self._breaker = Breaker(self.name, down=ServiceDown)

    def issue(self, wanted: Wanted) -> Answer:
        if wanted.reddens:
            return self._ask_for_red(wanted)
        found = self._call("requestBillingNew", wanted, {"order": _order(wanted)})
        if found["code"] not in (_WELL, _KNOWN_ALREADY):
            return _said_no(found)
        return self._unless_unknown(wanted)

    def fetch(self, wanted: Wanted) -> Answer:
        asked = {"orderNos": [wanted.number], "isOfferInvoiceDetail": "0"}
        found = self._call("queryInvoiceResult", wanted, asked)
        if found["code"] == _WELL:
            return _read(found.get("result"), wanted.number)
        if found["code"] != _NOT_FOUND:
            raise ServiceDown
        return self._form(wanted) if wanted.reddens else Answer(Outcome.UNKNOWN)

    def download(self, url: str) -> bytes:
        parts, home = urlsplit(url), urlsplit(self.url)
        is_theirs = parts.scheme == "https" and parts.hostname is not None and any(
            parts.hostname == host or parts.hostname.endswith(f".{host}") for host in _FILE_HOSTS
        )  # fmt: skip
        if not is_theirs and (parts.scheme, parts.netloc) != (home.scheme, home.netloc):
            raise ServiceDown
        with self._breaker.call():
            try:
                reply = http.send("GET", url, None, {}, most=_MOST_BYTES)
            except http.NoAnswer:
                raise ServiceDown from None
        if reply.status != 200 or not reply.raw:
            raise ServiceDown
        return reply.raw

    def _ask_for_red(self, wanted: Wanted) -> Answer:
        """A form is not said to be asked for once only, so it is looked for first."""
        known = self.fetch(wanted)
        if known.outcome is not Outcome.UNKNOWN:
            return known
        found = self._call("saveInvoiceRedConfirm", wanted, _red_form(wanted))
        if found["code"] not in (_WELL, _KNOWN_ALREADY):
            return _said_no(found)
        return self._unless_unknown(wanted)

    def _unless_unknown(self, wanted: Wanted) -> Answer:
        """What has just been taken in may not be found yet."""
        answer = self.fetch(wanted)
        return Answer(Outcome.PENDING) if answer.outcome is Outcome.UNKNOWN else answer

    def _form(self, wanted: Wanted) -> Answer:
        """How far the confirmation form of a red letter is that is not issued."""
        asked = {"identity": "0", "billId": wanted.number}
        found = self._call("queryInvoiceRedConfirm", wanted, asked)
        if found["code"] == _NOT_FOUND:
            return Answer(Outcome.UNKNOWN)
        result = found.get("result")
        rows = result.get("list") if isinstance(result, dict) else None
        if found["code"] != _WELL or not isinstance(rows, list):
            raise ServiceDown
        forms = [
            row for row in rows if isinstance(row, dict) and row.get("billId") == wanted.number
        ]
        if not forms:
            return Answer(Outcome.UNKNOWN)
        if str(forms[0].get("billStatus")) in _VOID_FORMS:
            return Answer(Outcome.FAILED, _words(forms[0].get("billMessage"), "billStatus"))
        return Answer(Outcome.PENDING)

    def _call(self, method: str, wanted: Wanted, content: Mapping[str, Any]) -> dict[str, Any]:
        """One signed request; what the platform says, whatever its code.

        :raises ServiceDown: no answer, none of the platform's own, or one about our keys.
        """
        body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
        with self._breaker.call():
            try:
                reply = http.send("POST", *self._signed(method, wanted, body))
                found = http.read_object(reply.raw)
            except http.NoAnswer:
                raise ServiceDown from None
            code = found.get("code")
            if reply.status != 200 or not isinstance(code, str) or code[:2] == _OUR_KEYS_ARE_WRONG:
                raise ServiceDown
            return found

    def _signed(
        self, method: str, wanted: Wanted, body: bytes
    ) -> tuple[str, bytes, dict[str, str]]:
        once = {
            "senid": token_hex(16),
            "nonce": str(10_000_000 + randbelow(90_000_000)),
            "timestamp": str(int(clock.now().timestamp())),
            "appkey": self.app_key,
        }
        headers = {
            "Content-Type": "application/json;charset=UTF-8",
            "X-Nuonuo-Sign": sign(self._secret, body, **once),
            "accessToken": wanted.seller.access_token,
            "userTax": wanted.seller.tax_number,
            "method": f"nuonuo.OpeMplatform.{method}",
        }
        return f"{self.url}?{urlencode(once)}", body, headers


def sign(secret: bytes, body: bytes, *, appkey: str, senid: str, nonce: str, timestamp: str) -> str:
    """X-Nuonuo-Sign of a request whose path is /open/v1/services."""
    first = f"a=services&l=v1&p=open&k={appkey}&i={senid}&n={nonce}&t={timestamp}&f="
    return base64.b64encode(hmac.new(secret, first.encode() + body, hashlib.sha1).digest()).decode()


def _order(wanted: Wanted) -> dict[str, Any]:
    """An ordinary invoice, delivered to nobody by the platform: it is had from us."""
    seller, buyer = wanted.seller, wanted.buyer
    return {
        "orderNo": wanted.number,
        "invoiceDate": f"{wanted.at.astimezone(_BEIJING):%Y-%m-%d %H:%M:%S}",
        "invoiceType": "1",
        "invoiceLine": _ORDINARY,
        "pushMode": "-1",
        "salerTaxNum": seller.tax_number,
        "salerTel": seller.phone,
        "salerAddress": seller.address,
        "salerAccount": seller.account,
        "clerk": seller.clerk,
        "buyerName": buyer.name,
        "buyerTaxNum": buyer.tax_number,
        "buyerAddress": buyer.address,
        "buyerTel": buyer.phone,
        "buyerAccount": buyer.account,
        "remark": wanted.remark[:200],
        "invoiceDetail": [_detail(row) for row in wanted.rows],
    }


def _detail(row: Row) -> dict[str, str]:
    made = {
        "goodsName": row.name[:90],
        "goodsCode": row.goods_code,
        "specType": row.spec[:40],
        "withTaxFlag": "1",
        "taxRate": _rate(row),
        "tax": _yuan(row.tax_fen),
        "taxExcludedAmount": _yuan(row.untaxed_fen),
        "taxIncludedAmount": _yuan(row.amount_fen),
        "invoiceLineProperty": _ROLES[row.role],
        "favouredPolicyFlag": row.policy,
    }
    if row.quantity:
        made |= {"num": str(row.quantity), "price": _yuan(row.amount_fen // row.quantity)}
    return made


def _red_form(wanted: Wanted) -> dict[str, Any]:
    """By the seller; what is taken back of each row of the invoice, by its place there."""
    return {
        "billId": wanted.number,
        "orderNo": wanted.number,
        "blueInvoiceLine": _ORDINARY,
        "blueElecInvoiceNumber": wanted.reddens,
        "applySource": "0",
        "sellerTaxNo": wanted.seller.tax_number,
        "sellerName": wanted.seller.name,
        "buyerName": wanted.buyer.name,
        "buyerTaxNo": wanted.buyer.tax_number,
        "redReason": _SERVICE_ENDED,
        "detail": [
            {
                "blueDetailIndex": str(row.place),
                "goodsName": row.name[:90],
                "goodsCode": row.goods_code,
                "taxRate": _rate(row),
                "taxExcludedAmount": _yuan(row.untaxed_fen),
                "taxAmount": _yuan(row.tax_fen),
                "favouredPolicyFlag": row.policy,
            }
            for row in wanted.rows
        ],
    }


def _said_no(found: Mapping[str, Any]) -> Answer:
    return Answer(Outcome.FAILED, _words(found.get("describe"), str(found.get("code"))))


def _read(result: Any, number: str) -> Answer:
    """The invoice of this number. :raises ServiceDown: what is said of it cannot be read."""
    rows = result if isinstance(result, list) else [result]
    mine = [row for row in rows if isinstance(row, dict) and row.get("orderNo") == number]
    if not mine:
        raise ServiceDown
    found, status = mine[0], str(mine[0].get("status"))
    if status in _BEING_ISSUED:
        return Answer(Outcome.PENDING)
    if status != _ISSUED:
        return Answer(Outcome.FAILED, _words(found.get("failCause"), f"status {status}"))
    serial = str(found.get("allElectronicInvoiceNumber") or found.get("invoiceNo") or "")
    if not re.fullmatch(r"[0-9]{8,20}", serial, re.ASCII):
        raise ServiceDown
    urls = {kind: str(found.get(name) or "") for kind, name in _FILES.items()}
    return Answer(
        Outcome.ISSUED,
        serial=serial,
        issued_at=_moment(found.get("invoiceTime")),
        total_fen=_fen(found.get("orderAmount")),
        files={kind: url[:500] for kind, url in urls.items() if url},
    )


def _words(said: Any, otherwise: str) -> str:
    return (said if isinstance(said, str) and said else otherwise)[:200]


def _rate(row: Row) -> str:
    """60 permille is "0.06"."""
    return f"0.{row.permille:03d}".rstrip("0") if row.permille else "0"


def _yuan(fen: int) -> str:
    """Yuan with two decimals as text."""
    units, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{units}.{rest:02d}"


def _fen(said: Any) -> int:
    """Fen from yuan as text. :raises ServiceDown: it is no sum."""
    match = _SUM.fullmatch(said) if isinstance(said, str) else None
    if match is None:
        raise ServiceDown
    fen = int(match[2]) * 100 + int((match[3] or "").ljust(2, "0"))
    return -fen if match[1] else fen


def _moment(said: Any) -> datetime:
    """From milliseconds since 1970. :raises ServiceDown: it is no moment."""
    if type(said) is not int or not 0 < said < 10**14:
        raise ServiceDown
    return datetime.fromtimestamp(said // 1000, UTC)
