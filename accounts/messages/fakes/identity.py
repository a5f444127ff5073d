"""A stand-in of Alibaba Cloud's check of a name against a resident number (Id2MetaVerify).

Its register learns: the first name that it hears for a number is the right one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from accounts.messages.fakes.desk import Desk, SaysNo
from accounts.messages.fakes.keys import Keys

ACTION = "Id2MetaVerify"
_NUMBER = re.compile(r"\d{17}[\dX]")
_SAME, _OTHER, _NOBODY = "1", "2", "3"


class IdentityDesk(Desk):
    """One account at the register. ``strangers`` are numbers of whom it has no record."""

    version = "2019-03-07"

    def __init__(self, keys: Keys, clock_spec: str = "") -> None:
        super().__init__(keys, clock_spec)
        self.names: dict[str, str] = {}
        self.strangers: set[str] = set()
        self.asked = 0
        self.verbs = {ACTION: self._verify}

    def _verify(self, given: Mapping[str, str]) -> dict[str, Any]:
        number, name = given.get("IdentifyNum", ""), given.get("UserName", "")
        if given.get("ParamType") != "normal" or not name or not _NUMBER.fullmatch(number):
            raise SaysNo("401", 400)
        with self.lock:
            self.asked += 1
            known = self.names.setdefault(number, name)
        code = _NOBODY if number in self.strangers else _SAME if known == name else _OTHER
        return {"Code": "200", "Message": "success", "ResultObject": {"BizCode": code}}
