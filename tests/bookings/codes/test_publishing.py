"""A partner's own gate verifies our codes with what is public: keys, and the list of dead codes."""

from __future__ import annotations

import json
from datetime import date
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from bookings.codes import operations, wire
from tests.bookings.codes.conftest import AT, facts

pytestmark = pytest.mark.django_db

SERIAL = UUID(bytes=bytes(range(16)))


@pytest.fixture(autouse=True)
def today(monkeypatch):
    monkeypatch.setattr("kernel.clock.now", lambda: AT)


def key_set(client) -> dict[bytes, bytes]:
    """The keys as a partner reads them."""
    keys = client.get("/codes/keys.json").json()["keys"]
    return {
        bytes.fromhex(key["kid"]): bytes.fromhex(key["public"])
        for key in keys
        if not key["revoked_at"]
    }


def dead(client) -> dict:
    """The list as a partner reads it, after its signature."""
    said = client.get("/codes/revoked.json").json()
    key = Ed25519PublicKey.from_public_bytes(key_set(client)[bytes.fromhex(said["kid"])])
    key.verify(bytes.fromhex(said["signature"]), b"quanyu dead 2\0" + said["payload"].encode())
    return json.loads(said["payload"])


def test_a_partner_reads_a_code_with_the_public_keys(client):
    [text] = operations.sign([facts()], at=AT)

    assert wire.read(text, keys=key_set(client), at=AT) == facts()


def test_a_rotated_key_stays_in_the_set_and_says_until_when_it_signed(client):
    [text] = operations.sign([facts()], at=AT)
    operations.rotate(actor="user:1", at=AT)

    new, old = client.get("/codes/keys.json").json()["keys"]

    assert (new["signs_until"], old["signs_until"]) == (None, AT.isoformat())
    assert wire.read(text, keys=key_set(client), at=AT)


def test_a_revoked_key_is_named_in_both(client):
    operations.sign([facts()], at=AT)
    [kid] = key_set(client)
    operations.revoke(kid=kid.hex(), actor="user:1", at=AT)

    assert kid not in key_set(client)
    assert dead(client)["keys"] == [kid.hex()]


def test_a_replaced_code_is_in_the_list_at_once_and_until_it_is_out_of_date(client, monkeypatch):
    operations.replace(serial=SERIAL, last_day=date(2026, 10, 2), actor="user:1", at=AT)
    assert dead(client) == {"at": AT.isoformat(), "keys": [], "codes": {SERIAL.hex: 1}}

    monkeypatch.setattr("kernel.clock.now", lambda: AT.replace(day=3))

    assert dead(client)["codes"] == {}
