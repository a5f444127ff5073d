"""Alibaba Cloud's comparison of a name with a resident number (Cloudauth 2019-03-07, Id2MetaVerify).

Source: Alibaba Cloud's documents "Id2MetaVerify" and "V3 request structure and signature". Name and
number go in the form: an address may stand in a log.
"""

from __future__ import annotations

from django.conf import settings

from accounts.travellers.checks import Checker, Outcome
from kernel import acs3, clock, http

_VERSION, _URL = "2019-03-07", "https://cloudauth.aliyuncs.com"
_OUTCOMES = {"1": Outcome.MATCH, "2": Outcome.MISMATCH, "3": Outcome.UNKNOWN}
_GOOD, _WRONG_INPUT = "200", "401"


class AliyunIdentity:
    """The two-factor check: who has this number, and is it this name."""

    name = "aliyun"

    def __init__(self, account: acs3.Account) -> None:
        self.account = account

    def check(self, *, name: str, number: str) -> Outcome:
        form = {"ParamType": "normal", "IdentifyNum": number, "UserName": name}
        answer = acs3.call(
            self.account, acs3.Wish("Id2MetaVerify", _VERSION, form=form), at=clock.now()
        )
        said = str(answer.get("Code", ""))
        if said == _WRONG_INPUT:
            return Outcome.UNKNOWN
        if said != _GOOD:
            raise http.NoAnswer(said[:80])
        found = answer.get("ResultObject")
        code = str(found.get("BizCode")) if isinstance(found, dict) else ""
        if code not in _OUTCOMES:
            raise http.NoAnswer("an unknown outcome")
        return _OUTCOMES[code]


def checker() -> Checker | None:
    """The service whose keys are set, or none."""
    keys = settings.IDENTITY_CHECK
    if not keys["KEY_ID"]:
        return None
    url = keys["URL"].rstrip("/") or _URL
    return AliyunIdentity(acs3.Account(keys["KEY_ID"], keys["KEY_SECRET"], url))
