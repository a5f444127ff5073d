"""The code: what is signed can be read, and nothing else can."""

from __future__ import annotations

import os
import random
from datetime import UTC, date, datetime

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bookings.codes import wire

AT = datetime(2026, 10, 1, 4, 0, tzinfo=UTC)
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 -:abc中"
CASES = 1_000_000 if os.environ.get("QUANYU_LONG") else 10_000
SEED = 20261001


@pytest.fixture(scope="module")
def private() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.Raw,
        serialization.PrivateFormat.Raw,
        serialization.NoEncryption(),
    )


@pytest.fixture(scope="module")
def keys(private) -> dict[bytes, bytes]:
    public = (
        Ed25519PrivateKey.from_private_bytes(private)
        .public_key()
        .public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    )
    return {wire.kid_of(public): public}


@pytest.fixture(scope="module")
def facts() -> wire.CodeFacts:
    return wire.CodeFacts(bytes(range(16)), date(2026, 9, 30), date(2026, 10, 2))


@pytest.fixture(scope="module")
def text(facts, private) -> str:
    return wire.sign(facts, private=private)


def test_what_is_signed_is_read_again(text, facts, keys):
    assert wire.verify(text, keys=keys, at=AT) == facts
    assert text.isalnum()
    assert text == text.upper()


@pytest.mark.parametrize(("day", "is_good"), [(29, False), (30, True)])
def test_before_its_first_day_it_is_not_good(text, keys, day, is_good):
    at = datetime(2026, 9, day, 12, tzinfo=UTC)

    if is_good:
        assert wire.verify(text, keys=keys, at=at)
    else:
        with pytest.raises(wire.Expired):
            wire.verify(text, keys=keys, at=at)


def test_without_its_key_it_is_forged(text):
    with pytest.raises(wire.Forged):
        wire.verify(text, keys={}, at=AT)


def test_no_altered_code_is_ever_accepted(text, keys):
    """10,000 alterations; a million with --long. The seed is in this file."""
    dice = random.Random(SEED)
    accepted = 0
    for _case in range(CASES):
        letters = list(text)
        for _change in range(dice.choice((1, 1, 2, 5))):
            letters[dice.randrange(len(letters))] = dice.choice(LETTERS)
        altered = "".join(letters)
        if altered == text:
            continue
        try:
            wire.verify(altered, keys=keys, at=AT)
        except (wire.Forged, wire.Expired):
            continue
        accepted += 1
    assert accepted == 0
