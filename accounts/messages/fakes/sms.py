"""A stand-in of Alibaba Cloud SMS: who may ask, which texts are approved, what was sent.

Like the real one it sends a request twice that it is given twice.
"""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from accounts.messages.fakes.desk import Desk, SaysNo
from accounts.messages.fakes.keys import ANY_TEXT, Keys

_MOST_KEPT = 1000
_CHINA = timezone(timedelta(hours=8))
_VARIABLE = re.compile(r"\$\{(\w+)\}")
_PHONE = re.compile(r"1\d{10}")


@dataclass(frozen=True)
class Sent:
    """One message as it went to a phone."""

    to: str
    text: str
    out_id: str
    code: str
    at: datetime


class SmsDesk(Desk):
    """One account at the gateway; what was sent is kept in memory.

    ``refuse`` fails before the deed, ``error_after_success`` and ``drop_reply`` after it, ``illegal``
    says that there is no such number, ``busy`` that the number has had too many.
    """

    version = "2017-05-25"

    def __init__(self, keys: Keys, clock_spec: str = "") -> None:
        super().__init__(keys, clock_spec)
        self.templates = {ANY_TEXT: "${text}"}
        self.sent: deque[Sent] = deque(maxlen=_MOST_KEPT)
        self.verbs = {"SendSms": self._send, "QuerySendDetails": self._details}

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
