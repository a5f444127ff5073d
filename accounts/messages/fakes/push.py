"""A stand-in of a push service and of the browsers that it serves (RFC 8030).

It knows who may send by the key that a subscription was made for, checks each token, and reads what
came as the browser would.
"""

from __future__ import annotations

import json
import os
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from secrets import token_bytes, token_urlsafe
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from accounts.messages import webpush
from accounts.messages.webpush import Subscription
from kernel import clock

_FILE = "push.json"
_MOST_KEPT = 1000
_LONGEST_TOKEN = timedelta(hours=24)
_SECRET = 16
PATH = "/push/"


@dataclass(frozen=True, slots=True)
class Shown:
    """What a device has shown: the text as it read it, and how urgent it was said to be."""

    said: Mapping[str, Any]
    topic: str
    urgency: str


@dataclass(frozen=True, slots=True)
class _Browser:
    pair: ec.EllipticCurvePrivateKey
    secret: bytes


class PushDesk:
    """One push service. ``faults`` are how often what goes wrong; kept in memory.

    ``refuse`` fails before the deed and ``error_after_success`` after it, ``gone`` says that the
    subscription is no more, ``unwelcome`` that this sender is not heard.
    """

    def __init__(self, url: str, key: str, clock_spec: str = "") -> None:
        self.url, self.key, self.clock = url, key, clock_spec
        self.browsers: dict[str, _Browser] = {}
        self.faults: dict[str, int] = {}
        self.shown: deque[Shown] = deque(maxlen=_MOST_KEPT)
        self.lock = threading.Lock()

    def subscribe(self) -> Subscription:
        """A browser that agrees: a fresh one each time."""
        name, browser = token_urlsafe(16), _Browser(_pair(), token_bytes(_SECRET))
        self.browsers[name] = browser
        public = webpush.point(browser.pair.public_key())
        return Subscription(
            f"{self.url}{PATH}{name}", webpush.pack(public), webpush.pack(browser.secret)
        )

    def fault(self, name: str) -> bool:
        """Whether it goes wrong this time; one fewer from now on."""
        with self.lock:
            left = self.faults.get(name, 0)
            self.faults[name] = max(left - 1, 0)
        return left > 0

    def answer(self, path: str, headers: Mapping[str, str], raw: bytes) -> int:
        """Take one message; the status that says what has become of it."""
        if self.fault("refuse"):
            return 500
        browser = self.browsers.get(path.removeprefix(PATH))
        if browser is None or self.fault("gone"):
            return 410
        if self.fault("unwelcome") or not self._knows(headers.get("authorization", "")):
            return 403
        if headers.get("content-encoding") != "aes128gcm" or not headers.get("ttl", "").isdigit():
            return 400
        try:
            said = json.loads(webpush.unseal(raw, own=browser.pair, secret=browser.secret))
        except ValueError:
            return 400
        self._show(Shown(said, headers.get("topic", ""), headers.get("urgency", "normal")))
        return 500 if self.fault("error_after_success") else 201

    def _knows(self, header: str) -> bool:
        """Whether the token is fresh, for this service, and signed with the key it was asked for."""
        scheme, _space, rest = header.partition(" ")
        words = dict(word.strip().partition("=")[::2] for word in rest.split(","))
        if scheme != "vapid" or words.get("k") != self.key:
            return False
        try:
            claims = webpush.claims_of(words.get("t", ""), webpush.unpack(self.key))
            until = datetime.fromtimestamp(int(str(claims["exp"])), tz=self.now.tzinfo)
        except (ValueError, KeyError):
            return False
        is_fresh = self.now < until <= self.now + _LONGEST_TOKEN
        return (
            is_fresh
            and claims.get("aud") == self.url
            and str(claims.get("sub")).startswith("mailto:")
        )

    @property
    def now(self) -> datetime:
        """This run's clock."""
        return clock.moved_now(self.clock)

    def _show(self, shown: Shown) -> None:
        """What has the topic of one before takes its place."""
        with self.lock:
            others = [each for each in self.shown if not shown.topic or each.topic != shown.topic]
            self.shown.clear()
            self.shown.extend([*others, shown])


def settings_at(folder: Path, url: str) -> dict[str, str]:
    """What the site is set to, for the stand-in to be at ``url``."""
    return {
        "WEB_PUSH_PRIVATE_KEY": key_in(folder),
        "WEB_PUSH_CONTACT": "mailto:push@example.org",
        "WEB_PUSH_STAND_IN": url,
    }


def public_key_in(folder: Path) -> str:
    """The public half of the folder's key."""
    return webpush.pack(webpush.point(webpush.private_key(key_in(folder)).public_key()))


def key_in(folder: Path) -> str:
    """The key of a folder, made when there is none."""
    path = folder / _FILE
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(".new")
        fresh.touch(mode=0o600)
        fresh.write_text(json.dumps({"key": webpush.new_private_key()}))
        os.replace(fresh, path)
    return str(json.loads(path.read_text())["key"])


def _pair() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())
