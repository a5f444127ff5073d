"""A stand-in of Alibaba Cloud SMS: who may ask, which texts are approved, what was sent.

Like the real one it sends a request twice that it is given twice.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import parse_qsl

from accounts.messages.fakes.keys import ANY_TEXT, Keys
from kernel import clock

_MOST_KEPT = 1000
_CHINA = timezone(timedelta(hours=8))
_FRESH = timedelta(minutes=15)
_VERSION = "2017-05-25"
_AUTHORIZATION = re.compile(
    r"ACS3-HMAC-SHA256 Credential=(?P<key>[^,]+),SignedHeaders=(?P<names>[^,]+),Signature=(?P<mark>\w+)"
)
_MUST_BE_SIGNED = {"host", "x-acs-action", "x-acs-date", "x-acs-signature-nonce", "x-acs-version"}
_VARIABLE = re.compile(r"\$\{(\w+)\}")
_PHONE = re.compile(r"1\d{10}")


class SaysNo(Exception):
    """A code of the gateway's, under an HTTP status: 400 where it does not listen at all."""

    def __init__(self, code: str, status: int = 200) -> None:
        super().__init__(code)
        self.code, self.status = code, status


@dataclass(frozen=True)
class Sent:
    """One message as it went to a phone."""

    to: str
    text: str
    out_id: str
    code: str
    at: datetime


class SmsDesk:
    """One account at the gateway. ``faults`` are how often what goes wrong; kept in memory.

    ``refuse`` fails before the deed, ``error_after_success`` and ``drop_reply`` after it, ``illegal``
    says that there is no such number, ``busy`` that the number has had too many.
    """

    def __init__(self, keys: Keys, clock_spec: str = "") -> None:
        self.keys, self.clock = keys, clock_spec
        self.templates = {ANY_TEXT: "${text}"}
        self.faults: dict[str, int] = {}
        self.sent: deque[Sent] = deque(maxlen=_MOST_KEPT)
        self.nonces: set[str] = set()
        self.lock = threading.Lock()

    @property
    def now(self) -> datetime:
        """This run's clock."""
        return clock.moved_now(self.clock)

    def fault(self, name: str) -> bool:
        """Whether it goes wrong this time; one fewer from now on."""
        with self.lock:
            left = self.faults.get(name, 0)
            self.faults[name] = max(left - 1, 0)
        return left > 0

    def answer(self, query: str, headers: Mapping[str, str], raw: bytes) -> tuple[int, bytes]:
        """Carry out one request: a status and a JSON object."""
        try:
            self._listen(query, headers, raw)
            verbs = {"SendSms": self._send, "QuerySendDetails": self._details}
            verb = verbs.get(headers["x-acs-action"])
            if verb is None:
                raise SaysNo("InvalidAction.NotFound", 404)
            said = {"Code": "OK", "Message": "OK", **verb(dict(parse_qsl(query)))}
            return 200, json.dumps(said).encode()
        except SaysNo as no:
            return no.status, json.dumps({"Code": no.code, "Message": no.code}).encode()

    def _listen(self, query: str, headers: Mapping[str, str], raw: bytes) -> None:
        """Only to the account's own, fresh, never repeated and unchanged requests."""
        read = _AUTHORIZATION.fullmatch(headers.get("authorization", ""))
        if read is None or read["key"] != self.keys.key_id:
            raise SaysNo("InvalidAccessKeyId.NotFound", 404)
        names = read["names"].split(";")
        if names != sorted(names) or not set(names) >= _MUST_BE_SIGNED:
            raise SaysNo("IncompleteSignature", 400)
        body = hashlib.sha256(raw).hexdigest()
        lines = "".join(f"{name}:{headers.get(name, '').strip()}\n" for name in names)
        asked = f"POST\n/\n{query}\n{lines}\n{read['names']}\n{body}"
        told = f"ACS3-HMAC-SHA256\n{hashlib.sha256(asked.encode()).hexdigest()}"
        right = hmac.new(self.keys.secret.encode(), told.encode(), hashlib.sha256).hexdigest()
        if not hmac.compare_digest(right, read["mark"]):
            raise SaysNo("SignatureDoesNotMatch", 400)
        if headers["x-acs-version"] != _VERSION:
            raise SaysNo("InvalidVersion", 400)
        self._must_be_new(headers)

    def _must_be_new(self, headers: Mapping[str, str]) -> None:
        when = datetime.fromisoformat(headers["x-acs-date"])
        if abs(self.now - when) > _FRESH:
            raise SaysNo("InvalidTimeStamp.Expired", 400)
        with self.lock:
            if headers["x-acs-signature-nonce"] in self.nonces:
                raise SaysNo("SignatureNonceUsed", 400)
            self.nonces.add(headers["x-acs-signature-nonce"])

    def _send(self, given: Mapping[str, str]) -> dict[str, Any]:
        to, code = given.get("PhoneNumbers", ""), given.get("TemplateCode", "")
        if self.fault("busy"):
            raise SaysNo("isv.BUSINESS_LIMIT_CONTROL")
        if self.fault("illegal") or not _PHONE.fullmatch(to):
            raise SaysNo("isv.MOBILE_NUMBER_ILLEGAL")
        if given.get("SignName") != self.keys.sign_name:
            raise SaysNo("isv.SMS_SIGNATURE_ILLEGAL")
        if code not in self.templates:
            raise SaysNo("isv.SMS_TEMPLATE_ILLEGAL")
        text = _filled(self.templates[code], given.get("TemplateParam", "{}"))
        with self.lock:
            signed = f"【{self.keys.sign_name}】{text}"
            self.sent.append(Sent(to, signed, given.get("OutId", ""), code, self.now))
            return {"BizId": f"{len(self.sent)}^0"}

    def _details(self, given: Mapping[str, str]) -> dict[str, Any]:
        day = given.get("SendDate", "")
        with self.lock:
            rows = [
                {"OutId": sent.out_id, "PhoneNum": sent.to, "SendStatus": 3, "Content": sent.text}
                for sent in self.sent
                if sent.to == given.get("PhoneNumber")
                and f"{sent.at.astimezone(_CHINA):%Y%m%d}" == day
            ]
        return {"TotalCount": str(len(rows)), "SmsSendDetailDTOs": {"SmsSendDetailDTO": rows[:50]}}


def _filled(text: str, parameters: str) -> str:
    try:
        words = json.loads(parameters)
    except ValueError:
        raise SaysNo("isv.INVALID_JSON_PARAM") from None
    if set(_VARIABLE.findall(text)) - words.keys():
        raise SaysNo("isv.TEMPLATE_MISSING_PARAMETERS")
    return _VARIABLE.sub(lambda match: str(words[match[1]]), text)
