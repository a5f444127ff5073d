"""Sealing and opening what a message says and where it goes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from urllib.parse import urlsplit

from accounts.messages import webpush
from accounts.messages.models import Delivery, Message
from kernel import seals

PURPOSE = "message"
WIPED = ""


def seal(text: str) -> str:
    """A text as it is stored; nothing stays nothing."""
    return seals.seal(text, purpose=PURPOSE) if text else WIPED


def unseal(sealed: str) -> str:
    """What ``seal`` was given, or nothing once it was wiped."""
    return seals.unseal(sealed, purpose=PURPOSE) if sealed != WIPED else ""


def seal_facts(facts: Mapping[str, str]) -> str:
    """Facts in words as they are stored."""
    return seal(json.dumps(facts, ensure_ascii=False))


def facts_of(message: Message) -> dict[str, str]:
    """The facts in words that a message was written with."""
    return dict(json.loads(unseal(message.facts_sealed) or "{}"))


def body_of(message: Message) -> str:
    """The plain text, or nothing once it was wiped."""
    return unseal(message.body_sealed)


def link_of(message: Message) -> str:
    """Where the message leads to: a path of this site, or nothing."""
    return unseal(message.link_sealed)


def address_of(delivery: Delivery) -> str:
    """The plain address, for the channel, the local page and the audited look."""
    return unseal(delivery.to_sealed)


def index_of(address: str) -> str:
    """Tells addresses of one way apart."""
    return seals.index(address, purpose=PURPOSE)


def mask_address(to: str) -> str:
    """As lists show it: 161****0001, l***@example.org; of a device, its push service."""
    if to.startswith("["):
        return urlsplit(webpush.read(to).endpoint).netloc[:80]
    if "@" not in to:
        return f"{to[:3]}****{to[-4:]}"
    name, _at, host = to.rpartition("@")
    return f"{name[:1]}***@{host}"[:80]
