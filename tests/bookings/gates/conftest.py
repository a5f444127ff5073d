"""A device that speaks the wire's own words, a post that stands, and people with codes."""

from __future__ import annotations

import base64
import hashlib
import json
import struct
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.test import Client

from bookings.gates import operations as gates
from bookings.gates.bundle import ROW
from bookings.gates.models import Alone, GateDevice
from bookings.vouchers import posts
from bookings.vouchers.models import Pass
from bookings.vouchers.posts import Post
from kernel import clock
from tests.bookings.conftest import STARTS_AT, Shop
from tests.bookings.vouchers.conftest import sell

NOON = STARTS_AT + timedelta(minutes=30)


class Device:
    """What a partner's own gate would do: a key, four headers, JSON."""

    def __init__(self, skew_ms: int = 0) -> None:
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.client, self.counter, self.pk, self.skew_ms = Client(), 0, 0, skew_ms

    @property
    def public_key(self) -> bytes:
        return self.private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def enrol(self, code: str) -> Any:
        key = base64.urlsafe_b64encode(self.public_key).decode().rstrip("=")
        answer = self.client.post(
            "/gate/v1/enrol", {"code": code, "public_key": key}, content_type="application/json"
        )
        if answer.status_code == 201:
            self.pk = answer.json()["device"]
        return answer

    def ask(self, path: str, body: Any = None, *, method: str = "POST", **changed: Any) -> Any:
        """A signed request. ``changed``: what is altered after signing."""
        self.counter = changed.pop("counter", self.counter + 1)
        raw = b"" if body is None else json.dumps(body).encode()
        headers = self.sign(method, path, raw)
        return self.client.generic(
            method,
            changed.get("goes_to", path),
            changed.get("raw", raw),
            content_type="application/json",
            headers=headers | changed.get("headers", {}),
        )

    def sign(self, method: str, path: str, raw: bytes) -> dict[str, str]:
        now_ms = int(clock.now().timestamp() * 1000) + self.skew_ms
        lines = [
            "quanyu gate 1", method, path, hashlib.sha256(raw).hexdigest(),
            str(now_ms), str(self.pk), str(self.counter),
        ]  # fmt: skip
        r, s = decode_dss_signature(
            self.private.sign("\n".join(lines).encode(), ec.ECDSA(hashes.SHA256()))
        )
        signature = base64.urlsafe_b64encode(r.to_bytes(32, "big") + s.to_bytes(32, "big"))
        return {
            "X-Gate-Device": str(self.pk),
            "X-Gate-Time": str(now_ms),
            "X-Gate-Counter": str(self.counter),
            "X-Gate-Signature": signature.decode().rstrip("="),
        }

    def scan(self, **said: Any) -> dict[str, Any]:
        """Send one scan; its answer."""
        return self.scans([said])[0]

    def scans(self, all_said: list[dict[str, Any]]) -> list[dict[str, Any]]:
        now = {"at_ms": int(clock.now().timestamp() * 1000)}
        answer = self.ask("/gate/v1/scans", {"scans": [now | said for said in all_said]})
        assert answer.status_code == 200, answer.content
        return answer.json()["answers"]

    @property
    def row(self) -> GateDevice:
        return GateDevice.objects.get(pk=self.pk)


def opened(raw: bytes) -> tuple[dict[str, Any], list[tuple[Any, ...]]]:
    """A bundle's head and its rows."""
    assert raw[:4] == b"QYG1"
    (length,) = struct.unpack(">I", raw[4:8])
    head = json.loads(raw[8 : 8 + length])
    rows = raw[8 + length : -68]
    return head, [ROW.unpack_from(rows, at) for at in range(0, len(rows), ROW.size)]


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> dict[str, datetime]:
    """The clock of the interface: ``now["at"] = …`` moves it."""
    moment = {"at": NOON}
    monkeypatch.setattr(clock, "now", lambda: moment["at"])
    return moment


@pytest.fixture
def doors(sellers: dict[str, Any], region: Any) -> Iterator[list[Post]]:
    """Two gates of one zone, offered as a house would."""
    made = [
        Post(
            zone="plain:1",
            title={"en": "The area", "zh-hans": "景区"},
            subtitle={"en": door.title(), "zh-hans": door},
            organisation_id=sellers["plain"].supplier_id,
            region_id=region.pk,
            door=door,
        )
        for door in ("north", "south")
    ]
    posts.register(
        lambda *, organisation_ids, at, zone="": [
            post for post in made if post.organisation_id in organisation_ids
        ],
        label="test.gates",
    )
    yield made
    posts.unregister("test.gates")


@pytest.fixture
def enrolled(doors: list[Post], now: Any):
    """``enrolled()`` is a device at the north gate, ``enrolled(1)`` one at the south gate."""

    def make(door: int = 0, *, alone: Alone = Alone.ANY, skew_ms: int = 0) -> Device:
        device = Device(skew_ms)
        code = gates.invite(post=doors[door], alone=alone, actor="user:1", at=clock.now())
        assert device.enrol(code).status_code == 201
        return device

    return make


@pytest.fixture
def carrier(shop: Shop, sellers: Any, at: datetime) -> Pass:
    """One unnamed person's pass."""
    return Pass.objects.get(order=sell(shop, at))
