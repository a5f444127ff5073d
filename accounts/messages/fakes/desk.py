"""How a stand-in of Alibaba Cloud listens: to its own account, to fresh and unchanged requests only."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import parse_qsl

from accounts.messages.fakes.keys import Keys
from kernel import clock

_FRESH = timedelta(minutes=15)
_AUTHORIZATION = re.compile(
    r"ACS3-HMAC-SHA256 Credential=(?P<key>[^,]+),SignedHeaders=(?P<names>[^,]+),Signature=(?P<mark>\w+)"
)
_MUST_BE_SIGNED = {"host", "x-acs-action", "x-acs-date", "x-acs-signature-nonce", "x-acs-version"}


class SaysNo(Exception):
    """A code of the gateway's, under an HTTP status: 400 where it does not listen at all."""

    def __init__(self, code: str, status: int = 200) -> None:
        super().__init__(code)
        self.code, self.status = code, status


class Desk:
    """One service of one account. ``faults`` are how often what goes wrong; ``verbs`` what it can do."""

    version: ClassVar[str]

    def __init__(self, keys: Keys, clock_spec: str = "") -> None:
        self.keys, self.clock = keys, clock_spec
        self.faults: dict[str, int] = {}
        self.nonces: set[str] = set()
        self.lock = threading.Lock()
        self.verbs: dict[str, Callable[[Mapping[str, str]], dict[str, Any]]] = {}

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
            verb = self.verbs.get(headers["x-acs-action"])
            if verb is None:
                raise SaysNo("InvalidAction.NotFound", 404)
            given = dict(parse_qsl(query)) | dict(parse_qsl(raw.decode()))
            said = {"Code": "OK", "Message": "OK", **verb(given)}
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
        if headers["x-acs-version"] != self.version:
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
