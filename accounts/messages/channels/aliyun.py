"""Short messages by Alibaba Cloud SMS (Dysmsapi 2017-05-25), signed as ACS3-HMAC-SHA256 asks.

Sources: Alibaba Cloud's documents "SendSms" and "QuerySendDetails". The service has texts of its own:
each kind needs the code of an approved template, which is filled with the message's facts. It sends a
request twice that it is given twice: before a second try it is asked whether the first one arrived.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta, timezone
from typing import Any

from accounts.messages.channels import Letter, Undeliverable
from kernel import acs3, clock, http

VERSION = "2017-05-25"
_CHINA = timezone(timedelta(hours=8))
_ANY = "*"
_FOR_GOOD = frozenset(
    {
        "isv.MOBILE_NUMBER_ILLEGAL",
        "isv.MOBILE_COUNT_OVER_LIMIT",
        "isv.BLACK_KEY_CONTROL_LIMIT",
        "isv.SMS_TEMPLATE_ILLEGAL",
        "isv.SMS_SIGNATURE_ILLEGAL",
        "isv.TEMPLATE_MISSING_PARAMETERS",
        "isv.TEMPLATE_PARAMS_ILLEGAL",
        "isv.PARAM_LENGTH_LIMIT",
        "isv.INVALID_PARAMETERS",
        "isv.INVALID_JSON_PARAM",
    }
)
"""Answers that would be the same the next time."""


@dataclass(frozen=True, slots=True)
class Account(acs3.Account):
    """Whose messages they are, with the approved signature before each text."""

    sign_name: str


class AliyunSms:
    """``templates``: the approved template by kind, or by "kind:language".

    "*" stands for all others: a template of the one variable ``text``.
    """

    name = "SMS"

    def __init__(self, account: Account, templates: Mapping[str, str]) -> None:
        self.account, self.templates = account, templates

    def deliver(self, letter: Letter) -> None:
        if letter.tries > 1 and self._has_taken(letter):
            return
        code, facts = self._template(letter)
        answer = self._call(
            "SendSms",
            {
                "PhoneNumbers": letter.to,
                "SignName": self.account.sign_name,
                "TemplateCode": code,
                "TemplateParam": json.dumps(facts, ensure_ascii=False),
                "OutId": out_id(letter.key),
            },
        )
        if (said := str(answer.get("Code", ""))) == "OK":
            return
        if said in _FOR_GOOD:
            raise Undeliverable(f"the gateway refused it: {said}")
        raise http.NoAnswer(said[:80])

    def _template(self, letter: Letter) -> tuple[str, Mapping[str, str]]:
        for name in (f"{letter.kind}:{letter.language}", letter.kind):
            if code := self.templates.get(name):
                return code, letter.facts
        if code := self.templates.get(_ANY):
            return code, {"text": " ".join(filter(None, (letter.short, letter.link)))}
        raise Undeliverable(f"the gateway has no template for {letter.kind}")

    def _has_taken(self, letter: Letter) -> bool:
        """Whether an earlier try whose answer was lost has reached the gateway after all."""
        today = clock.now().astimezone(_CHINA).date()
        for day in (today, today - timedelta(days=1)):
            answer = self._call(
                "QuerySendDetails",
                {
                    "PhoneNumber": letter.to,
                    "SendDate": f"{day:%Y%m%d}",
                    "PageSize": "50",
                    "CurrentPage": "1",
                },
            )
            if answer.get("Code") != "OK":
                raise http.NoAnswer(str(answer.get("Code"))[:80])
            found = (answer.get("SmsSendDetailDTOs") or {}).get("SmsSendDetailDTO") or []
            if any(each.get("OutId") == out_id(letter.key) for each in found):
                return True
        return False

    def _call(self, action: str, parameters: Mapping[str, str]) -> Mapping[str, Any]:
        """:raises http.NoAnswer: nothing that can be read came back."""
        return acs3.call(self.account, acs3.Wish(action, VERSION, parameters), at=clock.now())


def read_templates(text: str) -> dict[str, str]:
    """Codes by kind, from "bookings.news.paid=SMS_1 accounts.identity.code:en=SMS_2 *=SMS_3".

    :raises ValueError: a word is not name=code.
    """
    found = {}
    for each in text.split():
        name, is_there, code = each.partition("=")
        if not (name and is_there and code):
            raise ValueError(f"{each} is not kind=code")
        found[name] = code
    return found


def out_id(key: str) -> str:
    """How the gateway knows a message of ours again."""
    return hashlib.sha256(key.encode()).hexdigest()[:32]
