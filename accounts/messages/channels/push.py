"""Web push: a few words on a device that its owner has switched on, while no page is open."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from accounts.messages import webpush
from accounts.messages.channels import Gone, Letter, Undeliverable
from accounts.messages.webpush import Subscription
from kernel import clock, http

_KEPT_S = 86_400
"""So long a push service keeps it for a device that is off."""
_TAKEN = range(200, 300)
_GONE = (404, 410)
_FOR_GOOD = (400, 401, 403, 413)
_LONGEST = 200
"""Letters of the heading."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends: the key pair, and whom a push service may write to. ``stand_in`` is local data's own."""

    key: ec.EllipticCurvePrivateKey
    contact: str
    stand_in: str = ""

    def takes(self, endpoint: str) -> bool:
        """Whether an address is one that we send to: of the public network, or the stand-in's."""
        if self.is_stand_in(endpoint):
            return True
        try:
            http.check_public(endpoint)
        except http.NotPublic:
            return False
        return True

    def is_stand_in(self, endpoint: str) -> bool:
        """Whether it is the stand-in's, to the letter of its origin."""
        return bool(self.stand_in) and endpoint.startswith(f"{self.stand_in}/")


class WebPush:
    """``to`` is a subscription's text. The same key again takes the place of what waits (RFC 8030, 5.4)."""

    name = "PUSH"

    def __init__(self, sender: Sender) -> None:
        self.sender = sender

    def deliver(self, letter: Letter) -> None:
        subscription = webpush.read(letter.to)
        topic = hashlib.sha256(letter.key.encode()).hexdigest()[:32]
        payload = payload_of(letter, topic)
        try:
            sealed = webpush.encrypt(payload, subscription)
        except ValueError:
            raise Gone("the device's keys are none") from None
        headers = {
            "Authorization": webpush.authorization(
                self.sender.key, subscription.origin, self.sender.contact, clock.now()
            ),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(_KEPT_S),
            "Topic": topic,
            "Urgency": "high" if letter.is_urgent else "normal",
        }
        self._answer(self._send(subscription, sealed, headers))

    def _send(self, subscription: Subscription, sealed: bytes, headers: dict[str, str]) -> int:
        if self.sender.is_stand_in(subscription.endpoint):
            return http.send("POST", subscription.endpoint, sealed, headers).status
        try:
            return http.send_public("POST", subscription.endpoint, sealed, headers).status
        except http.NotPublic:
            raise Gone("the device's push service is not public") from None

    @staticmethod
    def _answer(status: int) -> None:
        if status in _TAKEN:
            return
        if status in _GONE:
            raise Gone("the device does not want it any more")
        if status in _FOR_GOOD:
            raise Undeliverable(f"the push service refused it: {status}")
        raise http.NoAnswer(f"HTTP {status}")


def payload_of(letter: Letter, topic: str) -> bytes:
    """What the device shows, and where a tap leads; as much of the text as every push service takes."""
    said = {
        "title": letter.subject[:_LONGEST],
        "body": letter.short,
        "url": letter.link,
        "tag": topic,
        "lang": letter.language,
        "stays": letter.is_urgent,
    }
    while len(raw := json.dumps(said, ensure_ascii=False).encode()) > webpush.MOST_BYTES:
        said["body"] = str(said["body"])[: len(str(said["body"])) * 9 // 10]
        if not said["body"]:
            raise Undeliverable("without its text it is too long already")
    return raw


def sender() -> Sender | None:
    """Who sends, where a key is set.

    :raises ImproperlyConfigured: the key is none, or nobody can be written to.
    """
    keys = settings.WEB_PUSH
    if not keys["WEB_PUSH_PRIVATE_KEY"]:
        return None
    try:
        key = webpush.private_key(keys["WEB_PUSH_PRIVATE_KEY"])
    except ValueError as error:
        raise ImproperlyConfigured(f"WEB_PUSH_PRIVATE_KEY: {error}.") from None
    if not keys["WEB_PUSH_CONTACT"].startswith(("mailto:", "https://")):
        raise ImproperlyConfigured(
            "WEB_PUSH_CONTACT: mailto: or https: whom push services write to."
        )
    stand_in = keys["WEB_PUSH_STAND_IN"].rstrip("/") if settings.QUANYU_LOCAL else ""
    return Sender(key, keys["WEB_PUSH_CONTACT"], stand_in)
