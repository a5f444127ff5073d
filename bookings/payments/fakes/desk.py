"""What the stand-ins have in common: payments, refunds and notices, as the sandbox keeps them."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

from bookings.payments.fakes.keys import Keys
from bookings.payments.sandbox_server import Party, Store
from kernel import clock


@dataclass(frozen=True)
class Request:
    """One request as it came: the whole path with its query, headers, body."""

    method: str
    path: str
    headers: Mapping[str, str]
    raw: bytes


@dataclass(frozen=True)
class Reply:
    """What is answered."""

    status: int
    raw: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


class Desk(Party):
    """One provider's stand-in; a dialect answers requests and writes notices."""

    name: ClassVar[str]
    spoken: ClassVar[tuple[str, str]]
    """What buyers call it, in English and in Chinese."""

    def __init__(self, folder: Path, keys: Keys, url: str, clock_spec: str) -> None:
        self.keys = keys
        super().__init__(
            Store(folder / f"{self.name}.sqlite3"), "", f"{url}/{self.name}", clock_spec
        )
        english, chinese = self.spoken
        self.titles = {"en": f"Stand-in of {english}", "zh": f"{chinese}（替身）"}

    def answer(self, request: Request) -> Reply:
        """Carry out one request of the site."""
        raise NotImplementedError

    @property
    def now(self) -> datetime:
        """This run's clock."""
        return clock.moved_now(self.clock)

    def row(self, payment_id: str) -> sqlite3.Row | None:
        """A payment as it is kept."""
        return self.store.one("SELECT * FROM payment WHERE id = ?", payment_id)

    def come_back_to(self, payment_id: str, url: str) -> None:
        """Where the buyer goes on to, where the payment does not say."""
        self.store.run(
            "UPDATE payment SET return_url = ? WHERE id = ? AND return_url = ''", url, payment_id
        )

    def pay_back(self, payment_id: str, token: str, amount: int) -> bool:
        """Return money once for a token, and tell the site; False where it is not to be had."""
        is_new = self.store.one("SELECT 1 FROM refund WHERE token = ?", token) is None
        done = self.refund(payment_id, {"token": token, "amount": amount})
        row = self.row(payment_id)
        if done and is_new and row is not None:
            for body in self.refund_notices(self.say(payment_id), token, amount):
                self.queue(row["notice_url"], body, 0.2)
        return done is not None

    def refund_notices(self, payment: Mapping[str, Any], token: str, amount: int) -> list[str]:
        """What is told of a refund, nothing by default."""
        return []

    def queue(self, url: str, body: str, delay_s: float) -> None:
        """Send a notice, as often and in the order that faults say."""
        if self.faults.get("shuffle"):
            delay_s += (hash(body) % 10) / 5
        for copy in range(1 + self.faults.get("duplicate", 0)):
            super().queue(url, body, delay_s + copy * 0.05)

    def replay(self) -> None:
        """Send every notice that was ever sent once more."""
        self.store.run("UPDATE notice SET done = 0, tries = 0, due = ?", time.time())

    def pause(self) -> None:
        """Be slow when told to; the value of the fault is milliseconds."""
        time.sleep(self.faults.get("delay", 0) / 1000)
