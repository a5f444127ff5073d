"""The one code, as bytes and as text. Pure: a gate without network verifies with public keys alone.

Body, 27 bytes, big endian: version (1), key id (2), pass serial (16), valid from and valid until in
unix minutes (4 each). Then the issuer's Ed25519 signature over prefix and body (64; RFC 8032). The
text is "QY1:" and unpadded base 32 (RFC 4648): capitals and digits only, so a QR code stores it in its
alphanumeric mode and a keyboard-wedge scanner with a stuck shift key cannot spoil it. There is one
algorithm and none is named in the code; only the canonical spelling is accepted.
"""

from __future__ import annotations

import base64
import binascii
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

PREFIX = "QY1:"
VERSION = 1
_BODY = struct.Struct(">BH16sII")
_SIGNATURE = 64
_LENGTH = len(PREFIX) + -(-(_BODY.size + _SIGNATURE) * 8 // 5)


class Unreadable(Exception):
    """Not one of our codes: altered, of another issuer, or no code at all."""


@dataclass(frozen=True, slots=True)
class CodeFacts:
    """What a code says: which pass, and the span in which it may be shown (UTC, whole minutes)."""

    kid: int
    serial: bytes
    valid_from: datetime
    valid_until: datetime


def write(facts: CodeFacts, key: Ed25519PrivateKey) -> str:
    """The signed text of a code."""
    body = _BODY.pack(
        VERSION, facts.kid, facts.serial, _minutes(facts.valid_from), _minutes(facts.valid_until)
    )
    raw = body + key.sign(PREFIX.encode() + body)
    return PREFIX + base64.b32encode(raw).decode().rstrip("=")


def read(text: str, keys: Mapping[int, Ed25519PublicKey]) -> CodeFacts:
    """What a code says, once its signature has been checked.

    :raises Unreadable: anything else than the exact text that one of these keys has signed.
    """
    if len(text) != _LENGTH or not text.startswith(PREFIX) or not text.isascii():
        raise Unreadable("not a code")
    raw = _decode(text.removeprefix(PREFIX))
    body, signature = raw[: _BODY.size], raw[_BODY.size :]
    version, kid, serial, valid_from, valid_until = _BODY.unpack(body)
    key = keys.get(kid)
    if version != VERSION or key is None:
        raise Unreadable("unknown version or key")
    try:
        key.verify(signature, PREFIX.encode() + body)
    except InvalidSignature:
        raise Unreadable("not signed by us") from None
    return CodeFacts(kid, serial, _moment(valid_from), _moment(valid_until))


def _decode(letters: str) -> bytes:
    try:
        raw = base64.b32decode(letters + "=" * (-len(letters) % 8))
    except binascii.Error:
        raise Unreadable("not base 32") from None
    # The last letter has spare bits: without this, 16 spellings would read as one code.
    if base64.b32encode(raw).decode().rstrip("=") != letters:
        raise Unreadable("not the canonical spelling")
    return raw


def _minutes(moment: datetime) -> int:
    return int(moment.timestamp()) // 60


def _moment(minutes: int) -> datetime:
    return datetime.fromtimestamp(minutes * 60, UTC)
