"""What the stand-in knows: a timetable of real trains, and who is late."""

from __future__ import annotations

import hmac
import json
import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

from kernel import clock
from transport.trains.fakes.keys import Keys
from transport.trains.gateway import NO_SUCH_TRAIN, PATH, SIGNED, signature

_RAILWAY = ZoneInfo("Asia/Shanghai")
_FRESH = timedelta(minutes=15)
_ON_TIME, _LATE, _ARRIVED, _CANCELLED = 4, 6, 7, 8
_CLOCK = "%Y-%m-%d %H:%M"

ARRIVALS = {
    ("G3027", "黄山北"): "09:00",
    ("G2381", "黄山北"): "10:03",
}
"""Trains to Huangshan as they were published in August 2024."""


class SaysNo(Exception):
    """The gateway does not listen: a status, and the words of its X-Ca-Error-Message."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status, self.words = status, words


class TrainDesk:
    """``late`` are minutes by train and day ("G3027", "20261014"); None: it does not run.

    ``faults``: "down" hangs up, "refuse" answers 500 so many times, "garbled" no JSON.
    """

    def __init__(self, keys: Keys, clock_spec: str = "") -> None:
        self.keys, self.clock = keys, clock_spec
        self.arrivals = dict(ARRIVALS)
        self.late: dict[tuple[str, str], int | None] = {}
        self.faults: dict[str, int] = {}
        self.nonces: set[str] = set()
        self.asked = 0
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

    def answer(self, path: str, query: str, headers: Mapping[str, str]) -> tuple[int, bytes, str]:
        """A status, a JSON object, and the gateway's complaint where it has one."""
        asked = dict(parse_qsl(query, keep_blank_values=True))
        try:
            self._listen(path, asked, headers)
        except SaysNo as no:
            return no.status, b"", no.words
        return 200, json.dumps(self._say(asked), ensure_ascii=False).encode(), ""

    def _listen(self, path: str, asked: Mapping[str, str], headers: Mapping[str, str]) -> None:
        """Only to its own application, and to fresh, never repeated and unchanged requests."""
        if path != PATH:
            raise SaysNo(404, "Invalid Path")
        names = tuple(headers.get("x-ca-signature-headers", "").split(","))
        if headers.get("x-ca-key") != self.keys.key or names != SIGNED:
            raise SaysNo(403, "Invalid AppKey")
        right = signature(self.keys.secret, path, asked, headers)
        if not hmac.compare_digest(right, headers.get("x-ca-signature", "")):
            raise SaysNo(400, "Invalid Signature")
        sent = datetime.fromtimestamp(int(headers["x-ca-timestamp"]) // 1000, tz=UTC)
        if abs(self.now - sent) > _FRESH:
            raise SaysNo(400, "Invalid Timestamp")
        with self.lock:
            if headers["x-ca-nonce"] in self.nonces:
                raise SaysNo(400, "Nonce Used")
            self.nonces.add(headers["x-ca-nonce"])
            self.asked += 1

    def _say(self, asked: Mapping[str, str]) -> dict[str, Any]:
        train, station, day = (asked.get(name, "") for name in ("train", "station", "date"))
        clock_words = self.arrivals.get((train, station))
        if clock_words is None:
            return {"code": NO_SUCH_TRAIN, "message": "no such train"}
        local = datetime.strptime(f"{day} {clock_words}", "%Y%m%d %H:%M")  # noqa: DTZ007
        arrives = local.replace(tzinfo=_RAILWAY)
        late = self.late.get((train, day), 0)
        expected = arrives + timedelta(minutes=late or 0)
        said = {
            "trainCode": train, "stationName": station, "trainDate": day,
            "arriveTime": f"{arrives:{_CLOCK}}",
            "expectTime": "" if late is None else f"{expected:{_CLOCK}}",
            "status": self._state(late, expected),
        }  # fmt: skip
        return {"code": 0, "message": "OK", "data": said}

    def _state(self, late: int | None, expected: datetime) -> int:
        if late is None:
            return _CANCELLED
        if expected <= self.now:
            return _ARRIVED
        return _LATE if late > 0 else _ON_TIME
