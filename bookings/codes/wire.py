"""The code as bytes and as text: pure, needs nothing but public keys, so any reader can use it.

26 bytes, big-endian, then the Ed25519 signature (RFC 8032) of them, 64 bytes:

    version   1   always 1
    kid       4   the first four bytes of SHA-256 of the issuer's public key
    serial   16   random; what the code stands for is looked up by it, or held in a reader's list
    first     2   day before which it is not good, days since 2020-01-01 UTC
    last      2   last day on which it is good
    flags     1   always 0; a later version may say more, a reader refuses what it does not know

There is one algorithm, named nowhere in the code. The signature covers a fixed word before the 26
bytes, so that nothing else this key may ever sign can be read as a code.

As text: "QY1" and base 32 (RFC 4648), 147 letters and digits. They fit the same QR symbol (version
6, level M, alphanumeric: up to 154) as the 138 characters of base 45 would, and survive a
keyboard-wedge scanner on any layout, where the blanks and signs of base 45 do not. One content has
exactly one text: 90 bytes fill 144 letters with no bits to spare, and lower case is not read.
"""

from __future__ import annotations

import base64
import hashlib
import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.utils.translation import gettext_lazy as _

from kernel.errors import Refusal

PREFIX = "QY1"
SERIAL_BYTES = 16

_VERSION, _FLAGS = 1, 0
_BODY = struct.Struct(">B4s16sHHB")
_DOMAIN = b"quanyu pass 1\x00"
_DAY_ZERO = date(2020, 1, 1)
_TEXT = re.compile(PREFIX + r"([A-Z2-7]{144})", re.ASCII)


class Forged(Refusal):
    """Not a code of ours, or an altered one."""

    code = "forged"
    status = 400
    message = _("This is not a genuine code.")


class Expired(Refusal):
    """A genuine code outside the days for which it was made."""

    code = "expired"
    message = _("This code is out of date.")


@dataclass(frozen=True, slots=True)
class CodeFacts:
    """What a code says. Days are UTC days, both included."""

    serial: bytes
    first_day: date
    last_day: date


def kid_of(public: bytes) -> bytes:
    """The key id that a raw public key has."""
    return hashlib.sha256(public).digest()[:4]


def sign(facts: CodeFacts, *, private: bytes) -> str:
    """The text of a code, signed with a raw private key. The same facts give the same text."""
    key = Ed25519PrivateKey.from_private_bytes(private)
    body = _BODY.pack(
        _VERSION,
        kid_of(key.public_key().public_bytes_raw()),
        facts.serial,
        _number(facts.first_day),
        _number(facts.last_day),
        _FLAGS,
    )
    return PREFIX + base64.b32encode(body + key.sign(_DOMAIN + body)).decode()


def verify(text: str, *, keys: Mapping[bytes, bytes], at: datetime) -> CodeFacts:
    """Read a code against raw public keys by kid.

    :raises Forged: not exactly what the holder of one of ``keys`` has signed.
    :raises Expired: genuine, but ``at`` is not within its days.
    """
    facts = _read(text, keys)
    if not facts.first_day <= at.astimezone(UTC).date() <= facts.last_day:
        raise Expired
    return facts


def _read(text: str, keys: Mapping[bytes, bytes]) -> CodeFacts:
    match = _TEXT.fullmatch(text)
    if match is None:
        raise Forged
    raw = base64.b32decode(match[1])
    body, signature = raw[: _BODY.size], raw[_BODY.size :]
    version, kid, serial, first, last, flags = _BODY.unpack(body)
    if version != _VERSION or flags != _FLAGS or first > last or kid not in keys:
        raise Forged
    try:
        Ed25519PublicKey.from_public_bytes(keys[kid]).verify(signature, _DOMAIN + body)
    except InvalidSignature:
        raise Forged from None
    return CodeFacts(serial, _day(first), _day(last))


def _number(day: date) -> int:
    return (day - _DAY_ZERO).days


def _day(number: int) -> date:
    return _DAY_ZERO + timedelta(days=number)
