"""An issuer, a phone, and what a code of one day says."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bookings.codes import wire
from bookings.codes.phones import Phone

AT = datetime(2026, 10, 1, 4, 0, tzinfo=UTC)


def right(zone: str = "area:12", **more) -> wire.Right:
    opens = AT - timedelta(hours=1)
    return wire.Right(wire.tag_of(zone), opens, opens + timedelta(hours=8), **more)


def facts(phone: Phone | None = None, **more) -> wire.CodeFacts:
    return wire.CodeFacts(
        **{
            "serial": bytes(range(16)),
            "first_day": date(2026, 9, 30),
            "last_day": date(2026, 10, 2),
            "kind": wire.Kind.PHONE if phone else wire.Kind.PAPER,
            "phone": phone.public if phone else b"",
            **more,
        }
    )


@pytest.fixture(scope="session")
def private() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes_raw()


@pytest.fixture(scope="session")
def keys(private) -> dict[bytes, bytes]:
    public = Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()
    return {wire.kid_of(public): public}


@pytest.fixture(scope="session")
def phone() -> Phone:
    return Phone()


@pytest.fixture(scope="session")
def level_1(private, phone) -> bytes:
    """Four rights: an area, a lift, a bus up and down."""
    rights = tuple(right(zone) for zone in ("area:12", "lift:3", "run:88", "run:89"))
    rights = tuple(sorted(rights, key=lambda each: each.tag))
    return wire.level_1(facts(phone, rights=rights, holder=b"12345678"), private=private)


@pytest.fixture(scope="session")
def text(phone, level_1) -> str:
    return phone.show(level_1, at=AT)
