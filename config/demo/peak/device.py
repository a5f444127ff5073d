"""A gate as a program of its own: enrolled, signing, with the day's list; it decides alone where it must.

It speaks what docs/algorithms/gates.md publishes for partners, over HTTP only.
"""

from __future__ import annotations

import base64
import http.client
import json
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from bookings.codes import wire
from bookings.contracts import Direction, Reentry
from bookings.gates import bundle, tags
from bookings.gates.devices import DeviceKey, packed
from bookings.vouchers import rules
from config.demo.browser import Timings
from kernel import clock, codes
from kernel.errors import Refusal

_BATCH, _TIMEOUT_S, _PAUSE_S = 50, 30, 0.1
_RULES = (Reentry.COUNTED, Reentry.AFTER_EXIT, Reentry.FREE)

Heard = Callable[[dict[str, Any]], None]
"""Is told what became of a scan: "ok", and the reason."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One code that is shown or typed. ``heard`` gets the answer, of this gate or of the site."""

    text: str
    typed: str
    heard: Heard


@dataclass
class _Row:
    """One right of the list, and how it stands by what this gate knows."""

    right: rules.Right
    standing: rules.Standing
    is_barred: bool


class Device:
    """One gate with its own key. ``away`` while its network is cut."""

    def __init__(self, site: str, timings: Timings, invitation: str) -> None:
        self.host, self.timings = urlsplit(site).netloc, timings
        self.key, self.number = DeviceKey(), 0
        self.away = False
        self.inbox: deque[Shown] = deque()
        self.kept: list[tuple[dict[str, Any], Heard]] = []
        self.let_in_alone = 0
        body = {"code": invitation, "public_key": packed(self.key.public)}
        self.about = json.loads(self._ask("/gate/v1/enrol", body, signed=False))
        self.id = self.about["device"]

    def load(self) -> None:
        """Fetch the day's list."""
        raw = self._ask("/gate/v1/bundle", {})
        length = int.from_bytes(raw[4:8], "big")
        self.head = json.loads(raw[8 : 8 + length])
        self.tag_key = base64.b64decode(self.about["tag_key"])
        self.keys = {
            bytes.fromhex(kid): bytes.fromhex(key) for kid, key in self.head["keys"].items()
        }
        self.rows: dict[bytes, list[_Row]] = defaultdict(list)
        self.typed: dict[bytes, bytes] = {}
        start = 8 + length
        for number in range(self.head["rows"]):
            self._keep_row(bundle.ROW.unpack_from(raw, start + number * bundle.ROW.size))

    def _keep_row(self, row: tuple[Any, ...]) -> None:
        serial, typed, _document, _pass, _least, zone, flags, rule, most, used, days = row[:11]
        _show, doors_in, doors_out, begins, ends, entered, _voucher = row[11:]
        if self.head["zones"][zone] != self.head["zones"][0]:
            return
        entered_at = _moment(entered) if entered else None
        right = rules.Right(
            valid_from=_moment(begins),
            valid_until=_moment(ends),
            venue=ZoneInfo(self.head["timezone"]),
            entries=most,
            rule=_RULES[rule],
            reentry_days=days,
            doors_in=self.head["doors"][doors_in],
            doors_out=self.head["doors"][doors_out],
            is_void=bool(flags & bundle.VOID),
        )
        standing = rules.Standing(used, bool(flags & bundle.INSIDE), entered_at)
        is_barred = bool(flags & (bundle.BARRED | bundle.UNPAID))
        self.rows[serial].append(_Row(right, standing, is_barred))
        self.typed[typed] = serial

    def work(self, closing: threading.Event) -> None:
        """Take what is shown until the gate closes and everything is told."""
        while not closing.is_set() or self.inbox or self.kept:
            shown = [self.inbox.popleft() for _ in range(min(_BATCH, len(self.inbox)))]
            if self.away:
                self.kept += [self._alone(each) for each in shown]
            elif self.kept:
                self._tell(self.kept[:_BATCH])
                del self.kept[:_BATCH]
                self.inbox.extendleft(reversed(shown))
            elif shown:
                self._tell([self._asked(each) for each in shown])
            if not shown:
                time.sleep(_PAUSE_S)

    def beat(self) -> None:
        """Say how it is."""
        said = {"version": "demo", "queue": len(self.kept), "cursor": self.head["cursor"]}
        self._ask("/gate/v1/beat", {**said, "battery": 80})

    def _asked(self, shown: Shown) -> tuple[dict[str, Any], Heard]:
        return self._scan(shown, offline=False), shown.heard

    def _alone(self, shown: Shown) -> tuple[dict[str, Any], Heard]:
        """What this gate says by itself; the person is told at once, the site later."""
        reason = self._judge(shown)
        self.let_in_alone += not reason
        shown.heard({"ok": not reason, "reason": reason, "alone": True})
        told = self._scan(shown, offline=True) | {"let_in": not reason, "reason": reason}
        return told, lambda _answer: None

    def _scan(self, shown: Shown, *, offline: bool) -> dict[str, Any]:
        self.number += 1
        return {
            "seq": self.number,
            "at_ms": int(clock.now().timestamp() * 1000),
            "text": shown.text or shown.typed,
            "shown": "CODE" if shown.text else "PAPER",
            "offline": offline,
        }

    def _judge(self, shown: Shown) -> str:
        """Why not, by the list alone; empty: let in."""
        at = clock.now()
        try:
            serial = self._serial(shown, at)
        except Refusal as refusal:
            return refusal.code
        door = self.head["door"]
        for row in self.rows.get(serial, ()):
            if row.is_barred:
                return "barred"
            said = rules.decide(row.right, row.standing, direction=Direction.IN, door=door, at=at)
            if said is not rules.Answer.OPEN:
                return str(said).lower()
            row.standing = row.standing.after(Direction.IN, at)
            return ""
        return "unknown_code"

    def _serial(self, shown: Shown, at: datetime) -> bytes:
        if shown.text:
            facts = wire.read(shown.text, keys=self.keys, at=at, skew_s=60)
            return tags.serial_hash(facts.serial)
        tag = tags.typed_tag(self.tag_key, codes.normalise(shown.typed))
        return self.typed.get(tag, b"")

    def _tell(self, scans: list[tuple[dict[str, Any], Heard]]) -> None:
        body = {"scans": [scan for scan, _heard in scans]}
        answers = json.loads(self._ask("/gate/v1/scans", body))["answers"]
        for (_scan, heard), answer in zip(scans, answers, strict=True):
            heard(answer)

    def _ask(self, path: str, body: dict[str, Any], *, signed: bool = True) -> bytes:
        """:raises OSError: the site says anything but 2xx."""
        raw = json.dumps(body).encode()
        link = http.client.HTTPConnection(self.host, timeout=_TIMEOUT_S)
        began = time.perf_counter()
        try:
            link.request("POST", path, raw, self._headers(path, raw) if signed else {})
            answer = link.getresponse()
            text = answer.read()
        finally:
            link.close()
        self.timings.note(f"gate {path}", (time.perf_counter() - began) * 1000, answer.status)
        if answer.status >= 300:
            raise OSError(f"{path}: {answer.status} {text[:200]!r}")
        return text

    def _headers(self, path: str, raw: bytes) -> dict[str, str]:
        return self.key.headers(device_id=self.id, path=path, body=raw, at=clock.now())


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
